"""What only shows when all topics stand side by side."""

from __future__ import annotations

from collections.abc import Mapping

from taker311.authoring.known import Known
from taker311.base.text import fold
from taker311.knowledge.model import Script, Topic


def cross_check(
    topics: Mapping[str, Topic], scripts: Mapping[str, Script], paths: Mapping[str, Mapping[str, str]], known: Known
) -> None:  # fmt: skip
    """`paths`: kind -> id -> file, for the places of what is found."""
    titles: dict[str, str] = {}
    said: dict[str, str] = {}
    for key in sorted(topics):
        text = topics[key].texts[known.first]
        report = known.report(paths["topics"][key])
        title = fold(text.title)
        if title and title in titles:
            report.warn(
                known.spots.get((report.file, text.title), (1, 1)),
                "duplicate-title",
                f"the topic '{titles[title]}' has the same title, '{text.title}'; nobody can tell them apart.",
            )
        titles.setdefault(title, key)
        for phrase in text.said:
            folded = fold(phrase)
            if said.get(folded, key) != key:
                report.warn(
                    known.spots.get((report.file, phrase), (1, 1)),
                    "duplicate-said",
                    f"callers' words '{phrase}' stand in the topic '{said[folded]}' too; search can't tell which is meant.",
                )
            said.setdefault(folded, key)
    used = {topic.script for topic in topics.values()}
    for key in sorted(scripts):
        if key not in used:
            known.report(paths["scripts"][key]).warn((1, 1), "unused-script", "no topic leads to this script.")
