"""What a desk does beside calls: leaving and signing out, what calls left to be done, the queue's look for the city's cases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import plural, say

if TYPE_CHECKING:
    from taker311.base.keyslots import KeySlots
    from taker311.cases.model import OutboxRow
    from taker311.cli._desk_behind import DeskBehind
    from taker311.crm.model import RequestRecord
    from taker311.desk.control import Control
    from taker311.desk.labels import Act
    from taker311.desk.prompts import Menu
    from taker311.station.workplace import Workplace


def add_more(control: Control, workplace: Workplace, behind: DeskBehind, slots: KeySlots | None) -> None:
    from taker311.desk.leaving import leave, sign_out
    from taker311.desk.promises_page import PromisesPage
    from taker311.station.promises import in_words

    promises, usual = workplace.promises, control.unavailable
    control.pages["desk.promises"] = PromisesPage(
        control, promises, lambda one: in_words(one, workplace), workplace.zone
    ).page()

    def unavailable(action: str) -> bool:
        match action:
            case "desk.promises":
                return not promises.due()
            case "desk.sign-out":
                return workplace.seat.unlocked is None
            case _:
                return usual(action)

    control.unavailable = unavailable
    control.waiting_calls = lambda: _waiting(workplace)
    control.commands["desk.leave"] = lambda: leave(control, lambda: _waits(workplace))
    if slots is not None:
        control.commands["desk.sign-out"] = lambda: sign_out(control, lambda: _waits(workplace))
    _add_tour(control, workplace)
    control.look_for = lambda row, menu: _look_for(control, workplace, behind, row, menu)


def _add_tour(control: Control, workplace: Workplace) -> None:
    from taker311.desk.tour import OFFER, Offered, add_tour

    offered = Offered(workplace.seat.folder, workplace.station.desk.agent)
    add_tour(control, workplace.status, offered)
    workplace.offer = lambda: say(OFFER) if offered else ""


def _waits(workplace: Workplace) -> str:
    from taker311.cases.tasks import on_signing_out

    return on_signing_out(workplace.store.rows())


def _waiting(workplace: Workplace) -> dict[str, Act]:
    def taken_up(call_id: str) -> Callable[[Control], None]:
        def act(control: Control) -> None:
            if workplace.station.take_up(call_id):
                control.refresh()
            else:
                control.note = say(
                    "Nothing of that call can be read here; its case, if one was saved, is in the queue."
                )

        return act

    return {f"call:{i}": taken_up(call.call_id) for i, call in enumerate(workplace.open_calls())}


def _look_for(control: Control, workplace: Workplace, behind: DeskBehind, row: OutboxRow, menu: Menu) -> None:
    """Asks the city's system behind the screen; what comes is added to the menu, as long as it is still open."""
    crm = behind.crm
    if crm is None:
        return
    store, now = workplace.store, workplace.clock.now()

    def work() -> None:
        from taker311.station.candidates import candidates_of

        found: tuple[RequestRecord, ...] = ()
        try:
            found = candidates_of(store, crm, row, now)
            said = plural(
                len(found), "{count} case of the city may be this one.", "{count} cases of the city may be this one."
            )
        except UserError as error:
            said = str(error)
        behind.tell(lambda: came(found, said))

    def came(found: tuple[RequestRecord, ...], said: str) -> None:
        from taker311.desk.prompts import Item
        from taker311.station.candidates import in_words

        if control.menu is not menu:
            return
        menu.items += [
            Item(
                say("It is {number}", number=one.request_id),
                f"queue:landed={one.request_id}",
                row.case_id,
                in_words(one, workplace.zone),
            )
            for one in found
        ]
        control.note = said

    control.note = say("Looking in the city's system for cases that may be this one ...")
    threading.Thread(target=work, name="taker311-candidates", daemon=True).start()
