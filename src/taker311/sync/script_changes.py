"""What changed in a script: what is asked, where a case goes, by when. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from taker311.base.codec import pack
from taker311.knowledge.model import Agency, Question, Route, Script, Sla, pick


def script_changes(old: Script, new: Script, agencies: Sequence[Agency], lang: str) -> Iterator[str]:
    """Sentences without their subject, in the order in which the script is worked through."""
    yield from _questions(old, new, lang)
    if old.location != new.location:
        yield f"a location is {_need(new.location)}"
    if old.contact != new.contact:
        yield f"the caller's contact is {_need(new.contact)}"
    yield from _routes(old.routes, new.routes, {agency.id: _in(agency.names, lang) for agency in agencies}, lang)
    if old.service != new.service:
        yield f"the CRM's service is now {new.service or 'named by each route'}"
    if old.duplicates_m != new.duplicates_m:
        yield (
            f"open cases within {new.duplicates_m} metres are shown"
            if new.duplicates_m
            else "open cases nearby are no longer shown"
        )


def _questions(old: Script, new: Script, lang: str) -> Iterator[str]:
    before = {question.id: question for question in old.questions}
    after = {question.id: question for question in new.questions}
    for key, question in before.items():
        if key not in after:
            yield f'no longer asks "{_in(question.ask, lang)}"'
    for key, question in after.items():
        if key not in before:
            yield f'asks a new question: "{_in(question.ask, lang)}"'
        elif question != before[key]:
            yield from _question(before[key], question, lang)
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield "asks in another order"


def _question(old: Question, new: Question, lang: str) -> Iterator[str]:
    name = f'"{_in(new.ask, lang)}"'
    count = 0
    if old.ask != new.ask:
        yield f'asks "{_in(new.ask, lang)}" instead of "{_in(old.ask, lang)}"'
        count += 1
    before, after = ({choice.key: _in(choice.labels, lang) for choice in q.choices} for q in (old, new))
    added, gone = [after[k] for k in after if k not in before], [before[k] for k in before if k not in after]
    if added:
        yield f"{name} has the new answer{'s' if len(added) > 1 else ''} {', '.join(added)}"
    if gone:
        yield f"{name} no longer has {', '.join(gone)}"
    if old.required != new.required:
        yield f"{name} {'must be answered' if new.required else 'may be left out'}"
    if old.stop != new.stop:
        yield f"{name} {'ends the questions on another answer' if new.stop else 'no longer ends the questions'}"
    if not (count or added or gone or old.required != new.required or old.stop != new.stop):
        yield f"{name} is asked a little differently"


def _routes(old: Sequence[Route], new: Sequence[Route], names: Mapping[str, str], lang: str) -> Iterator[str]:
    before, after = ({pack(route.when): route for route in routes} for routes in (old, new))
    told: set[str] = set()
    for key, route in after.items():
        if key not in before:
            told.add(f"a new way to {names.get(route.to, route.to)}")
            continue
        was = before[key]
        if was.to != route.to:
            told.add(f"goes to {names.get(route.to, route.to)} instead of {names.get(was.to, was.to)}")
        if was.sla != route.sla:
            whose = "" if _alike(old, new) else f" of {names.get(route.to, route.to)}"
            told.add(f"promised time{whose} {_times(was.sla, route.sla)}")
        if was.say != route.say:
            told.add(
                f'says at the end: "{_in(route.say, lang)}"' if route.say else "no longer says anything at the end"
            )
        if was.transfer != route.transfer:
            told.add("connects the caller" if route.transfer else "no longer connects the caller")
        if was.service != route.service:
            told.add("goes to another service of the CRM")
    told.update(f"no longer a way to {names.get(before[key].to, before[key].to)}" for key in before if key not in after)
    yield from sorted(told)


def _alike(old: Sequence[Route], new: Sequence[Route]) -> bool:
    """Whether one sentence holds for every route that promises a time."""
    return len({pack(r.sla) for r in old if r.sla}) <= 1 and len({pack(r.sla) for r in new if r.sla}) <= 1


def _times(old: Sla | None, new: Sla | None) -> str:
    if old and new and old.unit == new.unit:
        return f"{old.count} -> {_time(new)}"
    return f"{_time(old)} -> {_time(new)}"


def _time(sla: Sla | None) -> str:
    if sla is None:
        return "none"
    return f"{sla.count} {sla.unit[:-1] if sla.count == 1 else sla.unit}"


def _need(word: str) -> str:
    return {"required": "needed", "optional": "asked for", "none": "not asked for"}[word]


def _in(texts: Mapping[str, str], lang: str) -> str:
    return pick(dict(texts), lang, next(iter(texts), ""))
