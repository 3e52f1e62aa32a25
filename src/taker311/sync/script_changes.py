"""What changed in a script: what is asked, where a case goes, by when. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from taker311.base.codec import pack
from taker311.base.words import noted, plural, say
from taker311.knowledge.model import Agency, Question, Route, Script, Sla, pick


def script_changes(old: Script, new: Script, agencies: Sequence[Agency], lang: str) -> Iterator[str]:
    """Sentences without their subject, in the order in which the script is worked through."""
    yield from _questions(old, new, lang)
    if old.location != new.location:
        yield say(_LOCATION[new.location])
    if old.contact != new.contact:
        yield say(_CONTACT[new.contact])
    yield from _routes(
        old.routes, new.routes, {agency.id: in_language(agency.names, lang) for agency in agencies}, lang
    )
    if old.service != new.service:
        yield (
            say("the CRM's service is now {service}", service=new.service)
            if new.service
            else say("the CRM's service is now named by each route")
        )
    if old.duplicates_m != new.duplicates_m:
        yield (
            say("open cases within {metres} metres are shown", metres=new.duplicates_m)
            if new.duplicates_m
            else say("open cases nearby are no longer shown")
        )


def _questions(old: Script, new: Script, lang: str) -> Iterator[str]:
    before = {question.id: question for question in old.questions}
    after = {question.id: question for question in new.questions}
    for key, question in before.items():
        if key not in after:
            yield say('no longer asks "{question}"', question=in_language(question.ask, lang))
    for key, question in after.items():
        if key not in before:
            yield say('asks a new question: "{question}"', question=in_language(question.ask, lang))
        elif question != before[key]:
            yield from _question(before[key], question, lang)
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield say("asks in another order")


def _question(old: Question, new: Question, lang: str) -> Iterator[str]:
    name = in_language(new.ask, lang)
    count = 0
    if old.ask != new.ask:
        yield say('asks "{new}" instead of "{old}"', new=name, old=in_language(old.ask, lang))
        count += 1
    before, after = ({choice.key: in_language(choice.labels, lang) for choice in q.choices} for q in (old, new))
    added, gone = [after[k] for k in after if k not in before], [before[k] for k in before if k not in after]
    if added:
        new_ones = ", ".join(added)
        yield (
            say('"{question}" has the new answer {answer}', question=name, answer=new_ones)
            if len(added) == 1
            else say('"{question}" has the new answers {answers}', question=name, answers=new_ones)
        )
    if gone:
        yield say('"{question}" no longer has {answers}', question=name, answers=", ".join(gone))
    if old.required != new.required:
        yield (
            say('"{question}" must be answered', question=name)
            if new.required
            else say('"{question}" may be left out', question=name)
        )
    if old.stop != new.stop:
        yield (
            say('"{question}" ends the questions on another answer', question=name)
            if new.stop
            else say('"{question}" no longer ends the questions', question=name)
        )
    if not (count or added or gone or old.required != new.required or old.stop != new.stop):
        yield say('"{question}" is asked a little differently', question=name)


def _routes(old: Sequence[Route], new: Sequence[Route], names: Mapping[str, str], lang: str) -> Iterator[str]:
    before, after = ({pack(route.when): route for route in routes} for routes in (old, new))
    told: set[str] = set()
    for key, route in after.items():
        if key not in before:
            told.add(say("a new way to {agency}", agency=names.get(route.to, route.to)))
            continue
        was = before[key]
        if was.to != route.to:
            told.add(
                say("goes to {new} instead of {old}", new=names.get(route.to, route.to), old=names.get(was.to, was.to))
            )
        if was.sla != route.sla:
            times = _times(was.sla, route.sla)
            told.add(
                say("promised time {times}", times=times)
                if _alike(old, new)
                else say("promised time of {agency} {times}", agency=names.get(route.to, route.to), times=times)
            )
        if was.say != route.say:
            told.add(
                say('says at the end: "{words}"', words=in_language(route.say, lang))
                if route.say
                else say("no longer says anything at the end")
            )
        if was.transfer != route.transfer:
            told.add(say("connects the caller") if route.transfer else say("no longer connects the caller"))
        if was.service != route.service:
            told.add(say("goes to another service of the CRM"))
    told.update(
        say("no longer a way to {agency}", agency=names.get(before[key].to, before[key].to))
        for key in before
        if key not in after
    )
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
        return say("none")
    return plural(sla.count, *_UNITS[sla.unit])


_UNITS = {
    "hours": (noted("{count} hour"), noted("{count} hours")),
    "days": (noted("{count} day"), noted("{count} days")),
    "working days": (noted("{count} working day"), noted("{count} working days")),
}
_LOCATION = {
    "required": noted("a location is needed"),
    "optional": noted("a location is asked for"),
    "none": noted("a location is not asked for"),
}
_CONTACT = {
    "required": noted("the caller's contact is needed"),
    "optional": noted("the caller's contact is asked for"),
    "none": noted("the caller's contact is not asked for"),
}


def in_language(texts: Mapping[str, str], lang: str) -> str:
    return pick(dict(texts), lang, next(iter(texts), ""))
