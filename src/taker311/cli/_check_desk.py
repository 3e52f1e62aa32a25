"""Doctor's look at the desk itself: settings, knowledge base, queue and journal, key slots, the CRM. Nothing is changed."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from taker311.base.errors import UserError
from taker311.base.paths import Paths
from taker311.base.settings import Settings, load_settings
from taker311.base.text import clean_line
from taker311.cli._findings import Finding, Level, age_in_words, counted, split_sentence

if TYPE_CHECKING:
    from taker311.cases.model import OutboxRow
    from taker311.knowledge.bundle import Bundle

_OLD_S, _CRM_WITHIN_S = 72 * 3600, 10.0


def check_settings(paths: Paths) -> tuple[list[Finding], Settings]:
    """The findings, and the settings to go on with."""
    file = paths.settings_file
    try:
        settings = load_settings(file)
        from taker311.cli.keys import conflicts
        from taker311.desk.actions import keymap

        keymap(settings.keys)
        clashes = conflicts(settings.keys)
    except UserError as error:
        return [split_sentence("settings", str(error))], Settings()
    found = [
        Finding("settings", "ok", str(file))
        if file.exists()
        else Finding("settings", "note", f"{file}: there is none, so every setting is at its default.")
    ]
    found += [
        Finding("keys", "warning", sentence, f"Give one of them another key in {file}, section [keys].")
        for sentence in clashes
    ]
    return found, settings


def check_knowledge(given: str, settings: Settings, paths: Paths, now: datetime) -> list[Finding]:
    if settings.city.origin and not given:
        return _fetched(settings, paths, now)
    named = given or settings.city.kb
    if not named:
        how = f'Write  [city] kb = "PATH"  into {paths.settings_file}, or try  taker311 demo.'
        return [Finding("knowledge", "error", "No knowledge base is set.", how)]
    path = Path(named).expanduser()
    path = path if path.is_absolute() or given else paths.settings_file.parent / path
    try:
        return _source(path, now) if path.is_dir() else _bundle(path, now)
    except UserError as error:
        return [split_sentence("knowledge", str(error))]


def _fetched(settings: Settings, paths: Paths, now: datetime) -> list[Finding]:
    """What the city published: what lies here, and when the city's word was last had."""
    from msgspec.structs import replace

    from taker311.cli._city import find_city
    from taker311.cli._sync import make_syncer
    from taker311.sync.age import warnings

    try:
        known = find_city("", settings, paths)
        syncer = make_syncer(settings, paths)
    except UserError as error:
        return [split_sentence("knowledge", str(error))]
    found = _bundle(known.file, now)
    if syncer is not None:
        age = syncer.age(now)
        level: Level = "ok" if age.level == "fresh" and not age.expired else "warning"
        found.append(Finding("sync", level, age.sentence, "" if level == "ok" else "Run  taker311 sync --once."))
        # A look that brought nothing matters once the answers are old, and is told with their age.
        later = warnings(replace(syncer.state(), trouble=""), now)
        found += [Finding("sync", "warning", told, "Tell whoever publishes the knowledge base.") for told in later]
    return found


def _source(folder: Path, now: datetime) -> list[Finding]:
    from taker311.authoring.build import build
    from taker311.authoring.source import read_source
    from taker311.knowledge.bundle import Bundle

    source = read_source(folder, today=now.date())
    found = source.findings
    if source.knowledge is None:
        return [
            Finding(
                "knowledge",
                "error",
                f"{folder}: {counted(found.errors, 'error')}.",
                f"taker311 kb check {folder}  lists them.",
            )
        ]
    newest = max(path.stat().st_mtime for path in folder.rglob("*") if path.is_file())
    rows = _about(Bundle.from_bytes(build(source), str(folder)), str(folder), newest, now, aging=False)
    if found.warnings:
        rows.append(
            Finding("knowledge", "note", f"{folder}: {counted(found.warnings, 'warning')};  taker311 kb check {folder}")
        )
    return rows


def _bundle(path: Path, now: datetime) -> list[Finding]:
    from taker311.knowledge.bundle import Bundle

    bundle = Bundle.open(path)
    bundle.gazetteer()
    return _about(bundle, str(path), path.stat().st_mtime, now, aging=True)


def _about(bundle: Bundle, name: str, written: float, now: datetime, *, aging: bool) -> list[Finding]:
    known = bundle.knowledge
    age = max(0.0, now.timestamp() - written)
    words = f"{name}: version {bundle.version}, {len(known.topics)} topics, {len(known.scripts)} scripts, {age_in_words(age)} old"
    if aging and age > _OLD_S:
        found = [Finding("knowledge", "warning", words, "Fetch a newer one: a desk on old answers says wrong things.")]
    else:
        found = [Finding("knowledge", "ok", words)]
    due = sum(topic.review_by is not None and topic.review_by < now.date() for topic in known.topics)
    if due:
        found.append(
            Finding("knowledge", "note", f"{counted(due, 'topic')} past the day of review; the owners should look.")
        )
    return found


def check_queue(folder: Path, now: datetime) -> list[Finding]:
    from taker311.cases.reading import read_paused, read_rows

    try:
        rows, paused = read_rows(folder), read_paused(folder)
        found = [_queue(rows, now)]
        if paused:
            found.append(
                Finding(
                    "queue", "error", f"The sender stands still: {paused}", "Mend that, then  taker311 queue resume"
                )
            )
        _quick_check(folder / "queue.db")
    except UserError as error:
        return [split_sentence("queue", str(error))]
    return found


def _queue(listed: list[OutboxRow], now: datetime) -> Finding:
    person = [row for row in listed if row.state in ("held", "blocked")]
    unsent = [row for row in listed if row.state in ("queued", "sending", "unknown")]
    if person:
        return Finding(
            "queue",
            "warning",
            f"{counted(len(person), 'case')} for a person to decide.",
            "taker311 queue list  shows why.",
        )
    if unsent:
        oldest = max((now - row.created_at).total_seconds() for row in unsent)
        return Finding(
            "queue",
            "note",
            f"{counted(len(unsent), 'case')} waiting to be sent, the oldest for {age_in_words(oldest)}.",
        )
    return Finding(
        "queue",
        "ok",
        f"nothing waits; {counted(len(listed), 'case')} taken at this seat" if listed else "nothing waits",
    )


def check_journal(folder: Path) -> Finding:
    from taker311.cases.journal import FILE

    path = folder / FILE
    if not path.exists():
        return Finding("journal", "ok", "no call was taken at this seat yet")
    try:
        _quick_check(path)
        (count,) = _ask(path, "SELECT count(*) FROM call WHERE ended_at IS NULL")
    except UserError as error:
        return split_sentence("journal", str(error))
    if count:
        return Finding("journal", "note", f"{counted(int(str(count)), 'call')} open or cut off; the desk offers them.")
    return Finding("journal", "ok", "no call is left open")


def _quick_check(path: Path) -> None:
    if path.exists() and _ask(path, "PRAGMA quick_check(1)") != ("ok",):
        raise UserError(f"{path}: this file is damaged; start the desk, which saves what can be saved.")


def _ask(path: Path, sql: str) -> tuple[object, ...]:
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=5)
        ) as connection:
            return tuple(connection.execute(sql).fetchone())
    except sqlite3.DatabaseError as error:
        raise UserError(
            f"{path}: this file can't be read ({error}); start the desk, which saves what can be saved."
        ) from error


def check_keys(folder: Path) -> Finding:
    from taker311.base.clock import SystemClock
    from taker311.base.keyslots import KeySlots
    from taker311.base.throwaway_key import THROWAWAY

    if (folder / THROWAWAY).exists():
        return Finding("sign-in", "note", "This is a demo's seat: its key lies beside its data, so it is not judged.")
    slots = KeySlots(folder, SystemClock())
    if not slots.exists():
        return Finding(
            "sign-in",
            "warning",
            "Nobody can sign in here yet: calls are kept in memory only.",
            "taker311 sign-in  makes the first slot.",
        )
    try:
        held = slots.slots()
    except UserError as error:
        return split_sentence("sign-in", str(error))
    names = ", ".join(clean_line(slot.name, limit=40) for slot in held if slot.kind != "recovery")
    if not any(slot.kind == "recovery" for slot in held):
        return Finding(
            "sign-in",
            "warning",
            f"{names} can sign in, and there is no recovery slot: with every passphrase forgotten, waiting cases are lost.",
            "taker311 sign-in --recovery-key FILE  adds the city's public key.",
        )
    return Finding("sign-in", "ok", f"{names} can sign in, and the city can recover")


def check_crm(settings: Settings) -> Finding:
    """Asks the endpoint for its services, in bounded time. Loads the HTTP library only where there is an endpoint."""
    crm = settings.crm
    if not crm.endpoint:
        return Finding("crm", "note", "No endpoint is set: cases wait in the queue.")
    from taker311.crm.client import Open311
    from taker311.crm.dialects import load_dialect
    from taker311.net.http import Http

    began = datetime.now(UTC)
    try:
        dialect = load_dialect(crm.dialect, jurisdiction=crm.jurisdiction)
        key = os.environ.get(crm.key_env, "")
        services = Open311(Http("taker311-doctor"), crm.endpoint, dialect, key, total_s=_CRM_WITHIN_S).services()
    except UserError as error:
        sentence = clean_line(str(error), limit=600)
        return Finding(
            "crm", "error", sentence, "Check crm.endpoint and the network; calls go on, and cases wait in the queue."
        )
    took = (datetime.now(UTC) - began).total_seconds()
    said = f"{crm.endpoint} answers in {took:.1f} s with {len(services)} services"
    if not os.environ.get(crm.key_env):
        return Finding(
            "crm",
            "warning",
            f"{said}; the environment holds no API key.",
            f"Set {crm.key_env} where the desk is started, if this endpoint wants a key.",
        )
    return Finding("crm", "ok", said)
