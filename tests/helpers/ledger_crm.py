"""A CRM whose ledger is a file: it outlives the program that is killed, and knows nothing of what our code believes."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

from taker311.crm.model import Accepted, Outcome, Receipt, RequestRecord, Submission


class LedgerCrm:
    def __init__(self, path: Path, *, honours_keys: bool) -> None:
        self._path = path
        self._honours = honours_keys

    def lines(self) -> list[dict[str, str]]:
        if not self._path.exists():
            return []
        return [json.loads(line) for line in self._path.read_text().splitlines()]

    def counts(self) -> Counter[str]:
        """How often each case (by the reference with its case id) was stored."""
        return Counter(line["tag"] for line in self.lines())

    def submit(self, submission: Submission, *, service_type="realtime", after_unknown=False) -> Outcome:
        before = self.lines()
        if self._honours:
            for line in before:
                if line["key"] == submission.idem_key:
                    return Accepted(Receipt(request_id=line["number"]), 200)
        number = str(len(before) + 1)
        text = parse_qs(submission.body.decode())["description"][0]
        line = {
            "number": number,
            "tag": submission.reference,
            "key": submission.idem_key,
            "service": submission.service_code,
            "text": text,
            "at": datetime.now(UTC).isoformat(),
        }
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, (json.dumps(line) + "\n").encode())
        finally:
            os.close(handle)
        return Accepted(Receipt(request_id=number), 200)

    def token(self, token: str) -> str | None:
        return None

    def request(self, request_id: str) -> RequestRecord | None:
        return next((r for r in self.find() if r.request_id == request_id), None)

    def find(self, service_code="", start=None, end=None) -> list[RequestRecord]:
        return [
            RequestRecord(
                request_id=line["number"],
                service_code=line["service"],
                description=line["text"],
                requested=datetime.fromisoformat(line["at"]),
            )
            for line in self.lines()
            if service_code in ("", line["service"]) and (start is None or datetime.fromisoformat(line["at"]) >= start)
        ]
