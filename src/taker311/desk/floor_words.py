"""What the floor's screen says of a desk, in words: never by a colour alone."""

from __future__ import annotations

from datetime import datetime, tzinfo

from taker311.base.words import moment, noted, number, plural, say, stopwatch
from taker311.cases.reference import format_ref
from taker311.cases.standing import Standing
from taker311.crm.desk_model import Activity
from taker311.desk.draw import BLANK, Line, line, paragraph
from taker311.desk.theme import Role
from taker311.station.floor import LONG_HOLD_S, BulletinSum, TopicSum, held_s, name_of, silent

_DOING = {
    "ready": noted("ready"),
    "call": noted("in a call"),
    "hold": noted("on hold"),
    "wrapup": noted("wrap-up"),
    "off": noted("left"),
}
_STATES = {
    "queued": noted("{count} queued"),
    "sending": noted("{count} being sent"),
    "unknown": noted("{count} in doubt"),
    "blocked": noted("{count} blocked"),
    "held": noted("{count} held"),
    "exported": noted("{count} exported"),
}
_OLD_S = 60.0
_HOUR_S = 3600


def clock(seconds: float) -> str:
    """'0:42', '12:05', '3 h 10 min', '2 d'."""
    whole = max(0, int(seconds))
    if whole < _HOUR_S:
        return stopwatch(whole)
    if whole < 86_400:
        return say("{hours} h {minutes} min", hours=whole // 3600, minutes=whole % 3600 // 60)
    return say("{days} d", days=whole // 86_400)


def minutes(seconds: float) -> str:
    """'4 min': what need not be drawn anew each second."""
    return clock(seconds) if seconds >= _HOUR_S else say("{minutes} min", minutes=max(0, int(seconds // 60)))


def doing(desk: Standing, now: datetime) -> str:
    """'in a call 4 min', 'locked, ready'; '–' where the desk does not tell."""
    told = desk.doing
    if told is None or not told.state:
        return "–"
    if silent(desk, now) or (desk.stale(now) and told.state != "off"):
        return say("no word")
    text = say(_DOING[told.state]) if told.state in _DOING else told.state
    if told.since is not None and told.state != "off":
        seconds = (now - told.since).total_seconds()
        text = f"{text} {clock(seconds) if told.state == 'hold' else minutes(seconds)}"
    return say("locked, {doing}", doing=text) if told.locked and told.state != "off" else text


def needs(desk: Standing, now: datetime) -> list[tuple[str, Role]]:
    """What somebody should see to, most urgent first."""
    told, found = desk.doing, list[tuple[str, Role]]()
    unsent = sum(desk.counts.values())
    if told is not None and told.help_since is not None:
        found.append(_help(told, now))
    if desk.stale(now):
        found.append((say("SILENT for {time}", time=clock((now - desk.at).total_seconds())), "bad"))
    if desk.for_a_person:
        found.append((plural(desk.for_a_person, "{count} for a person", "{count} for a person"), "bad"))
    if desk.paused:
        found.append((say("the sender stands still"), "bad"))
    if silent(desk, now) and not desk.stale(now):
        found.append((say("no word for {time}", time=clock((now - desk.at).total_seconds())), "warn"))
    if told is not None and told.state == "off" and unsent:
        found.append((plural(unsent, "left with {count} unsent case", "left with {count} unsent cases"), "warn"))
    if held_s(desk, now) >= LONG_HOLD_S:
        found.append((say("a long hold"), "warn"))
    age = (now - desk.oldest).total_seconds() if desk.oldest else 0.0
    if age >= _OLD_S and not desk.for_a_person:
        found.append((say("oldest unsent {time}", time=clock(age)), "warn"))
    unread = sum(one.read_at is None for one in told.bulletins) if told is not None and desk.on(now) else 0
    if unread:
        found.append((plural(unread, "{count} bulletin not read", "{count} bulletins not read"), "text"))
    return found


def _help(told: Activity, now: datetime) -> tuple[str, Role]:
    if told.answered is not None:
        by = told.answered.by or say("A supervisor")
        return say("help: {name} has seen it", name=by), "warn"
    since = told.help_since or now
    return say("CALLS FOR HELP {time}", time=clock((now - since).total_seconds())), "alarm"


def mean(told: Activity | None) -> str:
    return clock(told.handled_s / told.calls) if told is not None and told.calls else ""


def unsent(desk: Standing) -> str:
    count = sum(desk.counts.values())
    return number(count) if count else ""


def detail(desk: Standing, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """All that a desk told."""
    rows: list[Line] = []
    for text, role in needs(desk, now):
        rows += paragraph(text, width - 1, role)
    rows += [BLANK] if rows else []
    told = desk.doing
    facts = [(say("Doing"), doing(desk, now)), (say("Told last"), moment(desk.at.astimezone(zone)))]
    if told is not None:
        facts.append((say("Agent"), told.agent))
        facts.append((say("Calls today"), number(told.calls) + (f", {say('mean')} {mean(told)}" if told.calls else "")))
    states = ", ".join(
        say(_STATES[state], count=number(count)) if state in _STATES else f"{number(count)} {state}"
        for state, count in desk.counts.items()
        if count
    )
    facts.append((say("Unsent cases"), states or say("none")))
    facts.append((say("Sender"), desk.paused))
    facts += [(say("For a person"), f"{format_ref(w.ref)}  {moment(w.since.astimezone(zone))}") for w in desk.waiting]
    if desk.more:
        facts.append(("", plural(desk.more, "and {count} more", "and {count} more")))
    facts.append((say("Audit"), f"{desk.audit.seq} {desk.audit.hash[:12]}" if desk.audit.seq else ""))
    for label, value in facts:
        if value:
            rows += _fact(label, value, width)
    if told is not None and told.bulletins:
        rows += [BLANK, line((" " + say("Bulletins that must be read"), "title"))]
        for one in told.bulletins:
            when = say("read {time}", time=moment(one.read_at.astimezone(zone))) if one.read_at else say("NOT READ")
            rows += paragraph(f"{one.title or one.id}: {when}", width - 1, "text", 3)
    if told is not None and told.topics:
        rows += [BLANK, line((" " + say("Topics of the last half hour"), "title"))]
        for topic in told.topics:
            rows += paragraph(counted(topic.title or topic.id, topic.seen, topic.usual if told.windows >= 1 else None), width - 1, "text", 3)  # fmt: skip
    return rows


def _fact(label: str, value: str, width: int) -> list[Line]:
    first, *rest = paragraph(value, width - 17, "text", 0) or [BLANK]
    head = line((f" {label:<15} ", "dim"), *first)
    return [head, *(line((" " * 17, "text"), *row) for row in rest)]


def counted(title: str, seen: int, usual: float | None) -> str:
    """'Water in the basement: 9 in 30 minutes, usually 1'."""
    if usual is None:
        return say("{title}: {seen} in 30 minutes", title=title, seen=number(seen))
    shown = number(usual, 0 if usual >= 10 or usual == round(usual) else 1)
    if usual < 0.05:
        return say("{title}: {seen} in 30 minutes, usually hardly any", title=title, seen=number(seen))
    return say("{title}: {seen} in 30 minutes, usually {usual}", title=title, seen=number(seen), usual=shown)


def bulletin_rows(sums: list[BulletinSum], width: int) -> list[Line]:
    if not sums:
        return paragraph(say("No bulletin that must be read is in force at the desks that are on."), width - 1, "dim")
    rows: list[Line] = []
    for one in sums:
        role: Role = "text" if len(one.read) == one.on else "warn"
        head = say("read at {read} of {on} desks that are on", read=len(one.read), on=one.on)
        rows += paragraph(f"{one.title}: {head}", width - 1, role)
        if one.unread:
            rows += paragraph(say("Not read: {names}", names=", ".join(one.unread)), width - 1, "text", 3)
        if one.missing:
            rows += paragraph(say("Not there yet: {names}", names=", ".join(one.missing)), width - 1, "text", 3)
        rows.append(BLANK)
    return rows


def topic_rows(sums: list[TopicSum], width: int) -> list[Line]:
    if not sums:
        return paragraph(say("No desk that is on had a call about a topic in the last half hour."), width - 1, "dim")
    above = [one for one in sums if one.above]
    rows: list[Line] = [line((" " + say("Far above the usual rate"), "title"))]
    for one in above:
        rows += paragraph(counted(one.title, one.seen, one.usual), width - 1, "warn", 3)
    if not above:
        rows += paragraph(say("None."), width - 1, "text", 3)
    rows += [BLANK, line((" " + say("All, the most asked for first"), "title"))]
    for one in sums:
        rows += paragraph(counted(one.title, one.seen, one.usual), width - 1, "text", 3)
    return rows


def title_of(desk: Standing) -> str:
    return say("Desk {name}", name=name_of(desk))
