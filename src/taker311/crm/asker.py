"""One GET after the other at an endpoint that is not known yet: what came, what it cost, and why nothing came."""

from __future__ import annotations

from urllib.parse import urlencode

from taker311.crm.families import Where
from taker311.crm.model import Dialect
from taker311.crm.tree import CrmError
from taker311.net.http import Broken, Http, HttpError, Response

_LONGEST_S = 30.0


class Asker:
    """`texts`: what was read where, for telling the family. `requests` and `received` count calls and bytes of bodies."""

    def __init__(self, http: Http, endpoint: str, key: str, dialect: Dialect) -> None:
        self.http, self.key = http, key
        self.endpoint = endpoint
        self.dialect = dialect
        self.texts: dict[Where, str] = {"address": endpoint}
        self.requests = self.received = 0
        self.refusals: list[str] = []

    def ask(
        self, resource: str, query: dict[str, str] | None = None, *, dialect: Dialect | None = None
    ) -> Response | None:
        """None where no whole reply came; why stands among the refusals then."""
        chosen = dialect or self.dialect
        asked = {"jurisdiction_id": chosen.jurisdiction, **(query or {})}
        headers = {
            "accept": "application/json, text/xml;q=0.5" if chosen.format == "json" else "text/xml, application/xml"
        }
        if self.key and chosen.key_in_reads == "query":
            asked["api_key"] = self.key
        if self.key and chosen.key_in_reads == "header":
            headers["x-api-key"] = self.key
        if not chosen.accept_encoding:
            headers["accept-encoding"] = ""
        resource = resource[:1].upper() + resource[1:] if chosen.capitals else resource
        asked = {name: value for name, value in asked.items() if value}
        ending = f".{chosen.format}" if chosen.suffix else ""
        return self.fetch(f"{self.endpoint}{resource}{ending}" + (f"?{urlencode(asked)}" if asked else ""), headers)

    def fetch(self, address: str, headers: dict[str, str]) -> Response | None:
        self.requests += 1
        try:
            reply = self.http.request("GET", address, headers=headers, total_s=_LONGEST_S)
        except Broken as error:
            self.refusals.append(str(error))
            return None
        except HttpError as error:
            raise CrmError(f"{error} Check the address.") from error
        self.received += len(reply.body)
        if "set-cookie" in reply.headers:
            self.texts["cookie"] = reply.headers["set-cookie"]
        if reply.status >= 400:
            self.refusals.append(f"{address.partition('?')[0]}: HTTP {reply.status}")
        return reply


def text_of(reply: Response) -> str:
    return reply.body[:400_000].decode("utf-8", errors="replace")
