"""What each verb does, in plain words, for whoever types `?`. A dot begins a verb; capitals stand for what is typed after it."""

from __future__ import annotations

from taker311.base.words import noted

VERB_WORDS: dict[str, str] = {
    "type": noted(".type WORDS: searches what the caller says"),
    "open": noted(".open N: opens a line of the list"),
    "acknowledge": noted(".acknowledge: you have read this bulletin"),
    "distress": noted(".distress: the words for a caller in distress"),
    "no-answer": noted(".no-answer: nothing fits; the words are kept for the content owner"),
    "answered": noted(".answered: the answer was all the caller needed"),
    "intake": noted(".intake: begins the questions"),
    "transfer": noted(".transfer: whom to connect with, and what to say"),
    "answer": noted(".answer WORDS: answers the question"),
    "unknown": noted(".unknown: the caller does not know"),
    "skip": noted(".skip: passes this question by"),
    "draft": noted(".draft WORDS: keeps a half answer, should the line break"),
    "take": noted(".take: takes what was heard as the answer"),
    "leave": noted(".leave: leaves what was heard"),
    "pick": noted(".pick N: that place"),
    "unverified": noted(".unverified REASON: takes the place as it was typed"),
    "join": noted(".join N: it is that report"),
    "new": noted(".new: it is none of the reports nearby"),
    "confirm": noted(".confirm: the caller agrees"),
    "jump": noted(".jump N: goes to that step; .steps lists them"),
    "back": noted(".back: one step back; nothing is lost"),
    "second": noted(".second: the same caller has something else"),
    "wrapup": noted(".wrapup: to how the call ended"),
    "end": noted(".end KEY: ends the call"),
    "emergency": noted(".emergency: the 911 card"),
    "close": noted(".close: it is no emergency"),
    "connected": noted(".connected: 911 has the caller"),
    "hold": noted(".hold: puts the caller on hold"),
    "resume": noted(".resume: takes the call up again"),
    "help-me": noted(".help-me: calls for help"),
    "mark-review": noted(".mark-review: marks this call for review"),
    "language": noted(".language es: how this caller is spoken to; or vi interpreter 4711"),
    "call-back": noted(".call-back NUMBER; WHEN: the caller is rung back"),
    "flag": noted(".flag WHAT IS WRONG: tells the owner of this answer; words may be left out"),
    "park": noted(".park: puts the call aside"),
    "steps": noted(".steps: every question with its answer"),
    "again": noted(".again: says all of this once more"),
    "bulletins": noted(
        ".bulletins: what is in force; .bulletins N opens one; .bulletins read N: its words, and that you have read them"
    ),
    "changed": noted(".changed: what is new since you last looked"),
    "queue": noted(".queue: cases and how they stand; .queue N: what may be decided"),
    "status": noted(".status REFERENCE, NUMBER or PHONE: how a case stands"),
    "to-do": noted(".to-do: callers to ring back; .to-do N opens one"),
    "take-up": noted(".take-up: a call that waits, as it was; .take-up N"),
    "desk": noted(".desk: how this desk stands"),
    "day": noted(".day: your own calls of today, in numbers"),
    "break": noted(".break: begins a break, or ends it"),
    "sign-in": noted(".sign-in: your passphrase is asked for"),
    "sign-out": noted(".sign-out: the key is forgotten, and this ends"),
    "quit": noted(".quit: ends; an open call is kept"),
}
# Said when a verb was done and the screen looks as it did.
DONE_WORDS: dict[str, str] = {
    "help-me": noted("Help is called for."),
    "call-back": noted("The call back is noted."),
    "language": noted("The language is set."),
    "flag": noted("Flagged for its owner."),
    "mark-review": noted("Marked for review."),
}
DONE = noted("Done.")
