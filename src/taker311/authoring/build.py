"""From a checked source to the file that desks open."""

from __future__ import annotations

from msgspec import structs

from taker311.authoring.source import Source
from taker311.base.errors import UserError
from taker311.knowledge.bundle import encode_bundle
from taker311.knowledge.model import Knowledge


def build(source: Source, learned: bytes = b"") -> bytes:
    """The bundle's bytes; the same for the same source. Raises UserError where the source has errors."""
    if source.knowledge is None:
        raise UserError("nothing was built, because of the errors above; mend them and build again.", exit_code=1)
    return encode_bundle(published(source.knowledge), source.gazetteer, learned)


def published(knowledge: Knowledge) -> Knowledge:
    """Without drafts: a desk never reads out what nobody has approved."""
    drafts = {topic.id for topic in knowledge.topics if topic.status == "draft"}
    if not drafts:
        return knowledge
    return structs.replace(
        knowledge,
        topics=tuple(topic for topic in knowledge.topics if topic.id not in drafts),
        bulletins=tuple(
            structs.replace(b, topics=tuple(t for t in b.topics if t not in drafts)) for b in knowledge.bulletins
        ),
        drills=tuple(
            drill
            for drill in knowledge.drills
            if not drafts & {t for problem in drill.problems for t in problem.topics}
        ),
    )
