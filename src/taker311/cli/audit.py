"""`taker311 audit`: whether the record of who did what is whole."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.cli.at_seat import add_seat, add_sign_in, seat_folder, sign_in

if TYPE_CHECKING:
    from taker311.cases.model import AuditHead

HELP = "Whether the record of who did what at a seat is whole."
_EXPORT = "Writes the audit to a file. Records that were exported are deleted here after 90 days; others stay."


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
    verify = commands.add_parser("verify", help="check the audit", description=HELP)
    add_seat(verify)
    add_sign_in(verify)
    verify.add_argument(
        "--head",
        metavar="SEQ:HASH",
        default="",
        help="an end of the audit that was noted earlier and must still be on it",
    )
    verify.add_argument("--file", type=Path, metavar="FILE", help="check an exported audit instead of the seat's own")
    verify.add_argument("--json", action="store_true", help="one JSON object")
    export = commands.add_parser("export", help="write the audit to a file", description=_EXPORT)
    export.add_argument("file", type=Path)
    add_seat(export)
    add_sign_in(export)


def run(arguments: argparse.Namespace) -> int:
    """Exit code 1 when the audit does not hold; without signing in the chain alone is checked, which is no error."""
    from taker311.base.codec import to_json
    from taker311.cases.reading import check_audit

    folder = seat_folder(arguments)
    if arguments.act == "export":
        return _export(folder, arguments)
    signs = bool(arguments.who) or arguments.passphrase_fd is not None
    sealer = sign_in(arguments, folder).sealer if signs else None
    known = _head(arguments.head) if arguments.head else None
    if arguments.file is not None:
        from taker311.cases.audit_file import read_audit
        from taker311.cases.chain import verify

        links, head = read_audit(arguments.file)
        check = verify(links, head, sealer, known)
    else:
        check = check_audit(folder, sealer, known)
    if arguments.json:
        print(to_json(check))
        return 1 if check.problem else 0
    if check.problem:
        print(f"{arguments.file or folder}: the audit does not hold. {check.problem}")
        return 1
    print(f"The chain of {check.entries} records holds. Its end: {check.head.seq}:{check.head.hash}")
    if not check.signed:
        print("Signatures were not checked, because nobody signed in (--as NAME).")
    return 0


def _export(folder: Path, arguments: argparse.Namespace) -> int:
    from taker311.cases.inbox import Request
    from taker311.cli._queue_case import done

    unlocked = sign_in(arguments, folder)
    request = Request("audit-export", unlocked.name, file=str(arguments.file.absolute()))
    print(done(folder, request, unlocked).said)
    return 0


def _head(text: str) -> AuditHead:
    from taker311.cases.model import AuditHead

    seq, _, digest = text.partition(":")
    if not seq.isdigit() or len(digest) != 64:
        raise UserError("--head: give it as it was printed, number:hash.")
    return AuditHead(int(seq), digest)
