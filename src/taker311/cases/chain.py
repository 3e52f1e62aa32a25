"""The audit's chain: each record holds the hash of all before it, and the desk's key signs each and the end.

Without the key a changed, missing or moved record shows; with it also a chain that somebody computed anew, and a tail that
was cut off, because the signed end is kept apart from the records.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from taker311.base.codec import Value, pack
from taker311.base.sealing import SealBrokenError, Sealer, body_of
from taker311.base.text import clean_line
from taker311.cases.model import AuditCheck, AuditEntry, AuditHead


class Link(Value, frozen=True):
    """A record as it is stored. `said` is the sealed sentence; the chain runs over its body, which a new desk key leaves alone."""

    seq: int
    at: str
    actor: str
    event: str
    case_id: str
    detail: str
    said: bytes | None
    hash: str
    mac: str


class SignedHead(Value, frozen=True):
    """The end of the chain, and of what was pruned before its beginning."""

    seq: int = 0
    hash: str = ""
    mac: str = ""
    base_seq: int = 0
    base_hash: str = ""


def hash_of(before: str, link: Link) -> str:
    said = body_of(link.said) if link.said else b""
    content = (before, link.seq, link.at, link.actor, link.event, link.case_id, link.detail, said)
    return hashlib.sha256(pack(content)).hexdigest()


def linked(before: str, link: Link, sealer: Sealer) -> Link:
    """The link with its hash and signature."""
    digest = hash_of(before, link)
    mac = sealer.mac("audit", digest.encode()).hex()
    return Link(link.seq, link.at, link.actor, link.event, link.case_id, link.detail, link.said, digest, mac)


def record(head: SignedHead, sealer: Sealer, entry: AuditEntry) -> tuple[Link, SignedHead]:
    """The next link and the end that goes with it. `entry.seq` is not looked at; `entry.said` is sealed."""
    seq = head.seq + 1
    said = sealer.seal(clean_line(entry.said).encode(), f"audit {seq}") if entry.said else None
    at = entry.at.isoformat(timespec="microseconds")
    bare = Link(seq, at, clean_line(entry.actor), entry.event, entry.case_id, clean_line(entry.detail), said, "", "")
    link = linked(head.hash, bare, sealer)
    return link, signed_head(link, head, sealer)


def entry_of(link: Link, sealer: Sealer | None) -> AuditEntry:
    said = sealer.open(link.said, f"audit {link.seq}").decode() if sealer and link.said else ""
    at = datetime.fromisoformat(link.at)
    return AuditEntry(link.seq, at, link.actor, link.event, link.case_id, link.detail, said)


def signed_head(link: Link, before: SignedHead, sealer: Sealer) -> SignedHead:
    unsigned = SignedHead(link.seq, link.hash, "", before.base_seq, before.base_hash)
    return SignedHead(link.seq, link.hash, _head_mac(unsigned, sealer), before.base_seq, before.base_hash)


def rebased(head: SignedHead, seq: int, digest: str, sealer: Sealer) -> SignedHead:
    """The end of a chain whose records up to `seq` were pruned."""
    unsigned = SignedHead(head.seq, head.hash, "", seq, digest)
    return SignedHead(head.seq, head.hash, _head_mac(unsigned, sealer), seq, digest)


def _head_mac(head: SignedHead, sealer: Sealer) -> str:
    content = pack((head.seq, head.hash, head.base_seq, head.base_hash))
    return sealer.mac("audit head", content).hex()


def verify(
    links: Iterable[Link], head: SignedHead, sealer: Sealer | None, known: AuditHead | None = None
) -> AuditCheck:
    """Walks the chain. `known` is a head seen elsewhere: the chain must still pass through it."""
    before, seq, count, problem, met = head.base_hash, head.base_seq, 0, "", known is None or known.seq <= head.base_seq
    for link in links:
        count += 1
        if link.seq != seq + 1:
            problem = problem or f"Record {seq + 1} is missing."
        elif _rehashed(before, link) != link.hash:
            problem = problem or f"Record {link.seq} was changed."
        elif sealer and not _same(sealer.mac("audit", link.hash.encode()).hex(), link.mac):
            problem = problem or f"Record {link.seq} was not signed by this desk."
        if known is not None and link.seq == known.seq:
            met = link.hash == known.hash
        before, seq = link.hash, link.seq
    if not problem and (seq, before) != (head.seq, head.hash):
        problem = "The last records are missing."
    if not problem and sealer and head.seq and not _same(_head_mac(head, sealer), head.mac):
        problem = "The end of the audit was not signed by this desk."
    if not problem and not met:
        problem = "A record that was reported earlier is missing."
    return AuditCheck(count, AuditHead(head.seq, head.hash), sealer is not None, problem)


def _rehashed(before: str, link: Link) -> str:
    try:
        return hash_of(before, link)
    except SealBrokenError:
        return ""


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
