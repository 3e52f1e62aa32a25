"""The sentences that the desk itself puts into the call-taker's mouth. What may be said follows what is known: the
reference always, the city's number only once the city gave it, a date only where a script promises one."""

from __future__ import annotations

from datetime import datetime

from taker311.base.words import number, say, span
from taker311.call.model import Duplicate, Finished
from taker311.cases.reference import format_ref, spoken


def place_readback(words: str, lang: str) -> str:
    return f"Tengo: {words}. ¿Es correcto?" if lang == "es" else f"I have {words}. Is that right?"


def readback_opening(lang: str) -> str:
    return "Le leo lo que tengo." if lang == "es" else "Let me read back what I have."


def done(last: Finished, agency: str, lang: str) -> str:
    """The closing words for a saved case, a sentence a line."""
    spanish = lang == "es"
    number = f"{format_ref(last.ref)}: {', '.join(' '.join(group) for group in spoken(last.ref, lang))}"
    lines = [f"Su número de referencia es {number}." if spanish else f"Your reference is {number}."]
    if last.promise is not None:
        when = last.promise.texts.get(lang, last.promise.texts["en"])
        if spanish:
            lines.append(f"{agency or 'La ciudad'} debe resolverlo {when}.")
        else:
            lines.append(f"{agency or 'The city'} should take care of it {when}.")
    if last.request_id:
        lines.append(
            f"El número de la ciudad es {last.request_id}." if spanish else f"The city's number is {last.request_id}."
        )
    return "\n".join(lines)


def where_it_is(last: Finished, online: bool | None) -> str:
    """For the agent: where the case is now, and what happens to it by itself."""
    if last.request_id:
        return say("The city has it: number {request_id}.", request_id=last.request_id)
    if last.in_memory:
        return say(
            "Kept in memory only: nobody is signed in here. Sign in before this desk is closed, or write it down."
        )
    if online is False:
        return say("Saved on this desk. The CRM is not answering; it is sent by itself.")
    return say("Saved on this desk. It is on its way to the CRM.")


def duplicate_line(duplicate: Duplicate, now: datetime) -> str:
    """'K3F-7QX2-D, 12 m away, 2 days ago, 1204 Washington Street'."""
    age = span((now - duplicate.created).total_seconds())
    ref = format_ref(duplicate.ref) if duplicate.ours else duplicate.ref
    near = say("{ref}, {metres} m away, {age} ago", ref=ref, metres=number(duplicate.metres), age=age)
    return f"{near}, {duplicate.place}" if duplicate.place else near
