"""The one test case that `crm probe --submit-test` sends, and what it shows that no GET can."""

from __future__ import annotations

from datetime import datetime, timedelta

from taker311.base.clock import Clock
from taker311.base.codec import Value
from taker311.base.errors import UserError
from taker311.base.ids import Ids
from taker311.crm.client import Open311
from taker311.crm.form import encode_form
from taker311.crm.model import Accepted, NotSent, Outcome, Refused, Service, Submission
from taker311.crm.probe import Probed, Trait
from taker311.crm.tree import CrmError

TEXT = "This is a test of a connection, sent by the people who set up a 311 desk. Please close it."


class Tested(Value, frozen=True):
    traits: tuple[Trait, ...]
    notes: tuple[str, ...]


def submit_test(
    client: Open311, found: Probed, clock: Clock, ids: Ids, *, service: str = "", at: tuple[float, float] | None = None
) -> Tested:
    """Sends one case; a second time, with the same Idempotency-Key, only where the endpoint says that it honours it.

    `at`: (lat, long) of the test; else the point of a case that is listed. Raises UserError where no service can be tried.
    """
    chosen = _service(found.services, client, service)
    point = at or found.point
    if point is None:
        raise UserError("--submit-test: no listed case has a place; say where the test is, with --at LAT,LONG.")
    submission = _submission(client, chosen, point, ids.uuid())
    started = clock.now()
    outcome = client.submit(submission, service_type=chosen.type)
    if not isinstance(outcome, Accepted):
        return Tested(*_refused(outcome))
    number = outcome.receipt.request_id
    traits: list[Trait] = []
    named = number or (f"the token {outcome.receipt.token}" if outcome.receipt.token else "no number")
    notes = [f"A test case of service {chosen.code} was accepted: {named}. Ask the CRM's people to close it."]
    if found.claims_keys:
        again = client.submit(submission, service_type=chosen.type)
        same = isinstance(again, Accepted) and again.receipt == outcome.receipt
        why = (
            "the test case sent twice with one key gave one case"
            if same
            else "the test case sent twice gave two receipts"
        )
        traits.append(Trait("honours_idempotency_key", same, why))
    else:
        notes.append("Nothing says that it honours an Idempotency-Key, and trying would make a second case.")
    _look(client, submission, started, traits, notes)
    return Tested(tuple(traits), tuple(notes))


def _service(services: tuple[Service, ...], client: Open311, wanted: str) -> Service:
    if wanted:
        chosen = next((one for one in services if one.code == wanted), None)
        if chosen is None:
            raise UserError(f"--service {wanted}: the endpoint lists no service of that code.")
        return chosen
    plain = [one for one in services if not one.metadata and one.type == "realtime"]
    tests = [one for one in plain if "test" in one.name.lower()]
    for one in (*tests, *plain):
        return one
    for one in services:
        if one.type == "realtime" and not _required(client, one):
            return one
    raise UserError("--submit-test: every service asks for something; name one with --service CODE.")


def _required(client: Open311, service: Service) -> bool:
    try:
        return any(attribute.required for attribute in client.definition(service.code).attributes)
    except CrmError:
        return True


def _submission(client: Open311, service: Service, point: tuple[float, float], key: str) -> Submission:
    dialect = client.dialect
    tag = f"TEST/{key[:8]}"
    fields = [("jurisdiction_id", dialect.jurisdiction)] if dialect.jurisdiction else []
    fields += [("service_code", service.code), ("lat", f"{point[0]:.6f}"), ("long", f"{point[1]:.6f}")]
    if dialect.location == "both":
        fields.append(("address_string", "Test"))
    fields += sorted(dialect.extra.items())
    fields.append(("description", f"{TEXT}\nRef {tag}"))
    path = f"requests.{dialect.format}" if dialect.suffix else "requests"
    return Submission(path, encode_form(fields), key, service_code=service.code, reference=tag)


def _refused(outcome: Outcome) -> tuple[tuple[Trait, ...], tuple[str, ...]]:
    sentence = "" if isinstance(outcome, Accepted) else outcome.sentence
    said = sentence.lower()
    traits: list[Trait] = []
    if isinstance(outcome, Refused) and "address_string" in said:
        traits.append(Trait("location", "both", f"a case with a point alone was refused: {sentence}"))
    if isinstance(outcome, Refused) and "email" in said:
        traits.append(Trait("compulsory", ("email",), f"a case without one was refused: {sentence}"))
    if isinstance(outcome, Refused):
        return tuple(traits), (f"The test case was refused (HTTP {outcome.status}): {sentence}",)
    if isinstance(outcome, NotSent):
        return (), (f"The test case was not sent: {sentence}",)
    return (), (f"It is not known whether the test case arrived: {sentence} Look for it in the CRM.",)


def _look(client: Open311, sent: Submission, started: datetime, traits: list[Trait], notes: list[str]) -> None:
    if not client.dialect.descriptions_listed:
        return
    span = timedelta(days=1)
    try:
        rows = client.find(sent.service_code, started - span, started + span)
    except CrmError as error:
        notes.append(f"The test case could not be looked for: {error}")
        return
    if any(sent.reference in (row.description or "") for row in rows):
        notes.append("The test case was listed at once, with its reference: reads may well be consistent.")
        traits.append(Trait("descriptions_listed", True, "the test case was found by the reference in its description"))
    else:
        notes.append("The test case was not listed at once.")
