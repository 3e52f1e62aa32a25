"""Certificates: who may take calls in an incident, for how long, on the strength of which drills; signed by a trainer."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import write_atomically
from taker311.base.text import clean_line
from taker311.base.words import say
from taker311.drills.rubric import Scorecard
from taker311.drills.trainer_keys import Public, Trainer

_ABOUT = b"taker311 certificate\0"
_MOST = 200_000
LONGEST = timedelta(days=366)
# A desk's clock may be a little behind the one at which the certificate was signed.
CLOCK_SKEW = timedelta(minutes=10)
Standing = Literal["valid", "expired", "not-yet", "untrusted", "broken"]


class Pass(Value, frozen=True):
    """A drill that was passed: its best score in tenths."""

    drill: str
    version: int
    score: int
    on: str


class Certificate(Value, frozen=True):
    v: int
    name: str
    incident: str
    drills: tuple[Pass, ...]
    issued: datetime
    expires: datetime
    trainer: str
    trainer_id: str
    serial: str


class _File(Value, frozen=True):
    """`certificate` is the signed text itself, so that nothing depends on how it is written down again."""

    certificate: str
    signature: str


class Checked(Value, frozen=True):
    certificate: Certificate
    standing: Standing
    why: str = ""


def passes(cards: Sequence[Scorecard]) -> tuple[Pass, ...]:
    """The drills that were passed, the best attempt of each, by id."""
    best: dict[str, Pass] = {}
    for card in cards:
        one = Pass(card.drill, card.version, card.score, card.taken)
        if card.passed and (card.drill not in best or best[card.drill].score < card.score):
            best[card.drill] = one
    return tuple(best[name] for name in sorted(best))


def issue(
    trainer: Trainer, name: str, incident: str, passed: Sequence[Pass], now: datetime, life: timedelta, serial: str
) -> bytes:
    """The file's bytes. Raises UserError where nothing was passed, or for a life that is none or too long."""
    name, incident = clean_line(name, limit=80), clean_line(incident, limit=80)
    if not name or not incident:
        raise UserError("A certificate names a person and an incident; give both.")
    if not passed:
        raise UserError(f"{name} has passed no drill yet, so there is nothing to certify.")
    if not timedelta(0) < life <= LONGEST:
        raise UserError(f"A certificate holds from one day to {LONGEST.days} days; give --days.")
    now = now.replace(microsecond=0)
    made = Certificate(
        1, name, incident, tuple(passed), now, now + life, trainer.public.name, trainer.public.id, serial
    )
    text = to_json(made)
    signature = trainer.sign(_ABOUT + text.encode())
    return f"{to_json(_File(text, base64.b64encode(signature).decode()))}\n".encode()


def write(path: Path, data: bytes) -> None:
    try:
        write_atomically(path, data)
    except OSError as error:
        raise UserError(f"{path}: can't be written ({error.strerror or error}); name another place.") from error


def load(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST:
            raise UserError(say("{file}: this is no certificate; it is too large.", file=path))
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            say(
                "{file}: this certificate can't be read ({why}); check the path.",
                file=path,
                why=error.strerror or error,
            )
        ) from error


def check(data: bytes, trainers: Sequence[Public], now: datetime, name: str = "the certificate") -> Checked:
    """How the certificate stands at `now`. Raises UserError where it is no certificate at all."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        file = from_json(data, _File)
        found = from_json(file.certificate, Certificate)
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise UserError(say("{file}: this is no certificate; ask the trainer for it anew.", file=name)) from error
    if found.v != 1:
        raise UserError(say("{file}: this certificate was written by a newer taker311; update this one.", file=name))
    by = next((one for one in trainers if one.id == found.trainer_id), None)
    if by is None:
        return Checked(
            found, "untrusted", say("this desk does not know the trainer who signed it; add the trainer's key")
        )
    try:
        signature = base64.b64decode(file.signature, validate=True)
        Ed25519PublicKey.from_public_bytes(by.sign).verify(signature, _ABOUT + file.certificate.encode())
    except (InvalidSignature, ValueError, binascii.Error):
        return Checked(found, "broken", say("its signature does not fit: it was altered; ask the trainer for it anew"))
    if now < found.issued - CLOCK_SKEW:
        return Checked(
            found,
            "not-yet",
            say(
                "it was signed on {when} UTC, which this machine's clock has not reached: set the clock",
                when=f"{found.issued:%Y-%m-%d %H:%M}",
            ),
        )
    if now >= found.expires:
        return Checked(
            found,
            "expired",
            say("it ended on {when} UTC; ask the trainer for a new one", when=f"{found.expires:%Y-%m-%d %H:%M}"),
        )
    return Checked(found, "valid")


def lacking(found: Certificate, incident: str, drills: Sequence[str]) -> str:
    """Why a valid certificate does not admit to `incident`, whose calls need those `drills`; '' when it does."""
    if found.incident.casefold() != incident.casefold():
        return say(
            "it is for '{its}', and this is '{incident}'", its=clean_line(found.incident, limit=80), incident=incident
        )
    passed = {one.drill for one in found.drills}
    missing = [clean_line(drill, limit=60) for drill in drills if drill not in passed]
    if not missing:
        return ""
    return say(
        "it does not show {drills} as passed; take what is missing and ask the trainer for a new one",
        drills=", ".join(missing),
    )
