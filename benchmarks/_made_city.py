"""A made city as source files, of any size and the same for every run: what `kb build` and the desk's start are measured on."""

from __future__ import annotations

import random
from pathlib import Path

_THINGS = """street light|traffic signal|bus stop|sidewalk|storm drain|fire hydrant|park bench|playground|street tree|trash cart
water meter|parking meter|bike lane|crosswalk|bridge railing|road sign|public toilet|market stall|dog run|school crossing
taxi stand|ferry ramp|bus lane|guard rail|retaining wall|footpath|drinking fountain|flag pole|notice board|boat landing"""
_TROUBLES = """is broken|is missing|is blocked|smells|is too loud|is dirty|was hit by a car|leaks|is too dark|is flooded
was painted over|is loose|hangs down|is overgrown|is too bright|makes sparks|sinks in|is covered with ice|has rats|is locked"""
_WHERE = "near a school|downtown|in a park|by the harbor|on private land|at a market|in an alley"
_WORDS = """crew city report within working days please office inspector visit permit owner notice repair material weather
winter spring season number caller street corner house photo map cost fee pay claim form letter phone desk hours open closed
weekend holiday safe danger wire pipe stone metal wood glass paint sign light water gas power bus train car truck bike foot"""
_SCRIPTS = 300


def write_city(folder: Path, topics: int, seed: int = 311) -> int:
    """Writes the source of a city with `topics` topics, a third of them with one of 300 scripts; gives the number of files."""
    chance = random.Random(seed)
    things, troubles = _listed(_THINGS), _listed(_TROUBLES)
    pairs = [(thing, trouble, where) for where in _listed(_WHERE) for trouble in troubles for thing in things]
    if topics > len(pairs):
        raise ValueError(f"at most {len(pairs)} topics")
    chance.shuffle(pairs)
    files = {"city.yaml": _city(), "agencies.yaml": "".join(f"agency-{i}:\n  name: Agency {i}\n" for i in range(20))}
    for number in range(min(_SCRIPTS, topics)):
        files[f"scripts/script-{number}.yaml"] = _script(number)
    for number, (thing, trouble, where) in enumerate(pairs[:topics]):
        theme = f"theme-{number % 9}"
        files[f"topics/{theme}/topic-{number}.md"] = _topic(chance, number, theme, f"{thing} {trouble}", where)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return len(files)


def _listed(text: str) -> list[str]:
    return [part for row in text.split("\n") for part in row.split("|")]


def _city() -> str:
    themes = "".join(f"  theme-{i}: Theme {i}\n" for i in range(9))
    return (
        "id: made-city\nname: Made City\nlanguages: [en]\ntime_zone: America/New_York\ncalling_area: US\n"
        'hours: {opens: "08:30", closes: "17:00", days: [mon, tue, wed, thu, fri]}\n'
        "greeting: Thank you for calling Made City 311.\nclosures_until: 2030-12-31\nclosures:\n  2026-12-25: Christmas Day\n"
        f'themes:\n{themes}phones:\n  emergency: {{name: Emergency, number: "911", hours: day and night}}\n'
        "emergency:\n  words: [gas smell, on fire]\n  card:\n    say: Stay on the line.\n    steps: [Ask where they are.]\n"
        "    phone: emergency\n"
    )


def _script(number: int) -> str:
    return (
        f"id: script-{number}\nversion: 1\nservice: MADE-{number}\nlocation: required\ncontact: optional\nquestions:\n"
        "  - id: kind\n    ask: Is it large, middling or small?\n    type: choice\n"
        "    choices: {large: Large, middling: Middling, small: Small}\n"
        '  - id: danger\n    ask: Is anybody in danger?\n    type: yesno\n    when: kind == "large"\n'
        "  - id: more\n    ask: What else should the crew know?\n    type: text\n    required: no\n"
        f"routes:\n  - {{when: {{kind: large, danger: yes}}, to: agency-{number % 20}, sla: 1 working day}}\n"
        f"  - {{otherwise: yes, to: agency-{number % 20}, sla: 5 working days}}\n"
        "examples:\n  - at: 2026-11-23 10:00\n    answers: {kind: small}\n"
        f"    to: agency-{number % 20}\n    promise: by Monday, November 30\n"
    )


def _topic(chance: random.Random, number: int, theme: str, title: str, where: str) -> str:
    words = _WORDS.split()

    def sentence(length: int) -> str:
        return " ".join(chance.choices(words, k=length)).capitalize() + "."

    said = ", ".join(f"the {title} {' '.join(chance.choices(words, k=3))}" for _ in range(3))
    script = f"script: script-{number // 3 % _SCRIPTS}\n" if number % 3 == 0 else ""
    paragraphs = "\n\n".join(" ".join(sentence(12) for _ in range(4)) for _ in range(3))
    return (
        f"---\nid: topic-{number}\ntitle: {title.capitalize()} {where}\ntheme: {theme}\nsaid: [{said}]\n"
        f"keywords: [{', '.join(chance.sample(words, 4))}]\nagency: agency-{number % 20}\nowner: content desk {number % 20}\n"
        f"reviewed: 2026-09-15\nreview_by: 2029-03-15\n{script}---\n## Say\n{sentence(14)} {sentence(10)}\n## Details\n"
        f"{paragraphs}\n## If asked\n**Who pays?** {sentence(12)}\n\n**How long does it take?** {sentence(15)}\n"
    )
