"""`taker311 kb keys ...`: the publisher's signing keys."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from taker311.cli._publisher import add_keys, key_folder

HELP = "Makes, replaces and shows the keys that sign the published knowledge base."


def configure(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
    init = acts.add_parser("init", help="make all keys and print the fingerprint that every desk is given")
    init.add_argument("--root-keys", type=int, default=3, metavar="N", help="how many root keys (default 3)")
    init.add_argument("--threshold", type=int, default=2, metavar="N", help="how many of them must sign (default 2)")
    rotate = acts.add_parser("rotate", help="replace one key and revoke the old one")
    rotate.add_argument("name", help="targets, snapshot, timestamp, root-1, root-2, ...")
    renew = acts.add_parser("renew", help="give the root keys two more years")
    show = acts.add_parser("show", help="the keys that are here, the fingerprints, and when the root ends")
    for one in (init, rotate, renew, show):
        add_keys(one)


def run(arguments: argparse.Namespace) -> int:
    if arguments.act == "show":
        return _show(arguments)
    keys = key_folder(arguments, new=arguments.act == "init")
    now = datetime.now(UTC)
    if arguments.act == "init":
        root = keys.init(now, root_keys=arguments.root_keys, threshold=arguments.threshold)
        print(
            f"Keys are in {keys.folder}. Carry each root-N.key to a place of its own and take it away from here: they are"
        )
        print(
            "needed only for 'kb keys rotate' and 'kb keys renew'. Every desk is given this fingerprint, in either form:"
        )
        _fingerprint(root)
        return 0
    if arguments.act == "rotate":
        keys.rotate(arguments.name, now)
        print(
            f"{arguments.name}: a new key; the old one is revoked. Make copies of {keys.folder}/{arguments.name}.key."
        )
    else:
        keys.renew(now)
    print(
        f"The root is good until {keys.newest_root().signed.expires:%Y-%m-%d}. Desks hear of it with  taker311 kb re-sign --to REPO"
    )
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from taker311.authoring.publish_keys import KeyFolder
    from taker311.base.paths import find_paths

    keys = KeyFolder(arguments.keys or Path(find_paths().config) / "publisher-keys", "")
    roots = keys.roots()
    print(f"{keys.folder}: {', '.join(keys.names()) or 'no private keys here'}")
    print(f"Root {max(roots)} is good until {keys.newest_root().signed.expires:%Y-%m-%d}.")
    for version, data in roots.items():
        print(f"Fingerprint of root {version}:")
        _fingerprint(data)
    return 0


def _fingerprint(root: bytes) -> None:
    from taker311.sync.fingerprint import fingerprint_of, in_hex, in_words

    found = fingerprint_of(root)
    words = in_words(found).split()
    print(f"  {in_hex(found)}")
    for start in range(0, len(words), 4):
        print("  " + " ".join(words[start : start + 4]))
