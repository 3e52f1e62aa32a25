"""What a scorecard says in sentences. A card holds them in English, so that the same log gives the same card whatever the screen
speaks; they are put into the language in use when they are shown. A test holds this table against the judges."""

from __future__ import annotations

from taker311.base.words import noted, retold

SENTENCES: tuple[str, ...] = (
    noted("the 911 card within {seconds} s"),
    noted("the caller handed to 911"),
    noted("the 911 card was never opened"),
    noted("the 911 card stood open at {seconds} s, and nobody was handed over"),
    noted("the 911 card stood open at {seconds} s"),
    noted("a call that is no emergency was handed to 911"),
    noted("no 911"),
    noted("{good} of {count} safety questions answered right"),
    noted("the 911 card alone"),
    noted("no card was opened"),
    noted("opened {names}"),
    noted("{what}, not in the caller's language"),
    noted("the card was open and nothing came of it"),
    noted("not dealt with"),
    noted("'{topic}' is out of date"),
    noted("{what}, without the bulletin"),
    noted("no place was taken"),
    noted("'{place}', not verified"),
    noted("'{place}', read back"),
    noted("{good} of {count} exact"),
    noted("{step}: near ('{given}')"),
    noted("{step}: wrong ('{given}')"),
    noted("{step}: missing"),
    noted("needless: {names}"),
    noted("'{fact}' again"),
    noted("questions that this call didn't need"),
    noted("nothing needless was asked"),
    noted("not: {names}"),
    noted("a new report"),
    noted("joined the open one"),
    noted("the open report"),
    noted("not decided"),
    noted("no end was reached"),
    noted("transferred to nobody"),
    noted("transferred to {agency}"),
    noted("{agency}, no date, not said"),
    noted("{agency}, no date, said"),
    noted("{agency}, {date}, not said"),
    noted("{agency}, {date}, said"),
    noted("the call did not end"),
    noted("courtesy {points} by {who}"),
    noted("listening {points} by {who}"),
    # What was wrong with a critical error.
    noted("The 911 card was never opened."),
    noted("The 911 card came {seconds} s too late."),
    noted("The caller was not handed to 911."),
    noted("'{topic}' was given as the answer."),
    noted("'{topic}' is out of date and was given as fact."),
    noted("The case says '{place}', not '{wanted}'."),
    noted("'{text}' stands in {where}."),
    noted("the answer to '{question}'"),
    noted("the place"),
    noted("the words kept for the content owner"),
    noted("The caller wanted to stay anonymous and was written down."),
    noted("Coded as a request, and no case was saved."),
    noted("'{promise}' was promised, and nothing promises it."),
    noted("A city number was told before the city gave one."),
    noted("The drill was left before the call ended."),
    noted("The call was ended as '{code}'."),
)
_BETWEEN = "; "


def in_words(stored: str) -> str:
    """A card's sentence in the language in use; several stand with a semicolon between them."""
    return _BETWEEN.join(retold(part, SENTENCES) for part in stored.split(_BETWEEN))
