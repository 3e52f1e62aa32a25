"""`taker311 kb pack`: a short knowledge base for an emergency in one signed file that ends by itself, and on which a
volunteer's desk starts."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.text import clean_line, did_you_mean
from taker311.cli._arguments import a_day
from taker311.cli._publisher import add_keys, key_folder

if TYPE_CHECKING:
    from taker311.authoring.read_packs import Recipe
    from taker311.base.people_keys import Public, Role
    from taker311.knowledge.bundle import Bundle
    from taker311.sync.terms import Terms

HELP = "Makes an emergency pack: chosen topics, bulletins and rumours in one signed file, with an end."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", type=Path, metavar="SOURCE", help="the folder that holds city.yaml, or a built bundle"
    )
    parser.add_argument("--recipe", default="", metavar="ID", help="take what follows from packs/ID.yaml of the source")
    parser.add_argument("--topics", default="", metavar="ID,ID", help="the topics it holds")
    parser.add_argument(
        "--bulletins", default="", metavar="ID,ID", help="besides those that must be read; default: all"
    )
    parser.add_argument("--expires", required=True, type=_end, metavar="DATE", help="its last day (UTC)")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="where it is written")
    who = parser.add_argument_group("for volunteers' desks")
    who.add_argument("--incident", default="", metavar="TEXT", help="for which incident, as on the certificates")
    who.add_argument(
        "--trainer", action="append", default=[], type=Path, metavar="FILE",
        help="a trainer's public key (drill keys export): their certificates count; may be given again",
    )  # fmt: skip
    who.add_argument(
        "--reviewer", action="append", default=[], type=Path, metavar="FILE",
        help="a reviewer's public key; may be given again",
    )  # fmt: skip
    who.add_argument("--recovery", type=Path, metavar="FILE", help="the city's public recovery key (recover init)")
    who.add_argument("--crm", default="", metavar="URL", help="the hub's address; without it cases wait sealed")
    who.add_argument(
        "--from",
        dest="newest_at",
        default="",
        metavar="URL",
        help="where a newer pack is put; desks look there each minute",
    )
    who.add_argument("--dialect", default="hub", metavar="NAME", help="a built-in dialect (default hub)")
    who.add_argument("--jurisdiction", default="", metavar="ID", help="jurisdiction_id, where the endpoint needs one")
    who.add_argument("--drills", default="", metavar="ID,ID", help="drills that a certificate must show as passed")
    who.add_argument("--transfer", default="", metavar="PHONE", help="where callers go whom nothing here answers")
    who.add_argument("--break-after", type=int, default=0, metavar="MIN", help="minutes until a break is due")
    who.add_argument("--review-every", type=int, default=0, metavar="N", help="every so many calls one is reviewed")
    add_keys(parser)


def _end(text: str) -> datetime:
    return datetime.combine(a_day(text), time(23, 59, 59), UTC)


def run(arguments: argparse.Namespace) -> int:
    from taker311.authoring.packing import make_pack
    from taker311.cli.kb_publish import built
    from taker311.knowledge.bundle import Bundle, write_bundle
    from taker311.sync.fingerprint import fingerprint_of, in_hex, in_words

    bundle = Bundle.from_bytes(built(arguments.source), str(arguments.source))
    recipe = _recipe(arguments, bundle)
    now = datetime.now(UTC).replace(microsecond=0)
    terms = _terms(arguments, bundle, recipe, now)
    keys = key_folder(arguments, arguments.source)
    data = make_pack(bundle, recipe.topics, recipe.bulletins, arguments.expires, keys, now, terms)
    write_bundle(arguments.output, data)
    found = fingerprint_of(list(keys.roots().values())[-1])
    print(
        f"{arguments.output}: {len(data):,} bytes, {len(recipe.topics)} topics, "
        f"until {arguments.expires:%Y-%m-%d %H:%M} UTC."
    )
    if terms is None:
        print("It is knowledge alone: a volunteer's desk starts on a pack with --incident, --trainer and --recovery.")
    else:
        where = terms.crm or "no hub: cases wait sealed until they are handed over"
        print(f"For volunteers of {terms.incident}; {where}.")
        if terms.newest_at:
            print(f"Desks look for a newer pack at {terms.newest_at}: put this file there, and each newer one over it.")
        if not terms.reviewers:
            print("No reviewer is named (--reviewer), so no call is kept for review.")
        if terms.crm.startswith("http://") and not _on_this_machine(terms.crm):
            print(
                "! That address has no TLS: volunteers' tokens and callers' data would travel in the open.",
                file=sys.stderr,
            )
    print(
        f"Whoever opens it types this fingerprint, told by another way than the file:\n  {in_words(found)}\n  {in_hex(found)}"
    )
    return 0


def _recipe(arguments: argparse.Namespace, bundle: Bundle) -> Recipe:
    """The recipe of the source, with what the command line says otherwise."""
    from taker311.authoring.read_packs import Recipe, find_recipe

    if arguments.recipe:
        if not arguments.source.is_dir():
            raise UserError(
                "kb pack: a recipe stands in a source folder; give that folder, or --topics without --recipe."
            )
        recipe = find_recipe(arguments.source, arguments.recipe, bundle.knowledge)
    else:
        recipe = Recipe("", "", ())
    for name in ("topics", "bulletins", "drills"):
        given = tuple(one.strip() for one in getattr(arguments, name).split(",") if one.strip())
        setattr(recipe, name, given or getattr(recipe, name))
    recipe.incident = clean_line(arguments.incident, limit=80) or recipe.incident
    recipe.phone = arguments.transfer or recipe.phone
    recipe.break_minutes = arguments.break_after or recipe.break_minutes
    recipe.review_every = arguments.review_every or recipe.review_every
    if not recipe.topics:
        raise UserError("kb pack: say which topics it holds, with --topics or with --recipe.")
    return recipe


def _terms(arguments: argparse.Namespace, bundle: Bundle, recipe: Recipe, now: datetime) -> Terms | None:
    """None where nothing is said of volunteers at all. Raises UserError where something that they need is missing."""
    from taker311.cli.sign_in import read_recovery_key
    from taker311.knowledge.model import Transfer
    from taker311.sync.terms import VERSION, Terms

    if not (arguments.recipe or arguments.trainer or arguments.recovery or arguments.incident or arguments.crm):
        return None
    phones = tuple(phone.id for phone in bundle.city.phones)
    for missing, flag in (
        (not recipe.incident, "--incident"),
        (not arguments.trainer, "--trainer"),
        (arguments.recovery is None, "--recovery"),
        (not recipe.phone, "--transfer"),
    ):
        if missing:
            raise UserError(f"kb pack: a pack for volunteers needs {flag} as well; nothing was made.")
    if recipe.phone not in phones:
        raise UserError(f"kb pack: the city has no phone '{recipe.phone}'{did_you_mean(recipe.phone, phones)}.")
    drills = tuple(drill.id for drill in bundle.knowledge.drills)
    for name in recipe.drills:
        if name not in drills:
            raise UserError(f"kb pack: there is no drill '{name}'{did_you_mean(name, drills)}.")
    _check_endpoint(arguments)
    _check_newest_at(arguments.newest_at)
    return Terms(
        VERSION, recipe.incident, now, arguments.expires, _people(arguments.trainer, "trainer"),
        read_recovery_key(arguments.recovery), Transfer("", recipe.phone, recipe.say), recipe.drills, arguments.crm,
        arguments.dialect, arguments.jurisdiction, _people(arguments.reviewer, "reviewer"), recipe.break_minutes,
        recipe.review_every, arguments.newest_at,
    )  # fmt: skip


def _on_this_machine(address: str) -> bool:
    from urllib.parse import urlsplit

    return urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")


def _check_endpoint(arguments: argparse.Namespace) -> None:
    """What a volunteer's machine could not use is found here."""
    from urllib.parse import urlsplit

    from taker311.crm.dialects import BUILT_IN

    parts = urlsplit(arguments.crm)
    if arguments.crm and (parts.scheme not in ("http", "https") or not parts.netloc or parts.username or parts.query):
        raise UserError("kb pack: --crm is an address as https://hub.city.example/open311/v2, without any key in it.")
    if arguments.dialect not in BUILT_IN:
        near = did_you_mean(arguments.dialect, tuple(BUILT_IN))
        raise UserError(f"kb pack: no built-in dialect is called so{near}; there are {', '.join(BUILT_IN)}.")


def _check_newest_at(address: str) -> None:
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and _on_this_machine(address))
    if address and (not safe or not parts.netloc or parts.username or parts.query):
        raise UserError("kb pack: --from is the pack's own address as https://kb.city.example/packs/flood.pack.")


def _people(files: list[Path], role: Role) -> tuple[Public, ...]:
    from taker311.base.people_keys import read_public

    return tuple(read_public(file, role) for file in files)
