"""Why a case stands where it stands, for a person. A reason is kept in English with the case (`last_reason`), because whoever
reads it tomorrow may read another language; it is put into words when it is shown. A test holds this table against the rules.
"""

from __future__ import annotations

from taker311.base.words import noted, retold
from taker311.cases.model import OutboxRow

REASONS: tuple[str, ...] = (
    noted("Saved; waiting to be sent."),
    noted("Waiting to be sent again."),
    noted("The desk stopped while this was being sent."),
    noted("This queue was copied or restored: it may have been sent already."),
    noted("Came from another desk: it may have been sent already."),
    noted("Came from another desk, which held it. A person must decide."),
    noted("The city's system does not accept this desk's key."),
    noted("The city's system refused it (answer {status}). A person must decide."),
    noted("No believable answer: it may have arrived."),
    noted("The city has it; its number is still to come."),
    noted("The city has it."),
    noted("The city's system can't be reached. It goes out when the network is back."),
    noted("The city's system is busy and asked us to wait."),
    noted("Something between this desk and the city answers instead of it (a sign-in page?)."),
    noted("The city's system is not ready (answer {status}). It is tried again."),
    noted("The city has it already; its number is being looked for."),
    noted("The city answered with the number of another case."),
    # The longer one first: what is open at its end would take in the shorter one as well.
    noted(
        "The city no longer knows its number {number}. What it said was deleted here: enter it anew with the caller's "
        "reference."
    ),
    noted(
        "The city gave it the number of another case, {number}. What it said was deleted here: enter it anew with the "
        "caller's reference."
    ),
    noted("The city no longer knows its number {number}."),
    noted("The city gave it the number of another case, {number}."),
    noted("Its reference is in the city's system under another service or time. A person must decide."),
    noted("Looked twice in the city's system: it is not there. It goes out again."),
    noted("Found in the city's system."),
    noted("In the city's system more than once: {numbers}."),
    noted("It may have arrived; it is looked for in the city's system."),
    noted("The city says it has it already, but its number is not found. A person must decide."),
    noted("It is not in the city's system, but another desk may be sending it. A person must decide."),
    noted("It may have arrived, and the city's list can't tell. A person must decide."),
    noted("Held by hand."),
    noted("Held at the desk."),
    noted("Released."),
    noted("Released: it is looked for in the city's system first."),
    noted("It left on a stick; another desk sends it. 'queue reclaim' takes it back."),
    noted("Taken back; it is looked for in the city's system first."),
    noted("A person found it in the city's system."),
    noted("A person decided to send it again."),
    noted("A person settled it without sending."),
    noted("Saved from a damaged file."),
    noted("Saved from a damaged file: it may have been sent."),
    noted("This is a drill's case; it is never sent."),
    noted("DRILL: the CRM answered 500; it is not known whether the report arrived."),
    noted("The city no longer has the service {code}. A person must decide what becomes of this case."),
    noted("The city now requires an answer that this case does not have ({code})."),
    noted("The city no longer knows an answer that this case gives ({code})."),
    # Why the sender stands still.
    noted("The city's system does not accept this desk's key. Set the key, then let the queue go on."),
    noted(
        "{count} different cases were refused alike (answer {status}): the city's address or key may have changed. "
        "Check it, then let the queue go on."
    ),
)


def reason_in_words(row: OutboxRow) -> str:
    """As it stands where it is none of ours (a sentence of the disk's, say)."""
    return in_words(row.last_reason)


def in_words(stored: str) -> str:
    """A stored reason, or why the sender stands still, in the language in use."""
    return retold(stored, REASONS)
