"""What a desk hands in to its hub for the content owners: each thing once, when the hub answers, and until then it waits in
the journal, sealed. Only ids that tell nothing stand in the file of what was handed in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from pathlib import Path

from taker311.base.codec import Value, from_json, to_json
from taker311.base.files import write_atomically
from taker311.cases.journal import Journal
from taker311.cases.model import JournalEntry
from taker311.crm.desk_model import Suggestion
from taker311.station.recorder import events_of
from taker311.station.station import EndedCall
from taker311.station.suggestions import handed_in

FILE = "handed-in.json"
_AT_ONCE = 100  # a hub takes twice as many


class Done(Value, frozen=True):
    """Ids that were handed in or exported, and calls of which nothing is left to hand in."""

    ids: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


def read_done(folder: Path) -> Done:
    """A file that is missing or damaged is an empty one: a hub keeps what comes twice once."""
    try:
        return from_json((folder / FILE).read_bytes(), Done)
    except (OSError, ValueError):
        return Done()


def note_done(folder: Path, ids: Collection[str], calls: Collection[str], kept: Container[str] | None = None) -> None:
    """Adds to the file and forgets calls that are not `kept` any more. A full disk costs a second hand-in, nothing else."""
    before = read_done(folder)
    over = tuple(call for call in dict.fromkeys((*before.calls, *calls)) if kept is None or call in kept)
    new = tuple(dict.fromkeys((*before.ids, *ids)))[-10_000:]
    with contextlib.suppress(OSError):
        write_atomically(folder / FILE, to_json(Done(new, over)).encode())


def waiting(
    calls: Mapping[str, Iterable[JournalEntry]], done: Done, vocabulary: Container[str]
) -> tuple[Suggestion, ...]:
    """What of these calls was not handed in yet."""
    found: list[Suggestion] = []
    for call_id, entries in calls.items():
        if call_id not in done.calls:
            events = [event for _, event in events_of(list(entries))]
            found += [one for one in handed_in(call_id, events, vocabulary) if one.id not in done.ids]
    return tuple(found)


class HandIn:
    """`journal` gives the seat's journal, None while nobody has signed in; `vocabulary` the knowledge base's words, None until
    they are there; `in_memory` are calls that no journal has, taken off the list when they were handed in. `run` may wait on
    the network."""

    def __init__(
        self,
        folder: Path,
        journal: Callable[[], Journal | None],
        vocabulary: Callable[[], Container[str] | None],
        in_memory: list[EndedCall],
    ) -> None:
        self._folder, self._journal, self._vocabulary, self._in_memory = folder, journal, vocabulary, in_memory

    def run(self, send: Callable[[Collection[Suggestion]], None]) -> int:
        """Hands in what waits, and returns how much. Errors of `send` come through: what it did not take waits on."""
        vocabulary = self._vocabulary()
        if vocabulary is None:
            return 0
        count = 0
        for call in list(self._in_memory):
            found = handed_in(call.state.call_id, [event for _, event in call.events], vocabulary)
            if found:
                send(found)
            count += len(found)
            with contextlib.suppress(ValueError):  # a desk keeps only its last calls
                self._in_memory.remove(call)
        journal = self._journal()
        return count + (self._from_journal(journal, vocabulary, send) if journal is not None else 0)

    def _from_journal(
        self, journal: Journal, vocabulary: Container[str], send: Callable[[Collection[Suggestion]], None]
    ) -> int:
        done = read_done(self._folder)
        kept, still_open = journal.calls(), frozenset(journal.open_calls())
        # Of a call that goes on an agent may still say more.
        looked_at = [call for call in kept if call not in done.calls and call not in still_open]
        found = waiting({call: journal.events(call) for call in looked_at}, done, vocabulary)
        for start in range(0, len(found), _AT_ONCE):
            part = found[start : start + _AT_ONCE]
            send(part)
            note_done(self._folder, [one.id for one in part], (), kept)
        if looked_at:
            note_done(self._folder, (), looked_at, kept)
        return len(found)
