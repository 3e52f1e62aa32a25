"""A throw-away PostgreSQL on loopback for the tests: `python3 tools/dev.py postgres [COMMAND ...]`.

With a command: runs it with TAKER311_POSTGRES set, then stops the server and deletes its files. Without: prints the address and
runs until Ctrl-C. Where there is no PostgreSQL it is installed with apt, if apt is there and may; else the command runs without,
and the tests that need it skip with that reason.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_START_S = 60
_USER = "taker311"


def main(arguments: list[str]) -> int:
    programs = find() or (install() and find())
    if not programs:
        print("postgres: no PostgreSQL here and none can be installed; tests that need one skip.", file=sys.stderr)
        return subprocess.call(arguments) if arguments else 1
    with running(Path(programs)) as address:
        if arguments:
            return subprocess.call(arguments, env={**os.environ, "TAKER311_POSTGRES": address})
        print(f"export TAKER311_POSTGRES={address}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
    return 0


def find() -> str:
    """The folder of the server's programs, '' where there is none."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: _number(p.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    places += [Path(on_path).resolve().parent] if on_path else []
    return next((str(place) for place in places if (place / "initdb").exists() and (place / "postgres").exists()), "")


def _number(name: str) -> float:
    try:
        return float(name)
    except ValueError:
        return 0.0


def install() -> bool:
    """With apt, as root or with a sudo that asks nothing."""
    apt = shutil.which("apt-get")
    if not apt:
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and not shutil.which("sudo"):
        return False
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print("postgres: installing PostgreSQL with apt ...", file=sys.stderr)
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "postgresql"]):
        if subprocess.call([*prefix, apt, *words], env=quiet, stdout=subprocess.DEVNULL):
            return False
    return True


@contextlib.contextmanager
def running(programs: Path) -> Iterator[str]:
    """The address of a fresh server that only this machine reaches; it is gone afterwards. PostgreSQL refuses to run as root,
    so root lends it to the user that the package made."""
    folder = Path(tempfile.mkdtemp(prefix="taker311-postgres-"))
    lent = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if lent:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    port = _free_port()
    server: subprocess.Popen[bytes] | None = None
    try:
        made = [*lent, str(programs / "initdb"), "-D", str(data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=folder)
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "max_connections": 200,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*lent, str(programs / "postgres"), "-D", str(data), *options], stdout=log, stderr=log, cwd=folder
            )
        _wait(programs, port, server)
        yield f"postgresql+psycopg://{_USER}@127.0.0.1:{port}/postgres"
    finally:
        if server is not None:
            _stop(lent, programs, data, server)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(programs: Path, port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-U", _USER]
    while subprocess.call(ready):
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit("error: PostgreSQL did not start")
        time.sleep(0.1)


def _stop(lent: list[str], programs: Path, data: Path, server: subprocess.Popen[bytes]) -> None:
    subprocess.call([*lent, str(programs / "pg_ctl"), "stop", "-s", "-D", str(data), "-m", "immediate"], cwd="/")
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(20)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
