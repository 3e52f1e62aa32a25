"""What goes into an emergency pack: a short list of topics with their scripts, bulletins, rumours, and an end."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec import structs

from taker311.authoring.publish import publish
from taker311.authoring.publish_keys import KeyFolder
from taker311.authoring.publish_repo import Repo
from taker311.base.codec import pack
from taker311.base.errors import UserError
from taker311.base.text import did_you_mean
from taker311.knowledge.bundle import Bundle, encode_bundle
from taker311.knowledge.model import Knowledge
from taker311.knowledge.parts import compress, join_parts, split_parts
from taker311.sync.packs import encode_pack
from taker311.sync.terms import PART, Terms

_ROLES = ("timestamp", "snapshot", "targets")


def make_pack(
    bundle: Bundle,
    topics: Sequence[str],
    bulletins: Sequence[str],
    expires: datetime,
    keys: KeyFolder,
    now: datetime,
    terms: Terms | None = None,
) -> bytes:
    """One signed file. `bulletins` empty: all of them, and those that must be read always; rumours always. Without `terms`
    it is knowledge to look up, and no volunteer's desk starts on it. Raises UserError for ids that are not there."""
    if expires <= now:
        raise UserError("kb pack: it would have ended already; give a later --expires.")
    data = encode_bundle(shortened(bundle.knowledge, topics, bulletins), bundle.gazetteer())
    if terms is not None:
        data = _with(data, PART, pack(terms))
    with tempfile.TemporaryDirectory(prefix="taker311-pack-") as name:
        repo = Repo(Path(name))
        publish(data, repo, keys, now, life=dict.fromkeys(_ROLES, expires - now))
        files = {p.relative_to(name).as_posix(): p.read_bytes() for p in sorted(Path(name).rglob("*")) if p.is_file()}
    return encode_pack(files)


def _with(data: bytes, part: str, raw: bytes) -> bytes:
    parts = {name: (found.raw_size, packed) for name, (found, packed) in split_parts(data, "the pack").items()}
    return join_parts({**parts, part: compress(part, raw)})


def shortened(knowledge: Knowledge, topics: Sequence[str], bulletins: Sequence[str]) -> Knowledge:
    """The chosen topics and bulletins, what must be read, and the scripts that those topics lead to. No drills: they are
    taken before, where the whole knowledge base is."""
    _known("topic", topics, [topic.id for topic in knowledge.topics])
    _known("bulletin", bulletins, [bulletin.id for bulletin in knowledge.bulletins])
    kept = tuple(topic for topic in knowledge.topics if topic.id in topics)
    scripts = {topic.script for topic in kept}
    notices = tuple(
        structs.replace(bulletin, topics=tuple(t for t in bulletin.topics if t in topics))
        for bulletin in knowledge.bulletins
        if not bulletins or bulletin.must_read or bulletin.id in bulletins
    )
    return structs.replace(
        knowledge,
        topics=kept,
        scripts=tuple(script for script in knowledge.scripts if script.id in scripts),
        bulletins=notices,
        drills=(),
        drill_sets=(),
    )


def _known(what: str, given: Sequence[str], known: list[str]) -> None:
    for one in given:
        if one not in known:
            raise UserError(f"kb pack: there is no {what} '{one}'{did_you_mean(one, known)}.")
