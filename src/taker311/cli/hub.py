"""`taker311 hub`: runs the embedded Open311 server; `hub key ...` gives out and takes back its API keys."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import logging
import os
import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.text import clean_line
from taker311.cli import hub_tokens
from taker311.cli._arguments import a_day

if TYPE_CHECKING:
    from taker311.hub.store import HubStore
    from taker311.knowledge.model import Knowledge

HELP = "Runs the embedded Open311 (GeoReport v2) server on this machine, or manages its API keys."
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_KEPT_REPLIES = timedelta(days=90)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kb", type=Path, metavar="PATH", help="a bundle or a source folder; default: the one in the settings"
    )
    parser.add_argument("--port", type=int, default=8311, help="0 takes any free one (default 8311)")
    parser.add_argument("--listen", default="127.0.0.1", metavar="HOST", help="default 127.0.0.1: this machine alone")
    parser.add_argument(
        "--database", metavar="URL", help="SQLAlchemy's; default: a SQLite file among this program's data"
    )
    parser.add_argument(
        "--keys", type=Path, metavar="FILE", help="desks' names, one a line: those without a key get one, printed once"
    )
    parser.add_argument(
        "--rate", type=float, default=20.0, metavar="N", help="requests a second for each desk; 0: no limit"
    )
    parser.add_argument(
        "--publish", type=Path, metavar="REPO", help="serve this published folder to the desks under /kb/"
    )
    parser.add_argument("--demo", action="store_true", help="a throw-away database, a key, and switches for faults")
    parser.add_argument("--with-parent", type=int, metavar="PID", help="end when that process ends")
    parser.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    commands = parser.add_subparsers(dest="what", metavar="")
    key = commands.add_parser("key", help="add, revoke or list API keys")
    key.add_argument("act", choices=("add", "revoke", "list"))
    key.add_argument("name", nargs="?", default="", help="the desk's name")
    key.add_argument("--post-only", action="store_true", help="it may send cases and read nothing but what is public")
    key.add_argument("--until", type=a_day, metavar="DATE", help="the last day it is valid, as 2026-12-31")
    key.add_argument("--database", metavar="URL", default=argparse.SUPPRESS)
    key.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    desks = commands.add_parser("desks", help=hub_tokens.HELP, description=hub_tokens.HELP)
    hub_tokens.configure(desks)
    release = commands.add_parser("release", help="let everybody read a case's description")
    release.add_argument("number", help="the case's number")
    release.add_argument("--database", metavar="URL", default=argparse.SUPPRESS)
    for name, line in (
        ("floor", "how every desk stands, as it told last"),
        ("inbox", "what desks suggested, newest first"),
    ):
        shown = commands.add_parser(name, help=line, description=line)
        shown.add_argument("--database", metavar="URL", default=argparse.SUPPRESS)
        shown.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    _need_the_extra()
    if arguments.what == "key":
        return _key(arguments)
    if arguments.what == "desks":
        with _opened(_database_url(arguments.database)) as store:
            return hub_tokens.run(arguments, store)
    if arguments.what == "release":
        return _release(arguments)
    if arguments.what in ("floor", "inbox"):
        from taker311.cli.hub_desks import show_floor, show_inbox

        with _opened(_database_url(arguments.database)) as store:
            return (show_floor if arguments.what == "floor" else show_inbox)(store, as_json=arguments.json)
    return _serve(arguments)


def _need_the_extra() -> None:
    try:
        import sqlalchemy  # noqa: F401 - asked for, not used
        import starlette  # noqa: F401 - asked for, not used
        import uvicorn  # noqa: F401 - asked for, not used
    except ImportError as error:
        raise UserError('the hub needs its extra: run  pip install "taker311[hub]"  and try again.') from error


# ---------------------------------------------------------------- keys
def _key(arguments: argparse.Namespace) -> int:
    name = clean_line(arguments.name, limit=200)
    if not name and arguments.act != "list":
        raise UserError(
            f"hub key {arguments.act}: say which desk, as in  taker311 hub key {arguments.act} front-desk-1"
        )
    now = datetime.now(UTC)
    with _opened(_database_url(arguments.database)) as store:
        if arguments.act == "add":
            key = store.add_key(name, now=now, post_only=arguments.post_only, until=arguments.until)
            print(json.dumps({"desk": name, "key": key}) if arguments.json else key)
            if not arguments.json:
                print("This key is shown once; the hub keeps only its hash.", file=sys.stderr)
        elif arguments.act == "revoke":
            count = store.revoke_keys(name, now=now)
            if not count:
                raise UserError(f"hub key revoke: '{name}' has no valid key.")
            print(f"{count} key{'s' if count != 1 else ''} of {name} revoked")
        else:
            for row in store.list_keys():
                print(json.dumps(row) if arguments.json else hub_tokens.line(row, now))
    return 0


def _release(arguments: argparse.Namespace) -> int:
    with _opened(_database_url(arguments.database)) as store:
        if not store.change_case(arguments.number, now=datetime.now(UTC), released=True):
            raise UserError(f"hub release: there is no case {clean_line(arguments.number, limit=40)}.")
    print(f"{arguments.number}: its description is public now")
    return 0


def _database_url(given: str | None) -> str:
    if given:
        return given
    from taker311.base.files import private_folder
    from taker311.base.paths import find_paths

    return f"sqlite:///{private_folder(Path(find_paths().data) / 'hub') / 'hub.db'}"


@contextlib.contextmanager
def _opened(url: str) -> Iterator[HubStore]:
    from sqlalchemy.exc import SQLAlchemyError

    from taker311.hub.store import HubStore

    store = HubStore(url)
    try:
        yield store
    except SQLAlchemyError as error:
        reason = clean_line(str(getattr(error, "orig", None) or type(error).__name__), limit=160)
        raise UserError(f"the hub's database did not take that ({reason}); try again.") from error
    finally:
        store.close()


# ---------------------------------------------------------------- serving
def _serve(arguments: argparse.Namespace) -> int:
    from taker311.base.clock import SystemClock
    from taker311.hub.app import Hub, make_app
    from taker311.hub.catalogue import catalogue_of
    from taker311.hub.faults import Faults
    from taker311.hub.limits import RateLimit
    from taker311.hub.parent import watch_parent
    from taker311.hub.server import HubServer

    if arguments.json:  # a program reads the output, and a desk's screen may be behind it
        quiet = logging.getLogger("uvicorn")
        quiet.addHandler(logging.NullHandler())
        quiet.propagate = False
    over = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: over.set())
    if arguments.with_parent:
        watch_parent(arguments.with_parent, over)
    if arguments.demo and arguments.listen not in _LOOPBACK:
        raise UserError(
            "hub --demo has switches that break it on purpose, so it listens on this machine alone; leave out --listen."
        )
    knowledge, changeset = _knowledge(arguments.kb)
    clock = SystemClock()
    with contextlib.ExitStack() as stack:
        url = arguments.database
        if arguments.demo and not url:
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="taker311-hub-", ignore_cleanup_errors=True)
            )
            url = f"sqlite:///{Path(folder) / 'hub.db'}"
        store = stack.enter_context(_opened(_database_url(url)))
        store.forget_replies(clock.now() - _KEPT_REPLIES)
        token = secrets.token_urlsafe(16) if arguments.demo else ""
        faults = Faults()
        limit = RateLimit(clock, per_s=arguments.rate, burst=max(1, int(arguments.rate * 3)))
        hub = Hub(
            store=store,
            catalogue=catalogue_of(knowledge),
            clock=clock,
            faults=faults,
            limit=limit,
            changeset=changeset,
            published=arguments.publish,
        )
        server = stack.enter_context(
            HubServer(make_app(hub), faults, host=arguments.listen, port=arguments.port, control_token=token)
        )
        ready: dict[str, object] = {"url": server.endpoint, "pid": os.getpid()}
        if arguments.demo:
            ready |= {"desk": "demo", "key": store.add_key("demo", now=clock.now())}
            ready |= {"control": server.control_url, "control_token": token}
        _say_ready(ready, as_json=arguments.json)
        if arguments.keys:
            _give_keys(arguments.keys, store, as_json=arguments.json)
        over.wait()
    return 0


def _say_ready(ready: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(ready), flush=True)
        return
    print(f"Open311 endpoint: {ready['url']}", flush=True)
    if "key" in ready:
        print(f"API key for this demo: {ready['key']}", flush=True)
    if not str(ready["url"]).startswith(tuple(f"http://{host}:" for host in ("127.0.0.1", "[::1]", "localhost"))):
        print("Keys and callers' data travel in the clear here: put a TLS proxy in front of it.", file=sys.stderr)
    print("Ctrl-C ends it. 'taker311 hub desks add NAME' makes a desk's key.", flush=True)


def _give_keys(path: Path, store: HubStore, *, as_json: bool) -> None:
    try:
        names = [
            line for text in path.read_text(encoding="utf-8").splitlines() if (line := clean_line(text, limit=200))
        ]
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: the list of desks can't be read ({clean_line(str(error), limit=120)}).") from error
    have = {row["name"] for row in store.list_keys() if not row["revoked_at"]}
    for name in names:
        if name not in have and not name.startswith("#"):
            have.add(name)
            key = store.add_key(name, now=datetime.now(UTC))
            print(json.dumps({"desk": name, "key": key}) if as_json else f"{name}: {key}", flush=True)


def _knowledge(given: Path | None) -> tuple[Knowledge, str]:
    """The knowledge and a word that changes with it."""
    from taker311.knowledge.bundle import Bundle

    path = given or _settings_kb()
    if not path.is_dir():
        bundle = Bundle.open(path)
        return bundle.knowledge, bundle.version
    from taker311.authoring.source import read_source
    from taker311.base.codec import pack

    source = read_source(path)
    if source.knowledge is None:
        raise UserError(
            f"{path}: this knowledge base has {source.findings.errors} errors; 'taker311 kb check {path}' lists them."
        )
    return source.knowledge, hashlib.sha256(pack(source.knowledge)).hexdigest()[:12]


def _settings_kb() -> Path:
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings

    path = find_paths().settings_file
    named = load_settings(path).city.kb
    if not named:
        raise UserError(f"hub: say which knowledge base it serves with --kb, or set city.kb in {path}.")
    return path.parent / Path(named).expanduser()
