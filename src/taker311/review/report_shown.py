"""A supervisor's report for a terminal, as CSV, and as one HTML file that opens offline and prints well."""

from __future__ import annotations

import csv
import io

from taker311.base.charts import bars, columns, document, paragraph, section, sparkline, table
from taker311.base.text import spreadsheet_cell
from taker311.base.words import language, plural, say
from taker311.drills.rubric import tenths
from taker311.review.agreement import FEWEST, Agreed
from taker311.review.form import title
from taker311.review.report import Agent, Report, Share
from taker311.review.rubric import CRITERIA

COLUMNS = (
    *("call_began", "call", "agent", "desk", "reviewer", "chosen", "qa", "critical", "left_out"),
    *(f"mark_{name}" for name in CRITERIA),
)
_ALL = 1000.0


def as_text(found: Report) -> list[str]:
    rows = [_count(found), ""]
    for one in found.agents:
        rows += [*_told(one), ""]
    if found.criteria:
        rows.append(say("Over all sampled calls, of what could be observed:"))
        rows += [f"  {name:36} {share:>7}  {calls}" for name, share, calls in _shares(found.criteria)]
    if found.agreements:
        rows += ["", say("Two reviewers on the same calls, blind:")]
        rows += [f"  {_agreed(one)}" for one in found.agreements]
    return rows


def _count(found: Report) -> str:
    forms = plural(len(found.rows), "{count} form", "{count} forms")
    return say("{forms} on {agents}", forms=forms, agents=plural(len(found.agents), "{count} agent", "{count} agents"))


def _told(one: Agent) -> list[str]:
    rows = [f"{one.agent}: {_score(one)}  {sparkline(one.trend, _ALL)}".rstrip()]
    if one.sampled:
        rows.append(
            "  "
            + say(
                "with a critical error: {bad} of {calls} sampled calls (95 %: {low} to {high} %)",
                bad=one.with_critical,
                calls=one.sampled,
                low=tenths(one.critical_low),
                high=tenths(one.critical_high),
            )
        )
    rows += [f"  {title(name)} ({count})" for name, count in one.critical.items()]
    if one.weakest:
        share = one.criteria[one.weakest].share
        rows.append(
            "  " + say("weakest: {name}, {share} % of its points", name=title(one.weakest).lower(), share=tenths(share))
        )
    if one.first is not None and one.last is not None:
        rows.append(
            "  " + say("older half against newer: {first} -> {last}", first=tenths(one.first), last=tenths(one.last))
        )
    if one.for_cause:
        text = plural(
            one.for_cause,
            "not in the score: {count} call chosen for what happened in it, QA {qa}",
            "not in the score: {count} calls chosen for what happened in them, QA {qa}",
            qa="—" if one.qa_for_cause is None else tenths(one.qa_for_cause),
        )
        rows.append(f"  {text}")
    return rows


def _score(one: Agent) -> str:
    if one.qa is None:
        return say("no sampled call judged yet")
    calls = plural(one.sampled, "{count} sampled call", "{count} sampled calls")
    if one.low is None or one.high is None:
        return say("QA {qa} over {calls}: too few to say more", qa=tenths(one.qa), calls=calls)
    return say(
        "QA {qa} over {calls} (95 %: {low} to {high})",
        qa=tenths(one.qa),
        calls=calls,
        low=tenths(one.low),
        high=tenths(one.high),
    )


def _shares(criteria: dict[str, Share]) -> list[tuple[str, str, str]]:
    return [
        (title(name), f"{tenths(one.share)} %", plural(one.calls, "{count} form", "{count} forms"))
        for name, one in sorted(criteria.items(), key=lambda item: item[1].share)
    ]


def _agreed(one: Agreed) -> str:
    what = {"critical": say("any critical error"), "observed": say("what could be observed")}
    if one.too_few:
        value = say("too few (below {fewest})", fewest=FEWEST)
    elif one.kappa is None:
        value = say("not defined: one and the same mark throughout")
    else:
        kind = say("weighted kappa") if one.weighted else say("kappa")
        value = f"{kind} {one.kappa / 1000:.2f}"
    return say(
        "{first} and {second}, {what}: {equal} of {pairs} equal, {value}",
        first=one.reviewers[0],
        second=one.reviewers[1],
        what=what.get(one.what) or title(one.what).lower(),
        equal=one.equal,
        pairs=one.pairs,
        value=value,
    )


def as_csv(found: Report) -> str:
    """One finished form a row. Scores as in '87.5'; lists with ';' between; a mark is 0 to 5, empty where left out."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in found.rows:
        writer.writerow(
            [
                *(
                    row.call_began,
                    row.call_id,
                    spreadsheet_cell(row.agent),
                    spreadsheet_cell(row.desk),
                    spreadsheet_cell(row.reviewer),
                ),
                *(";".join(row.chosen), "" if row.qa is None else tenths(row.qa)),
                *(";".join(row.critical), ";".join(row.left_out), *(row.marks.get(name, "") for name in CRITERIA)),
            ]
        )
    return out.getvalue()


def as_html(found: Report, name: str) -> str:
    parts = [paragraph(_count(found))]
    if found.agents:
        head = (
            say("Agent"),
            say("Sampled"),
            "QA",
            "95 %",
            say("Critical"),
            say("For cause"),
        )
        parts.append(section(say("Agents"), table(head, [_agent_row(one) for one in found.agents])))
    parts += [_agent_section(one) for one in found.agents if one.trend]
    if found.criteria:
        shown = [(title(name), float(one.share), f"{tenths(one.share)} %") for name, one in _weakest_first(found)]
        parts.append(
            section(say("Criteria, the weakest first"), bars(shown, say("Shares of the points"), _ALL), long=True)
        )
    if found.agreements:
        rows = [paragraph(f"{_agreed(one)}.") for one in found.agreements]
        source = "J. Cohen 1960, 1968; B. Efron 1979; E. B. Wilson 1927."
        parts.append(section(say("Two reviewers on the same calls, blind:"), *rows, paragraph(source, "soft")))
    return document(name, parts, language())


def _weakest_first(found: Report) -> list[tuple[str, Share]]:
    return sorted(found.criteria.items(), key=lambda item: item[1].share)


def _agent_row(one: Agent) -> list[str]:
    sure = f"{tenths(one.low)}-{tenths(one.high)}" if one.low is not None and one.high is not None else "—"
    return [
        one.agent,
        str(one.sampled),
        "—" if one.qa is None else tenths(one.qa),
        sure,
        str(one.with_critical),
        str(one.for_cause),
    ]


def _agent_section(one: Agent) -> str:
    shown = [(str(number), score / 10, tenths(score)) for number, score in enumerate(one.trend, 1)]
    label = say("QA of the sampled calls of {agent}, in their order", agent=one.agent)
    return section(one.agent, *(paragraph(row.strip()) for row in _told(one)[1:]), columns(shown, label))
