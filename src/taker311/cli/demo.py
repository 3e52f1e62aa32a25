"""`taker311 demo`: the demo city with its own small CRM on this machine, in a throw-away folder. Nothing real is touched."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taker311.base.errors import UserError
from taker311.base.words import say, use
from taker311.cli._full_screen import need_a_screen

if TYPE_CHECKING:
    from taker311.crm.client import Open311
    from taker311.desk.app import DeskApp

HELP = "Opens the desk on the demo city, with a small CRM of its own; Ctrl+X switches the CRM off and on."
_HUB_STARTS_S = 30.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, metavar="DIR", help="keep the demo's state there, to find it again")
    parser.add_argument("--agent", default="Sam", metavar="NAME", help="who takes the calls")
    parser.add_argument("--language", default="", metavar="CODE", help="of the desk's own words: en or es")
    parser.add_argument("--line", action="store_true", help="plain prompts instead of the full screen")
    parser.add_argument("--json", action="store_true", help="with --line: one JSON object a line")


class DemoHub:
    """The hub as a child process that ends with this one. `switch` turns it off and on, as an outage would."""

    def __init__(self, bundle_file: Path, folder: Path) -> None:
        command = [sys.executable, "-m", "taker311", "hub", "--demo", "--json", "--port", "0"]
        command += ["--kb", str(bundle_file), "--with-parent", str(os.getpid())]
        command += ["--database", f"sqlite:///{folder / 'hub.db'}"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
        self._said: dict[str, Any] = {}
        self._error = ""
        self._ready = threading.Event()
        self.on = True
        threading.Thread(target=self._listen, name="taker311-demo-hub", daemon=True).start()

    def _listen(self) -> None:
        out, err = self._process.stdout, self._process.stderr
        line = out.readline() if out else b""
        try:
            self._said = json.loads(line)
        except ValueError:
            self._error = err.read(2_000).decode(errors="replace").strip() if err else ""
        self._ready.set()

    def wait(self) -> dict[str, Any]:
        """What the hub said when it was ready: url, key, control. Raises UserError with its own sentence when it is not."""
        if not self._ready.wait(_HUB_STARTS_S) or not self._said:
            raise UserError(
                self._error.removeprefix("error: ") or "The demo's CRM did not start; calls wait in the queue."
            )
        return self._said

    def switch(self) -> bool:
        """Off when it was on, on when it was off; gives what it is now."""
        from taker311.net.http import Http

        said = self.wait()
        mode = "off" if self.on else "on"
        reply = Http("taker311-demo").request(
            "POST", f"{said['control']}{mode}", headers={"X-Demo-Token": said["control_token"]}, body=b"", total_s=10
        )
        if reply.status == 200:
            self.on = not self.on
        return self.on

    def end(self) -> None:
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        if self._process.poll() is None:
            self._process.kill()


@contextlib.contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    from taker311.base.files import private_folder

    if given is not None:
        yield private_folder(given.expanduser().absolute())
        return
    with tempfile.TemporaryDirectory(prefix="taker311-demo-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def run(arguments: argparse.Namespace) -> int:
    if not arguments.line:
        need_a_screen("taker311 demo --line")
    _need_the_hub()
    with _folder(arguments.folder) as folder:
        return _run_in(folder, arguments)


def _need_the_hub() -> None:
    import importlib.util

    if any(importlib.util.find_spec(name) is None for name in ("starlette", "uvicorn", "sqlalchemy")):
        raise UserError(
            'The demo runs its own small CRM, which needs the hub: install it with  pip install "taker311[hub]".'
        )


def _run_in(folder: Path, arguments: argparse.Namespace) -> int:
    import msgspec

    from taker311.base.clock import SystemClock
    from taker311.base.ids import SystemIds
    from taker311.base.paths import find_paths
    from taker311.base.settings import CrmSettings, Settings, load_settings
    from taker311.base.text import clean_line
    from taker311.base.throwaway_key import open_throwaway
    from taker311.cli._city import compiled, demo_city
    from taker311.station.seat import Seat
    from taker311.station.workplace import Workplace

    # What can be derived again is kept between demos; a folder of one's own holds everything.
    cache = folder / "cache" if arguments.folder is not None else Path(find_paths().cache) / "demo"
    known = compiled(demo_city(), cache)
    hub = DemoHub(known.file, folder)
    try:
        chosen = load_settings(find_paths().settings_file)
        use(arguments.language or chosen.desk.language)
        settings = Settings(
            desk=chosen.desk,
            keys=chosen.keys,
            review=chosen.review,
            delivery=msgspec.structs.replace(chosen.delivery, longest_wait_s=4.0, reconnect_spread_s=1.0),
            crm=CrmSettings(endpoint="the demo's own CRM", dialect="hub"),
        )
        clock = SystemClock()
        seat = Seat(folder / "seat", clock, open_throwaway(folder / "seat"))
        try:
            workplace = Workplace(
                known.bundle,
                known.file,
                seat,
                settings,
                clock,
                SystemIds(),
                agent=clean_line(arguments.agent, limit=40),
            )
        except BaseException:
            seat.close()
            raise

        def connect() -> Open311 | None:
            said = hub.wait()
            return workplace.connect(str(said["url"]), str(said["key"]))

        if arguments.line:
            return _line(workplace, cache, connect, as_json=arguments.json)
        return _desk(workplace, cache, connect, hub)
    finally:
        hub.end()


def _desk(workplace: Any, cache: Path, connect: Any, hub: DemoHub) -> int:
    from taker311.cli._run_desk import run_desk

    def switch(app: DeskApp) -> None:
        def work() -> None:
            from taker311.desk.canvas import WorkDone

            try:
                on = hub.switch()
                said = (
                    say("The CRM is on again.")
                    if on
                    else say("The CRM is off: take calls as ever, Ctrl+X brings it back.")
                )
            except Exception:  # noqa: BLE001 - a demo's switch that fails must not end the demo
                on, said = hub.on, say("The CRM could not be switched.")

            def take() -> None:
                app.control.note = said
                workplace.station.online = on
                if on:
                    workplace.station.case_saved()

            app.post_message(WorkDone(take))

        threading.Thread(target=work, name="taker311-demo-switch", daemon=True).start()

    notice = say("A demo: nothing here is real, and its key lies beside its data. Ctrl+X switches the CRM off and on.")
    return run_desk(workplace, cache, connect, notice=notice, commands={"desk.crm-switch": switch})


def _line(workplace: Any, cache: Path, connect: Any, *, as_json: bool) -> int:
    from taker311.cli._line_calls import take_calls

    return take_calls(workplace, cache, connect, as_json=as_json)
