"""What was done, in words: the caption that stands over a call that is told again."""

from __future__ import annotations

from taker311.base.text import clean_line
from taker311.base.words import noted, say
from taker311.call import events as ev

_WORDS: dict[type[ev.Event], str] = {
    ev.Started: noted("the call begins"),
    ev.Typed: noted("types “{text}”"),
    ev.Opened: noted("opens {topic_id}"),
    ev.BulletinOpened: noted("opens the notice {id}"),
    ev.BulletinAcknowledged: noted("has read {id}"),
    ev.NoAnswerFound: noted("keeps the words: nothing answers them"),
    ev.IntakeStarted: noted("begins the questions"),
    ev.FieldTyped: noted("types “{text}”"),
    ev.Answered: noted("answers {question}: {text}"),
    ev.Skipped: noted("skips {question}"),
    ev.HeardTaken: noted("takes what was heard for {question}"),
    ev.HeardLeft: noted("leaves what was heard for {question}"),
    ev.WentBack: noted("goes one step back"),
    ev.Jumped: noted("jumps to {step}"),
    ev.PlaceTyped: noted("types the place “{text}”"),
    ev.PlacesFound: noted("places are found"),
    ev.PlacePicked: noted("takes place {number} and reads it back"),
    ev.PlaceConfirmed: noted("the caller agreed to the place"),
    ev.PlaceUnverified: noted("takes the place as it stands: {reason}"),
    ev.DuplicatesFound: noted("open cases nearby are looked for"),
    ev.DuplicateJoined: noted("joins {ref}"),
    ev.DuplicateNew: noted("makes a new case"),
    ev.ReadBackConfirmed: noted("the caller agreed to what was read back"),
    ev.CaseSaved: noted("saved as {ref}"),
    ev.SaveFailed: noted("not saved: {sentence}"),
    ev.ReceiptCame: noted("the city's number came: {request_id}"),
    ev.AnswerGiven: noted("the answer was given"),
    ev.TransferShown: noted("opens the transfer"),
    ev.Transferred: noted("the caller is through"),
    ev.SecondTopicBegun: noted("begins a second topic"),
    ev.WrapUpBegun: noted("wraps up"),
    ev.Disposed: noted("ends the call as {code}"),
    ev.EmergencyHeard: noted("emergency words: {phrase}"),
    ev.CardOpened: noted("opens the 911 card"),
    ev.CardClosed: noted("puts the 911 card away"),
    ev.Held: noted("puts the caller on hold"),
    ev.Resumed: noted("takes the caller up again"),
    ev.HelpCalled: noted("calls for help"),
    ev.MarkedForReview: noted("marks this call for review"),
    ev.LanguageSet: noted("sets the language: {lang}"),
    ev.CallBackAgreed: noted("agrees on a call back: {when}"),
    ev.AnswerFlagged: noted("flags the answer for its owner: {comment}"),
    ev.Parked: noted("puts the call aside"),
    ev.TakenUp: noted("takes the call up again"),
}
_HANDED_OVER = noted("hands the caller to 911")
_LONGEST = 60


def caption(event: ev.Event) -> str:
    """One line for an event. What a caller said may stand in it: it is for a screen, never for a file."""
    if isinstance(event, ev.CardClosed) and event.connected:
        return say(_HANDED_OVER)
    text = _WORDS.get(type(event), "")
    fields = {name: _short(getattr(event, name)) for name in event.__struct_fields__}
    return say(text, **fields) if fields else say(text)


def _short(value: object) -> str:
    text = clean_line(str(value))
    return text if len(text) <= _LONGEST else f"…{text[1 - _LONGEST :]}"
