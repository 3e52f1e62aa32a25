"""What a seat's calls tell the content owner: words that found nothing, words that led to a topic only on a second try, and
answers that an agent flagged.

Nothing spreads by itself: these are proposals to review. Of a caller's words only those of the knowledge base's own
vocabulary stand in them; what an agent wrote of an answer stands in them without what may be somebody's.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from typing import Literal

from msgspec.structs import replace

from taker311.base.codec import Value
from taker311.call.events import AnswerFlagged, BulletinOpened, Event, NoAnswerFound, Opened, SecondTopicBegun, Typed
from taker311.call.flagging import holds_private
from taker311.crm.desk_model import Suggestion as HandedIn
from taker311.search.suggest import HIDDEN, words_that_may_leave
from taker311.search.words import tokens

_FAR_DOWN = 4  # a topic opened from below the third line was not found by those words
Kind = Literal["no-answer", "alias", "wrong"]
# Written with a capital in English, and nobody's name; "may" is a word of its own.
_CALENDAR = frozenset(
    f"{day}{ending}" for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday") for ending in ("", "s")
) | {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}  # fmt: skip


class Suggestion(Value, frozen=True):
    """`words` as they may leave the desk, seen `count` times; an alias names the `topic` that was opened in the end, a wrong
    answer itself, with what the agent said of it."""

    kind: Kind
    words: str
    topic: str = ""
    count: int = 1
    comment: str = ""


def suggestions(calls: Iterable[Sequence[Event]], vocabulary: Container[str]) -> tuple[Suggestion, ...]:
    """From the events of each call, the most frequent first. Words of which nothing may leave are left out."""
    found = Counter(one for events in calls for one in of_call(events, vocabulary) if one is not None)
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0].kind, item[0].words, item[0].topic))
    return tuple(replace(one, count=count) for one, count in ordered)


def of_call(events: Sequence[Event], vocabulary: Container[str]) -> list[Suggestion | None]:
    """What one call tells, in the order in which it happened; None in the place of what may not leave, so that the place of
    each stays the same whatever the vocabulary is."""
    return [_leaving(one, vocabulary) for one in _noticed(events)]


def handed_in(call_id: str, events: Sequence[Event], vocabulary: Container[str]) -> tuple[HandedIn, ...]:
    """The same as a hub takes it. An id is of the call and the place in it, and tells nothing of either."""
    found = []
    for place, one in enumerate(of_call(events, vocabulary)):
        if one is not None:
            number = hashlib.blake2b(f"{call_id} {place}".encode(), digest_size=12).hexdigest()
            found.append(_as_handed_in(one, number))
    return tuple(found)


def _as_handed_in(one: Suggestion, number: str) -> HandedIn:
    match one.kind:
        case "wrong":
            quoted = f'"{one.words}"' if one.words else ""
            text = ": ".join(part for part in (quoted, one.comment) if part)
            return HandedIn(number, "wrong", one.topic, text)
        case "alias":
            return HandedIn(number, "idea", one.topic, one.words)
        case _:
            return HandedIn(number, "no-answer", "", one.words)


def _leaving(one: Suggestion, vocabulary: Container[str]) -> Suggestion | None:
    shown = words_that_may_leave(one.words, vocabulary)
    if not shown.replace(HIDDEN, "").strip():
        shown = ""
    if one.kind == "wrong":
        return replace(one, words=shown, comment=comment_that_may_leave(one.comment, vocabulary))
    return replace(one, words=shown) if shown else None


def comment_that_may_leave(comment: str, vocabulary: Container[str]) -> str:
    """An agent's own words: nothing of them where a number, an address or a person shows; a word with a capital that the
    knowledge base does not have is '…', since it may be a name."""
    if holds_private(comment):
        return HIDDEN
    kept, at = "", 0
    for token in tokens(comment):
        word = comment[token.start : token.end]
        known = token.word in vocabulary or token.word in _CALENDAR
        if word[:1].isupper() and not known and comment[: token.start].strip(" \"'(¿¡"):
            kept += comment[at : token.start] + HIDDEN
            at = token.end
    return kept + comment[at:]


def _noticed(events: Sequence[Event]) -> list[Suggestion]:
    """What failed in a call and what it led to. A search failed when its words were wiped for others, were kept as having no
    answer, or led to a line far down; the topic opened next is what they may have meant. Of several flags of one answer the
    last word counts, at the place of the first."""
    found: list[Suggestion] = []
    failed: list[str] = []
    typed = ""
    for event in events:
        match event:
            case Typed(text=text):
                if typed.strip() and not _same_search(typed, text):
                    failed.append(typed.strip())
                typed = text
            case NoAnswerFound():
                found.append(Suggestion("no-answer", typed.strip()))
                failed.append(typed.strip())
                typed = ""
            case Opened(topic_id=topic, rank=rank):
                if rank >= _FAR_DOWN and typed.strip():
                    failed.append(typed.strip())
                found += [Suggestion("alias", words, topic) for words in dict.fromkeys(failed) if words]
                failed.clear()
            case AnswerFlagged():
                _flag(found, event)
            case SecondTopicBegun() | BulletinOpened():
                failed.clear()
                typed = ""
    return found


def _flag(found: list[Suggestion], event: AnswerFlagged) -> None:
    for place, one in enumerate(found):
        if one.kind == "wrong" and one.topic == event.topic_id:
            found[place] = replace(one, comment=event.comment or one.comment)
            return
    found.append(Suggestion("wrong", event.words, event.topic_id, comment=event.comment))


def _same_search(before: str, after: str) -> bool:
    """True while one text is typed on or its end is mended; an emptied box, or other words in it, is another search."""
    before, after = before.strip(), after.strip()
    return after.startswith(before) or (before.startswith(after) and len(after) * 2 > len(before))
