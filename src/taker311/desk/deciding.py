"""The queue's list in an agent's hands: a line is picked, what may be done about it is offered, and done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import say
from taker311.cases.reasons import reason_in_words
from taker311.cases.reference import format_ref
from taker311.desk.prompts import Item, Menu
from taker311.station.candidates import IN_DOUBT

if TYPE_CHECKING:
    from taker311.desk.control import Control


def open_case(control: Control, number: int) -> None:
    """What may be done about the queue's nth line."""
    rows = control.queue.rows() if control.queue is not None else []
    if control.queue is None or number > len(rows):
        return
    row = rows[number - 1]
    try:
        items = [Item(words, f"queue:{name}", row.case_id) for name, words in control.queue.possible(row)]
    except UserError as error:
        control.note = str(error)
        return
    if items:
        control.menu = Menu(f"{format_ref(row.ref)}: {reason_in_words(row)}", items)
        if row.state in IN_DOUBT:
            control.look_for(row, control.menu)
    else:
        control.note = say("{ref}: nothing is to be decided about it.", ref=format_ref(row.ref))


def any_to_decide(control: Control) -> bool:
    """Whether a digit does something in the list."""
    queue = control.queue
    if queue is None:
        return False
    try:
        return any(queue.possible(row) for row in queue.rows()[:9])
    except UserError:
        return False  # whoever may decide nothing; a digit says so


def act(control: Control, name: str, case_id: str) -> None:
    if name.startswith("landed="):
        _settle(control, case_id, "landed", name.removeprefix("landed="))
    elif name == "landed":
        control.ask(say("The city's number of the case"), lambda text: _settle(control, case_id, name, text))
    else:
        _settle(control, case_id, name)


def _settle(control: Control, case_id: str, name: str, number: str = "") -> None:
    if control.queue is None:
        return
    try:
        control.note = control.queue.do(case_id, name, number)
    except UserError as error:
        control.note = str(error)
