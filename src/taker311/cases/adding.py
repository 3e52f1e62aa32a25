"""A caller who adds to a case that the city already has: an update where its system takes one, else a case of its own that
names the other. Stored and sent like any case; never suppressed."""

from __future__ import annotations

from collections.abc import Callable

from taker311.base.text import clean_line
from taker311.cases.model import Case
from taker311.cases.submission import description, make_submission
from taker311.crm.form import encode_form, update_fields
from taker311.crm.model import Dialect, RequestUpdate, Submission
from taker311.crm.replies import UPDATES
from taker311.knowledge.model import City


def submission_for(
    case: Case, dialect: Dialect, city: City, idem_key: str, open_number: Callable[[str], str] = lambda _ref: ""
) -> Submission:
    """`open_number` gives the city's number of what `case.linked_to` names, if that is known to be open still, else ''. A
    closed case is never added to: an update of it might be read by nobody."""
    number = open_number(case.linked_to) if case.linked_to and dialect.updates else ""
    return _update(case, dialect, city, idem_key, number) if number else make_submission(case, dialect, city, idem_key)


def _update(case: Case, dialect: Dialect, city: City, idem_key: str, number: str) -> Submission:
    """`update_id` is the idempotency key: the same update sent twice is one."""
    moment = case.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = description(case, dialect.description_limit, city)
    fields = [("jurisdiction_id", dialect.jurisdiction)] if dialect.jurisdiction else []
    fields += update_fields(RequestUpdate(idem_key, number, description=text), "OPEN", moment)
    caller = case.caller
    if caller.anonymous is False and caller.consent:
        told = (
            ("first_name", caller.first_name),
            ("last_name", caller.last_name),
            ("phone", caller.phone),
            ("email", caller.email),
        )
        fields += [(name, clean_line(value, limit=200)) for name, value in told if value]
    path = f"{UPDATES}.{dialect.format}" if dialect.suffix else UPDATES
    return Submission(path, encode_form(fields), idem_key, service_code=case.service_code, reference=case.tag)
