"""Sets up and runs everything a developer or a visitor needs, with the standard library alone.

`python3 tools/dev.py demo|test|check|bench|soak|postgres|pictures|setup|lock`; the Makefile calls it. A set-up that is already there costs
nothing; one that no longer fits the requirements, this folder or the Python in use is noticed and mended.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")


def run(*command: str | Path, env: dict[str, str] | None = None) -> int:
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, env={**os.environ, **(env or {})}, check=False
    ).returncode


def must(*command: str | Path) -> None:
    code = run(*command)
    if code:
        sys.exit(f"error: the set-up step '{' '.join(str(c) for c in command)}' failed with exit code {code}")


def fingerprint(level: str) -> str:
    """What the set-up depends on: pins, packaging, this folder and the interpreter."""
    digest = hashlib.sha256(f"{sys.version}|{ROOT}|{level}".encode())
    for name in ("pyproject.toml", f"requirements/{level}.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def setup(level: str) -> None:
    """Makes .venv hold what `level` ("desk" or "dev") names; dev holds all of desk."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is run by whatever python3 the machine has
        sys.exit(f"error: taker311 needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    for have in {"desk": ("desk", "dev"), "dev": ("dev",)}[level]:
        stamp = VENV / f"set-up-{have}"
        if PYTHON.exists() and stamp.exists() and stamp.read_text() == fingerprint(have):
            return
    print("Setting up .venv (once; a minute or two) ...", file=sys.stderr)
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "--quiet")
    if not PYTHON.exists() or run(PYTHON, "-c", "import pip") != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        must(sys.executable, "-m", "venv", VENV)
    for old in VENV.glob("set-up-*"):
        old.unlink()
    must(*pip, "install", "--require-hashes", "-r", ROOT / f"requirements/{level}.txt")
    must(*pip, "install", "--no-deps", "--no-build-isolation", "-e", ROOT)
    must(PYTHON, "-m", "compileall", "-q", ROOT / "src")
    (VENV / f"set-up-{level}").write_text(fingerprint(level))


def demo(arguments: list[str]) -> int:
    setup("desk")
    return run(PYTHON, "-m", "taker311", "demo", *arguments)


def check(_arguments: list[str]) -> int:
    setup("dev")
    steps: list[tuple[str | Path, ...]] = [
        (BIN / "ruff", "check", "."),
        (BIN / "ruff", "format", "--check", "."),
        (BIN / "mypy",),
        (BIN / "lint-imports",),
        (PYTHON, "-m", "taker311", "kb", "check", "kb_cache/port-ellery"),
    ]
    codes = [run(*step) for step in steps]
    return max(codes)


def test(arguments: list[str]) -> int:
    setup("dev")
    # A worker that has done its share takes over half of another's rest, so that no long file is waited for at the end.
    # The soak alone uses schemathesis, and every worker would load it.
    workers = ("-n", str(min(4, os.cpu_count() or 1)), "--dist", "worksteal", "-p", "no:schemathesis")
    return run(PYTHON, "-m", "pytest", "-m", "not soak", *workers, *arguments)


def bench(arguments: list[str]) -> int:
    setup("dev")
    names = arguments or sorted(p.stem for p in (ROOT / "benchmarks").glob("[!_]*.py"))
    return max((run(PYTHON, ROOT / "benchmarks" / f"{name}.py") for name in names), default=0)


def soak(arguments: list[str]) -> int:
    setup("dev")
    return run(PYTHON, "-m", "pytest", "-m", "soak", "-s", *arguments)


def pictures(_arguments: list[str]) -> int:
    setup("dev")
    return run(PYTHON, ROOT / "tools" / "pictures.py")


def lock(_arguments: list[str]) -> int:
    flags = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "--quiet")
    for level in ("desk", "dev"):
        code = run(
            "uv", "pip", "compile", *flags, "--upgrade", f"requirements/{level}.in", "-o", f"requirements/{level}.txt"
        )
        if code:
            return code
    return 0


def setup_command(arguments: list[str]) -> int:
    setup(arguments[0] if arguments else "dev")
    return 0


def postgres(arguments: list[str]) -> int:
    """With a command: runs it beside a throw-away PostgreSQL. Without: runs the tests that need one."""
    setup("dev")
    hub_tests = [str(PYTHON), "-m", "pytest", "-m", "not soak", "tests/hub"]
    return run(PYTHON, ROOT / "tools" / "postgres.py", *(arguments or hub_tests))


COMMANDS = {
    "demo": demo,
    "test": test,
    "check": check,
    "bench": bench,
    "soak": soak,
    "pictures": pictures,
    "lock": lock,
    "setup": setup_command,
    "postgres": postgres,
}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(f"usage: python3 tools/dev.py {'|'.join(COMMANDS)} [...]", file=sys.stderr)
        return 2
    try:
        return COMMANDS[sys.argv[1]](sys.argv[2:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
