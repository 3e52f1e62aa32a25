"""The command line, run once for each line of arguments in a JSON file, in one process: for a terminal to look at.

Run as  hostile_cli.py FILE ; FILE holds a list of argument lists. Each run ends with a line that says so.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

from taker311 import cli


def main(file: str) -> None:
    for number, words in enumerate(json.loads(Path(file).read_text())):
        with contextlib.suppress(SystemExit):
            cli.main(words)
        sys.stdout.write(f"\nrun {number} over\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
