"""What can be done on a screen, in two sentences: the first thing that help says."""

from __future__ import annotations

from taker311.base.words import noted, say
from taker311.call.shown import View

_HERE = {
    "ready": noted(
        "Nobody is on the line. Type what the caller says and the call begins with the first letter; F6 shows what is new."
    ),
    "talking": noted(
        "Type the caller's words in any order: the best answers come first, and Enter opens the marked line."
        " A digit is a pick in an empty box or after a blank; Backspace right after takes it back."
    ),
    "topic": noted(
        "Read aloud what stands behind SAY. Then say with a key how it goes on: answered, the questions, or a transfer."
    ),
    "bulletin": noted("Read aloud what stands behind SAY. Then say that it was the answer, or go back to the search."),
    "transfer": noted(
        "Tell the caller who it is and the number, then connect them. Enter once the caller is through; Esc if they are not."
    ),
    "interview": noted(
        "Ask what stands behind ASK and answer with the keys on the screen; F2 says that the caller doesn't know."
        " Esc goes one question back, F7 to any of them, and no answer is lost."
    ),
    "place": noted(
        "Type the place as the caller says it: an address, a corner, a landmark. Enter takes the marked line, and once more"
        " after you have read it back; F3 takes the words as they stand."
    ),
    "duplicates": noted(
        "Somebody may have reported this already. Ask whether it is the same: its digit joins that case, 0 makes a new one."
    ),
    "readback": noted(
        "Read every line back to the caller. A digit changes that line; Enter saves, and only then is it saved."
    ),
    "done": noted(
        "Say the reference and the date as they stand; where no date stands, promise none. Enter wraps up, n begins a second"
        " topic of the same caller."
    ),
    "wrapup": noted("Say how the call ended: its digit, or Enter for the marked line. Esc goes back into the call."),
    "emergency": noted("Connect the caller with 911 first. Enter says that 911 has them; Esc puts the card away."),
    "distress": noted(
        "Stay with the caller and connect them with somebody on the card. Enter once the other line has them; Esc puts the"
        " card away, F9 is 911."
    ),
    "held": noted("The caller is on hold. F8 takes them up again exactly where you were."),
}
_ALWAYS = noted("Esc goes one step back and never ends a call. Typed words are never lost.")


def here_in_words(shown: View) -> list[str]:
    """Two sentences on this screen, then what holds on all of them."""
    name = shown.kind if shown.kind in ("place", "duplicates") else shown.state
    return [say(text) for text in (_HERE.get(name, ""), _ALWAYS) if text]
