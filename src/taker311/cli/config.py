"""`taker311 config`: the settings as they are, as they may be, and whether they can be used."""

from __future__ import annotations

import argparse
import json
from typing import Any
from urllib.parse import urlsplit, urlunsplit

HELP = "Shows and checks the settings."


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
    for name, line in (
        ("show", "every setting with its value, and whether the file sets it"),
        ("check", "whether the file can be used; exit code 2 and one sentence when it can't"),
        ("schema", "every setting with its default and what it is for"),
        ("path", "where the file is looked for"),
    ):
        made = commands.add_parser(name, help=line, description=line)
        if name in ("show", "schema"):
            made.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings

    file = find_paths().settings_file
    match arguments.act:
        case "path":
            print(file)
        case "schema":
            _schema(as_json=arguments.json)
        case "show":
            _show(as_json=arguments.json)
        case _:
            from taker311.desk.actions import keymap

            keymap(load_settings(file).keys)
            print(f"{file}: fine." if file.exists() else f"{file}: there is none, so every setting is at its default.")
    return 0


def _schema(*, as_json: bool) -> None:
    from taker311.base.settings import describe_settings

    for name, default, sentence in describe_settings():
        if as_json:
            print(json.dumps({"setting": name, "default": json.loads(default), "about": sentence}, ensure_ascii=False))
        else:
            print(f"{name} = {default}\n    {sentence}")


def _show(*, as_json: bool) -> None:
    import msgspec

    from taker311.base.paths import find_paths
    from taker311.base.settings import Settings, load_settings

    file = find_paths().settings_file
    now, untouched = msgspec.to_builtins(load_settings(file)), msgspec.to_builtins(Settings())
    if not as_json:
        print(f"# {file}{'' if file.exists() else ' (there is none)'}")
    for section, values in now.items():
        for key, value in values.items():
            own = section == "keys" or value != untouched[section][key]
            shown = without_secrets(value)
            if as_json:
                print(json.dumps({"setting": f"{section}.{key}", "value": shown, "own": own}, ensure_ascii=False))
            else:
                print(f"{section}.{key} = {json.dumps(shown, ensure_ascii=False)}{'' if own else '   (default)'}")


def without_secrets(value: Any) -> Any:
    """An address without the name, passphrase or query that somebody wrote into it; all else as it is."""
    if not isinstance(value, str) or "://" not in value:
        return value
    parts = urlsplit(value)
    host = parts.netloc.rpartition("@")[2]
    hidden = f"…@{host}" if "@" in parts.netloc else host
    return urlunsplit((parts.scheme, hidden, parts.path, "…" if parts.query else "", ""))
