"""Which calls are kept for review, told from what stands plain in the journal: nobody's words are opened to decide it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from taker311.base.settings import ReviewSettings
from taker311.base.words import noted
from taker311.cases.model import JournalEntry

Reason = Literal["sample", "help", "emergency", "abusive", "marked", "picked"]
Mac = Callable[[str, bytes], bytes]

REASONS: dict[Reason, str] = {
    "sample": noted("sample"),
    "help": noted("call for help"),
    "emergency": noted("911 card"),
    "abusive": noted("abusive"),
    "marked": noted("marked by the agent"),
    "picked": noted("picked by hand"),
}
_KINDS: dict[str, Reason] = {
    "help-called": "help",
    "card-opened": "emergency",
    "emergency-heard": "emergency",
    "marked-for-review": "marked",
}
_ALL = 1 << 64


def rate(every: float) -> float:
    """The share of calls that `review.every` means: 20 is a twentieth, 0.1 a tenth, 0 none."""
    return 0.0 if every <= 0 else min(1.0, every) if every < 1 else 1.0 / every


def in_sample(call_id: str, share: float, mac: Mac) -> bool:
    """The same call gives the same answer for ever, and nobody without the desk's key can tell it beforehand: HMAC-SHA256 of
    the call's id, its first 64 bits below `share` of all."""
    return int.from_bytes(mac("review sample", call_id.encode())[:8], "big") < int(share * _ALL)


def reasons(entries: Sequence[JournalEntry], wanted: ReviewSettings, mac: Mac) -> tuple[Reason, ...]:
    """Why this call is kept; () where it is not."""
    if not entries:
        return ()
    agent = next((entry.fields.get("agent", "") for entry in entries if entry.kind == "started"), "")
    share = rate(wanted.every_of.get(agent, wanted.every))
    found: dict[Reason, None] = {"sample": None} if in_sample(entries[0].call_id, share, mac) else {}
    for number, entry in enumerate(entries):
        reason = _KINDS.get(entry.kind)
        if reason == "marked" and number == 1:
            reason = "sample"  # before anything was done in it: a volunteer's, by its number
        if entry.kind == "disposed" and entry.fields.get("code") == "abusive":
            reason = "abusive"
        if reason is not None and (reason in ("marked", "sample") or reason in wanted.always):
            found[reason] = None
    return tuple(found)
