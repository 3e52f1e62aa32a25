"""The command line. Each command is a module of its own that is imported only when it is chosen.

A command's module has HELP (one line), `configure(parser)`, which adds its arguments, and `run(arguments) -> int`, the exit code.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Mapping, Sequence

from taker311 import __version__
from taker311.base.errors import UserError
from taker311.cli._wall import walled

# command -> (module, one line of help). The help stands here too so that listing the commands imports none of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "desk": ("taker311.cli.desk", "take calls on the full screen (what happens without a command)"),
    "line": ("taker311.cli.line", "take calls with plain prompts: screen readers, thin links, programs"),
    "demo": ("taker311.cli.demo", "the demo city with its own small CRM, in a throw-away folder"),
    "queue": ("taker311.cli.queue", "cases that wait to be sent, and what became of the others"),
    "audit": ("taker311.cli.audit", "whether the record of who did what is whole"),
    "status": ("taker311.cli.status", "how a case stands, in words for the caller"),
    "search": ("taker311.cli.search", "find topics by a caller's words"),
    "kb": ("taker311.cli.kb", "check, build and import a knowledge base"),
    "sync": ("taker311.cli.sync", "fetch the city's knowledge base, from its origin or a stick"),
    "init": ("taker311.cli.init", "set this desk up on a city's own services"),
    "doctor": ("taker311.cli.doctor", "what is right and wrong with this desk, and what to do"),
    "config": ("taker311.cli.config", "show and check the settings"),
    "hub": ("taker311.cli.hub", "run the embedded Open311 server"),
    "tour": ("taker311.cli.tour", "the desk in five screens, for whoever is new"),
    "drill": ("taker311.cli.drill", "practise on scripted callers, sealed off from the real CRM"),
    "review": ("taker311.cli.review", "replay calls and judge them; what reviewers' forms say"),
    "certificate": ("taker311.cli.certificate", "who may take calls in an incident: issue, show, verify"),
    "crm": ("taker311.cli.crm", "ask an Open311 endpoint what it can do"),
    "keys": ("taker311.cli.keys", "the keys of the desk"),
    "slots": ("taker311.cli.slots", "who can open a seat's key: list, add, remove"),
    "rekey": ("taker311.cli.rekey", "a new key for a seat, after somebody left"),
    "recover": ("taker311.cli.recover", "read a dead desk's queue with the city's key"),
    "floor": ("taker311.cli.floor", "how all desks stand, from the folder they report to"),
    "report": ("taker311.cli.report", "calls, times, topics and cases of a span of days, of one desk or many"),
    "sign-in": ("taker311.cli.sign_in", "who works at this desk"),
}
DEFAULT = "desk"
CRASH = 70


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command in `argv` (the program's own arguments without one) and gives the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        _never_fail_on_letters()
        sys.stdout, sys.stderr = walled(sys.stdout), walled(sys.stderr)
        code = _run(words)
        sys.stdout.flush()
        return code
    except UserError as error:
        _say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _close_quietly()
        return 0
    except Exception as error:  # noqa: BLE001 - the last wall: a person gets a sentence, never a traceback
        from taker311.cli.crash import leave_note

        _say(f"error: {leave_note(error)}")
        return CRASH


def _run(words: list[str]) -> int:
    if words[:1] in (["-h"], ["--help"]):
        print(overview("taker311", COMMANDS), end="")
        return 0
    if words[:1] == ["--version"]:
        print(f"taker311 {__version__}")
        return 0
    if not words or words[0].startswith("-"):
        words = [DEFAULT, *words]
    return dispatch("taker311", COMMANDS, words)


def dispatch(program: str, commands: Mapping[str, tuple[str, str]], words: Sequence[str]) -> int:
    """Imports the module of the command `words` begins with, and runs it with the rest."""
    name, rest = words[0], list(words[1:])
    if name not in commands:
        from taker311.base.text import clean_line, did_you_mean

        shown = clean_line(name, limit=60)
        raise UserError(
            f"{program} has no command '{shown}'{did_you_mean(shown, tuple(commands))}; '{program} --help' lists them."
        )
    module = importlib.import_module(commands[name][0])
    if hasattr(module, "COMMANDS"):
        return int(module.dispatch(rest))
    parser = argparse.ArgumentParser(f"{program} {name}", description=module.HELP)
    module.configure(parser)
    return int(module.run(parser.parse_args(rest)))


def overview(program: str, commands: Mapping[str, tuple[str, str]]) -> str:
    width = max(map(len, commands))
    lines = [f"  {name:<{width}}  {line}" for name, (_, line) in commands.items()]
    return f"usage: {program} COMMAND [...]\n\n" + "\n".join(lines) + f"\n\n'{program} COMMAND --help' says more.\n"


def _never_fail_on_letters() -> None:
    """A terminal that knows no UTF-8 shows '?' for a letter; it does not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(errors="replace")


def _say(sentence: str) -> None:
    try:
        print(sentence, file=sys.stderr, flush=True)
    except OSError:
        return


def _close_quietly() -> None:
    """Python flushes stdout once more at its end; that must not complain of the closed pipe again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
