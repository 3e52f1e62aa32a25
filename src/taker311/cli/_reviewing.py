"""One reviewer at work on one call: the form as it stands, its draft and its end."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from taker311.base.errors import UserError

if TYPE_CHECKING:
    from taker311.base.people_keys import Holder
    from taker311.cli._review import Room
    from taker311.review.form import Form
    from taker311.review.tale import Tale


class Reviewing:
    """One reviewer on one call."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        from taker311.cli._people import open_person
        from taker311.cli._review import Room, tale_of
        from taker311.review import forms

        self.room: Room = Room(arguments.folder)
        self.reviewer: Holder = open_person(arguments, "reviewer")
        found = self.room.open(arguments.call, self.reviewer)
        self.tale: Tale = tale_of(found, arguments.kb, self.room)
        self.call_id, self.reply_to = found.call_id, found.reply_to
        self.done = forms.finished_of(self.room.folders, self.call_id, self.reviewer)
        self.form: Form = self._begin(reopen=arguments.reopen)

    def _begin(self, *, reopen: bool) -> Form:
        from msgspec.structs import replace

        from taker311.review import forms
        from taker311.review.form import new_form

        draft = forms.draft_of(self.room.folder, self.call_id, self.reviewer)
        if draft is not None:
            return draft
        seen = forms.has_seen(self.room.folder, self.call_id, self.reviewer.public.id)
        if self.done is None:
            room = self.room
            return new_form(self.tale, self.reviewer.public, room.settings.review, room.now(), blind=not seen)
        return replace(self.done, finished=None, blind=self.done.blind and not seen) if reopen else self.done

    def save(self, form: Form) -> None:
        from taker311.review import forms

        forms.save_draft(self.room.folder, form, self.reviewer, self.room.now())
        self.form = form

    def finish(self, form: Form) -> None:
        from taker311.review import forms

        forms.save_finished(self.room.written, form, self.reviewer, self.room.reviewers())
        self.form = self.done = form

    def release(self) -> None:
        from taker311.review import forms

        if self.done is None or self.form.finished is None:
            raise UserError("The form is not finished, so it was not released.")
        forms.release(self.room.written, self.done, self.reviewer, self.reply_to)

    @property
    def notice(self) -> str:
        from taker311.desk.review_replay import other_knowledge

        return other_knowledge(self.tale)
