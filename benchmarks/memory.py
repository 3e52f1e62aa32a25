"""What the desk's process holds in memory (resident set, from /proc): after the first paint, after the indexes are ready, and after
1,000, 5,000 and 10,000 keys of calls typed at it, on a real pseudo-terminal with the driver that agents have. 3,600 topics.

Gates: at most 90 MiB once the indexes are there, and flat: no more than 2 MiB are added between the 5,000th and the 10,000th key.
Prints one JSON object."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from _made_city import write_city

TOPICS = 3_600
GATE_MIB, GATE_GROWTH_MIB = 90.0, 2.0
COUNTS = (1_000, 5_000, 10_000)
PATIENCE_S = 120.0
_QUIET_S = 1.0
_AT_ONCE = 20
_TICKS = os.sysconf("SC_CLK_TCK")
# A call each: words typed, others in their place, a card looked at, hints and help, the ending. Every one ends on the ready screen.
SENTENCES = (
    "street light is broken near a school",
    "rats on the footpath",
    "watr meter leaks",
    "parada de autobus rota",
    "xyzzy",
)
AFTER = (
    b"\x1b[B",
    b"\x1b[B",
    b"\x15",
    b"park bench",
    b"\r",
    b"\x1b[B",
    b"\x1bOP",
    b"\x1b[A\x1b[A",
    b"\x1bOP",
    b"\x1bOS",
    b"9",
)


class Desk:
    """`taker311 desk` on a pseudo-terminal that is read all the time."""

    def __init__(self, kb: Path, home: Path) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("TAKER311", "NO_COLOR"))}
        environment |= {"TAKER311_HOME": str(home), "TERM": "xterm-256color"}
        command = [sys.executable, "-m", "taker311", "desk", "--kb", str(kb)]
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        os.close(theirs)
        self.keys = 0
        self.seen = b""

    def read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._ours], [], [], seconds)
        if ready:
            self.seen = (self.seen + os.read(self._ours, 65_536))[-100_000:]
        return bool(ready)

    def painted(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while b"F10" not in self.seen:
            self.read(0.1)
            if time.monotonic() > end or self._process.poll() is not None:
                raise SystemExit("the desk did not start")

    def quiet(self) -> None:
        """Waits until the process has spent next to nothing for a second."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            before, until = self.cpu_s(), time.monotonic() + _QUIET_S
            while time.monotonic() < until:
                self.read(0.1)
            if self.cpu_s() - before < 0.05 * _QUIET_S:
                return
        raise SystemExit("the desk is never at rest")

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def mib(self) -> float:
        for row in Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii").splitlines():
            if row.startswith("VmRSS:"):
                return round(int(row.split()[1]) / 1024, 1)
        raise SystemExit("no /proc here")

    def press(self, *keys: bytes) -> None:
        """The keys in handfuls, each read out before the next, as a person's are."""
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            os.write(self._ours, b"".join(some))
            self.keys += len(some)
            while self.read(0.05):
                pass

    def call(self, words: str) -> None:
        self.press(*(letter.encode() for letter in words))
        for piece in AFTER:
            self.press(*((letter.to_bytes() for letter in piece) if piece.isascii() and piece.isalpha() else (piece,)))

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="memory-") as name:
        folder = Path(name)
        write_city(folder / "city", TOPICS)
        bundle = folder / "city.kb"
        build = [sys.executable, "-m", "taker311", "kb", "build", str(folder / "city"), "-o", str(bundle)]
        subprocess.run(build, check=True, capture_output=True)
        for home in (
            "first",
            "first",
        ):  # the second start finds what the first one derived, as on any day but the first
            desk = Desk(bundle, folder / home)
            desk.painted()
            rss = {"after_first_paint": desk.mib()}
            desk.quiet()
            rss["after_indexes"] = desk.mib()
            if not (folder / "rss").exists():
                (folder / "rss").write_text(json.dumps(rss), encoding="utf-8")
                desk.end()
                continue
            for count in COUNTS:
                turn = 0
                while desk.keys < count:
                    desk.call(SENTENCES[turn % len(SENTENCES)])
                    turn += 1
                desk.quiet()
                rss[f"after_{count}_keys"] = desk.mib()
            desk.end()
        first = json.loads((folder / "rss").read_text(encoding="utf-8"))
    growth = round(rss[f"after_{COUNTS[-1]}_keys"] - rss[f"after_{COUNTS[-2]}_keys"], 1)
    held = max(rss.values())
    result = {
        "benchmark": "memory",
        "topics": TOPICS,
        "rss_mib": rss,
        "rss_mib_at_the_very_first_start": first,
        "gate_mib": GATE_MIB,
        "growth_mib_5000_to_10000_keys": growth,
        "gate_growth_mib": GATE_GROWTH_MIB,
        "passed": held <= GATE_MIB and growth <= GATE_GROWTH_MIB,
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
