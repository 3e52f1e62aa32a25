"""Which family of servers an endpoint belongs to, told by what only that family writes. Rules only; nothing here asks anybody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from taker311.base.codec import Value

Where = Literal["address", "discovery", "services", "definition", "requests", "unknown", "page", "token", "cookie"]


class Sign(Value, frozen=True):
    """`pattern` in what stood at `where` speaks for `family` with `weight`; `says` is half a sentence for a person."""

    family: str
    weight: int
    where: Where
    pattern: str
    says: str


# Weights: 6 decides alone, two of 3 decide together, 2 only tips a balance.
SIGNS = (
    Sign("hub", 6, "discovery", r"idempotency-key", "its discovery says that it honours Idempotency-Key"),
    Sign("govflow", 6, "services", r'\A\s*\{\s*"data"\s*:.*"success"\s*:\s*true', "its lists come as {data, success}"),
    Sign("ureport", 6, "unknown", r"tickets/unknown", "an unknown case is answered with the message key tickets/unknown"),
    Sign("ureport", 2, "cookie", r"PHPSESSID", "it sets a PHP session cookie"),
    Sign("ureport", 3, "requests", r'"service_code"\s*:\s*\d', "service codes are numbers in its listing"),
    Sign("ureport", 3, "requests", r'"(?:lat|long)"\s*:\s*"?-?\d+\.\d{11,}', "its points carry the noise of single precision"),
    Sign("mysociety", 6, "page", r"Error in input for GET_", "a field it does not know is refused by its validator"),
    Sign("mysociety", 3, "services", r'"groups"\s*:\s*\[', "its services have groups"),
    Sign("eindhoven", 6, "unknown", r"middleware_\d+", "its errors carry a middleware code"),
    Sign("eindhoven", 6, "page", r"SQLSTATE|middleware_\d+", "a page number is answered with an SQL error"),
    Sign("eindhoven", 3, "requests", r"<service_requests>\s*<service_request>", "its XML rows are called service_request"),
    Sign("fixmystreet", 6, "requests", r'"recipient"\s*:\s*\[|<recipient>', "its agencies are lists of recipients"),
    Sign("fixmystreet", 3, "services", r'\A\s*\{\s*"services"\s*:', "its JSON keeps the root"),
    Sign("markaspot", 6, "requests", r'"markaspot"\s*:|<markaspot>', "its cases carry Mark-a-Spot's own attributes"),
    Sign("markaspot", 6, "address", r"/georeport/v2", "its path is /georeport/v2/"),
    Sign("markaspot", 3, "services", r'is_array="true"', 'its lists are marked is_array="true"'),
    Sign("sanfrancisco", 6, "services", r"schemas\.xmlsoap\.org", "its XML declares SOAP's name space"),
    Sign("sanfrancisco", 2, "requests", r"<status>(?:Open|Closed)</status>", "its states begin with a capital"),
    Sign("chicago", 6, "services", r"\bcode:[A-Z0-9]{2,6}\b", "its keywords hold the city's own codes"),
    Sign("chicago", 3, "services", r'"service_code"\s*:\s*"[0-9a-f]{24}"', "its service codes have 24 hexadecimal digits"),
    Sign("boston", 3, "definition", r'"(?:Informational|Picklist|Boolean \(checkbox\))"', "its questions have Salesforce's types"),
    Sign("boston", 3, "unknown", r'\A\s*\[\s*\{\s*"service_request_id"\s*:\s*"[^"]*"\s*,\s*"status"\s*:\s*"open"\s*\}\s*\]',
         "asked for a case that is none, it makes one up"),
    Sign("seeclickfix", 6, "address", r"seeclickfix\.com", "it stands at seeclickfix.com"),
    Sign("seeclickfix", 3, "requests", r'"id"\s*:\s*"?\d+(?!.*"service_request_id")', "its cases have an id and no service_request_id"),
    Sign("seeclickfix", 3, "unknown", r'"(?:base|full_errors)"\s*:', "its errors stand under base"),
    Sign("citysdk", 3, "requests", r'"media_urls"\s*:', "its cases have media_urls"),
    Sign("citysdk", 3, "requests", r'"zip_code"\s*:', "its cases have zip_code"),
    Sign("toronto", 3, "requests", r'"status_notes"\s*:\s*"(?:In progress|Cancelled|Initiated|Completed) -', "the real state stands in status_notes"),
    Sign("toronto", 3, "requests", r'"updated_datetime"\s*:\s*""', "it leaves updated_datetime empty"),
    Sign("zurich", 6, "services", r'\A\s*\{\s*"0"\s*:', "its lists come as objects with numbers for names"),
    Sign("washingtondc", 3, "services", r"<br\s*/?>|&lt;br\s*/?&gt;", "its descriptions hold HTML"),
)  # fmt: skip
DECIDES = 5


def recognise_family(texts: Mapping[Where, str]) -> tuple[str, tuple[str, ...]]:
    """The family with the most said for it, and what was said; ('standard', ()) where nothing is clear."""
    for_whom: dict[str, list[Sign]] = {}
    for sign in SIGNS:
        text = texts.get(sign.where, "")
        if text and re.search(sign.pattern, text[:200_000], re.DOTALL):
            for_whom.setdefault(sign.family, []).append(sign)
    if not for_whom:
        return "standard", ()
    weights = {family: sum(sign.weight for sign in signs) for family, signs in for_whom.items()}
    best = max(weights, key=lambda family: weights[family])
    if weights[best] < DECIDES:
        return "standard", ()
    return best, tuple(sign.says for sign in for_whom[best])
