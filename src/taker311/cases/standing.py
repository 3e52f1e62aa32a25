"""How a desk stands, for whoever looks after all of them: counts, the oldest age, the references that wait for a person, and
the end of the audit, and what is done there. Nothing in it is a caller's, so it may lie in a shared folder."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import name_for_file, write_atomically
from taker311.base.text import clean_line
from taker311.cases.model import AuditHead, OutboxRow, State
from taker311.cases.outbox import PERSON
from taker311.cases.reference import is_ref
from taker311.crm.desk_model import Activity, DeskStatus, FloorRow, HelpAnswer, cleaned_activity

FILE = "status.json"
UNSENT: tuple[State, ...] = ("queued", "sending", "unknown", "blocked", "held", "exported")
FOR_A_PERSON: tuple[State, ...] = ("held", "blocked")
_MOST_BYTES = 1 << 20
_MOST_REFS = 200
_STALE_S = 24 * 3600.0
_ON_S = 900.0  # a desk that does not say how often tells at least every 12 minutes
_SLACK_S = 20.0  # beside two of its rounds: one word may get lost
ANSWERS = "answers"  # the folder in the shared one where a supervisor leaves word


class Waiting(Value, frozen=True):
    ref: str
    state: State
    since: datetime


class Standing(Value, frozen=True):
    """`counts` by state, of unsettled cases; `oldest` when the oldest of them was made; `waiting` those that a person must
    decide about, oldest first, 200 at most (`more` says how many besides). `paused`: why the sender stands still."""

    version: int
    desk: str
    seat: str
    at: datetime
    counts: dict[str, int] = {}
    oldest: datetime | None = None
    waiting: tuple[Waiting, ...] = ()
    more: int = 0
    paused: str = ""
    audit: AuditHead = AuditHead()
    doing: Activity | None = None

    @property
    def name(self) -> str:
        """As the desk's file in the shared folder is called."""
        return f"{name_for_file(self.desk)}-{name_for_file(self.seat)}"

    def on(self, now: datetime) -> bool:
        """Somebody is at work there, as far as the desk told: desks of an older version don't tell."""
        doing = self.doing
        if doing is None or doing.state in ("", "off"):
            return False
        within = min(_ON_S, 2 * doing.every_s + _SLACK_S) if doing.every_s > 0 else _ON_S
        return (now - self.at).total_seconds() <= within

    @property
    def help_open(self) -> bool:
        """A call for help that no supervisor has answered."""
        return self.doing is not None and self.doing.help_since is not None and self.doing.answered is None

    @property
    def for_a_person(self) -> int:
        return len(self.waiting) + self.more

    def stale(self, now: datetime) -> bool:
        """The desk has not reported for a day."""
        return (now - self.at).total_seconds() > _STALE_S


def waits_for_a_person(row: OutboxRow) -> bool:
    """A refusal, a bad key, or a doubt that nothing but a person can settle."""
    return row.state in FOR_A_PERSON or (row.state == "unknown" and row.last_reason.endswith(PERSON))


def standing(
    rows: Iterable[OutboxRow],
    at: datetime,
    *,
    desk: str,
    seat: str,
    paused: str = "",
    audit: AuditHead | None = None,
    doing: Activity | None = None,
) -> Standing:
    unsent = [row for row in rows if row.state in UNSENT]
    asking = sorted((row for row in unsent if waits_for_a_person(row)), key=lambda r: r.created_at)
    return Standing(
        version=1,
        desk=desk,
        seat=seat,
        at=at,
        counts=dict(sorted(Counter(row.state for row in unsent).items())),
        oldest=min((row.created_at for row in unsent), default=None),
        waiting=tuple(Waiting(row.ref, row.state, row.created_at) for row in asking[:_MOST_REFS]),
        more=max(0, len(asking) - _MOST_REFS),
        paused=paused,
        audit=audit or AuditHead(),
        doing=doing,
    )


def write_standing(found: Standing, seat_folder: Path, shared: Path | None = None) -> str:
    """Writes it to the seat's folder and, under the desk's own name, to the shared one; '' or why that failed."""
    data = (to_json(found) + "\n").encode()
    with contextlib.suppress(OSError):
        write_atomically(seat_folder / FILE, data)
    if shared is None:
        return ""
    try:
        write_atomically(shared / f"{found.name}.json", data, mode=0o644)
    except OSError as error:
        return f"{shared}: this desk's status can't be left there ({error.strerror or error})."
    return ""


def for_hub(found: Standing, *, kb_version: str, kb_age_s: float, version: str) -> DeskStatus:
    """As a desk tells its hub."""
    return DeskStatus(
        at=found.at,
        waiting=sum(found.counts.values()) - found.for_a_person,
        attention=found.for_a_person,
        oldest_s=max(0.0, (found.at - found.oldest).total_seconds()) if found.oldest else 0.0,
        kb_version=kb_version,
        kb_age_s=kb_age_s,
        version=version,
        refs=tuple(w.ref for w in found.waiting),
        head=f"{found.audit.seq}:{found.audit.hash}" if found.audit.seq else "",
        seat=found.seat,
        doing=found.doing,
    )


def from_hub(row: FloorRow) -> Standing:
    """As the hub shows it. It does not tell the states of those that wait for a person; here they count as held."""
    status = row.status
    oldest = row.received_at - timedelta(seconds=min(max(status.oldest_s, 0.0), 1e9)) if status.oldest_s else None
    refs = tuple(Waiting(ref, "held", oldest or row.received_at) for ref in status.refs if is_ref(ref))
    seq, _, digest = status.head.partition(":")
    counts = {"queued": status.waiting, "held": status.attention}
    return Standing(
        version=1,
        desk=clean_line(row.desk.removesuffix(f"/{status.seat}") if status.seat else row.desk, limit=40),
        seat=clean_line(status.seat, limit=40),
        at=row.received_at,
        counts={state: count for state, count in counts.items() if count},
        oldest=oldest,
        waiting=refs,
        more=max(0, status.attention - len(refs)),
        audit=AuditHead(int(seq), clean_line(digest, limit=64)) if seq.isdecimal() else AuditHead(),
        doing=_usable(status.doing),
    )


def _usable(told: Activity | None) -> Activity | None:
    try:
        return cleaned_activity(told) if told is not None else None
    except ValueError:
        return None


def answer_in(shared: Path, desk: str, seat: str) -> HelpAnswer | None:
    """What a supervisor left for this desk in the shared folder."""
    try:
        found = from_json(
            (shared / ANSWERS / f"{name_for_file(desk)}-{name_for_file(seat)}.json").read_bytes()[:_MOST_BYTES],
            HelpAnswer,
        )
        if found.help_since.tzinfo is None or found.at.tzinfo is None:
            return None
    except (OSError, ValueError):
        return None
    return msgspec.structs.replace(found, by=clean_line(found.by, limit=60))


def leave_answer(shared: Path, found: Standing, answer: HelpAnswer) -> None:
    """For the desk that called for help. Raises UserError."""
    folder = shared / ANSWERS
    try:
        folder.mkdir(exist_ok=True)
        write_atomically(folder / f"{found.name}.json", to_json(answer).encode(), mode=0o644)
    except OSError as error:
        raise UserError(
            f"{folder}: the answer can't be left there ({error.strerror or error}); go to the desk, or ask for write permission."
        ) from error


def read_floor(folder: Path) -> tuple[list[Standing], list[str]]:
    """Every desk that reports to the folder, and sentences on files that can't be used. Raises UserError."""
    if not folder.is_dir():
        raise UserError(f"{folder}: is no folder; give the one that the desks report to.")
    found, problems = [], []
    for file in sorted(folder.glob("*.json")):
        try:
            if file.stat().st_size > _MOST_BYTES:
                raise ValueError("too large")
            found.append(_answered(folder, _cleaned(from_json(file.read_bytes(), Standing))))
        except (OSError, ValueError):
            problems.append(f"{clean_line(str(file), limit=300)}: is no desk's status.")
    return found, problems


def _answered(folder: Path, found: Standing) -> Standing:
    """With the answer that was left since the desk told last."""
    doing = found.doing
    if doing is None or not found.help_open:
        return found
    answer = answer_in(folder, found.desk, found.seat)
    if answer is None or answer.help_since != doing.help_since:
        return found
    return msgspec.structs.replace(found, doing=msgspec.structs.replace(doing, answered=answer))


def _cleaned(found: Standing) -> Standing:
    """Whatever lies in a shared folder may have been put there by anybody."""
    if any(m.tzinfo is None for m in (found.at, found.oldest or found.at, *(w.since for w in found.waiting))):
        raise ValueError("a moment without a zone")
    return msgspec.structs.replace(
        found,
        desk=clean_line(found.desk, limit=20),
        seat=clean_line(found.seat, limit=40),
        paused=clean_line(found.paused, limit=300),
        counts={clean_line(k, limit=20): v for k, v in found.counts.items()},
        waiting=tuple(w for w in found.waiting if is_ref(w.ref)),
        doing=cleaned_activity(found.doing) if found.doing is not None else None,
    )
