"""Which pack, and whose: a pack is verified against the root fingerprint that a person was given by another way than the file,
and remembered for the next start."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.text import clean_line
from taker311.base.words import say
from taker311.cli._tell import tell
from taker311.knowledge.bundle import Bundle
from taker311.station.volunteer import Folders, pack_id
from taker311.sync.fingerprint import read_fingerprint
from taker311.sync.pack_news import NEWER
from taker311.sync.packs import OpenedPack, differing_words, fingerprints_in, open_pack

_TRUSTED = "trusted.json"
_NEWEST = "newest.json"
_TRIES = 5


class Trusted(Value, frozen=True):
    """Fingerprints that a person gave on this machine and that a pack was found to fit, hex."""

    fingerprints: tuple[str, ...] = ()


class Newest(Value, frozen=True):
    """When the newest pack of this incident that was used here was made: an older one is not taken any more."""

    made: datetime


def trusted_fingerprint(packs: Path, pack: Path, given: str) -> str:
    """The fingerprint to verify `pack` with: given on the command line, remembered, or asked for. Raises UserError."""
    if given:
        return _fitting(given, pack)
    there = fingerprints_in(pack)
    for known in _read(packs).fingerprints:
        if bytes.fromhex(known) in there:
            return known
    if not sys.stdin.isatty():
        raise UserError(say("Give the city's fingerprint with --fingerprint: nobody is there to type it."))
    tell(say("The city gave you 16 words (or 32 digits) by another way than this file: its fingerprint."))
    tell(say("They make sure that this pack is the city's. Type them with blanks between; upper or lower case."))
    for _ in range(_TRIES):
        try:
            typed = input(say("Fingerprint: "))
        except EOFError:
            break
        if not typed.strip():
            continue
        try:
            return _fitting(typed, pack)
        except UserError as error:
            tell(f"! {error}")
    raise UserError(say("Without the city's fingerprint nothing of this pack is used; ask whoever gave it to you."))


def _fitting(typed: str, pack: Path) -> str:
    """The fingerprint in hex, if it is the pack's. Raises UserError, which names the word where only a slip parts them."""
    found = read_fingerprint(typed)
    if found in fingerprints_in(pack):
        return found.hex()
    wrong = differing_words(found, pack)
    words = clean_line(typed).replace(",", " ").split()
    if wrong and len(words) == len(found):
        named = ", ".join(say("word {number} ('{word}')", number=at, word=words[at - 1][:30]) for at in wrong)
        raise UserError(say("Nearly: {words} can't be right; compare with what you were given.", words=named))
    raise UserError(
        say(
            "{pack}: this pack was not signed by the city of that fingerprint; compare it word by word with what you were given. If it is right, don't use this pack, and tell whoever gave it to you.",
            pack=pack,
        )
    )


def opened(
    packs: Path, pack: Path, fingerprint: str, now: datetime, *, for_calls: bool
) -> tuple[OpenedPack, Bundle, str]:
    """The verified pack, which may have ended, its bundle and its id; remembers the fingerprint. Raises UserError, for calls
    also where a newer pack was used here already."""
    packs = private_folder(packs)
    first = open_pack(pack, fingerprint, private_folder(packs / "opening"), now, over_too=True)
    if first.terms is None:
        raise UserError(
            say(
                "{pack}: this pack is knowledge to look up and names no incident; a volunteer's desk starts on one that was made with kb pack --incident.",
                pack=pack,
            )
        )
    bundle = Bundle.open(Path(first.file))
    number = pack_id(bytes.fromhex(fingerprint), bundle.city.id, first.terms.incident)
    newest = private_folder(packs / number) / _NEWEST
    fetched = _fetched(packs / number, fingerprint, now)
    if fetched is not None and fetched.made > first.made:
        first, bundle = fetched, Bundle.open(Path(fetched.file))
    kept = _newest(newest)
    if kept is not None and first.made < kept.made and for_calls:
        raise UserError(
            say(
                "{pack}: a newer pack for this incident was used here already (made {made} UTC); use that one.",
                pack=pack,
                made=f"{kept.made:%Y-%m-%d %H:%M}",
            )
        )
    try:
        target = private_folder(packs / number / "kb") / Path(first.file).name
        Path(first.file).replace(target)
        if kept is None or kept.made < first.made:
            write_atomically(newest, to_json(Newest(first.made)).encode())
        known = _read(packs)
        if fingerprint not in known.fingerprints:
            write_atomically(packs / _TRUSTED, to_json(Trusted((*known.fingerprints, fingerprint))).encode())
    except OSError as error:
        raise UserError(
            say("{folder}: can't be written ({why}); free some room there.", folder=packs, why=error.strerror or error)
        ) from error
    return first, bundle, number


def _fetched(home: Path, fingerprint: str, now: datetime) -> OpenedPack | None:
    """A newer pack that a desk fetched here while it was at work."""
    try:
        found = open_pack(home / NEWER, fingerprint, home / "opening", now, over_too=True)
    except UserError:
        return None
    return found if found.terms is not None else None


def bundle_file(folders: Folders, version: str) -> Path:
    return folders.knowledge / f"pack-{version}.kb"


def _newest(file: Path) -> Newest | None:
    try:
        return from_json(file.read_bytes(), Newest)
    except (OSError, ValueError):
        return None


def _read(packs: Path) -> Trusted:
    try:
        found = from_json((packs / _TRUSTED).read_bytes(), Trusted)
        return Trusted(tuple(one for one in found.fingerprints if len(bytes.fromhex(one)) == 16))
    except (OSError, ValueError):
        return Trusted()
