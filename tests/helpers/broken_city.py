"""The smallest city that passes the check, for tests that break one thing in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

TODAY = date(2026, 11, 25)

CITY = """\
id: alder-falls
name: Alder Falls
languages: [en, es]
time_zone: America/New_York
hours: {opens: "08:30", closes: "17:00", days: [mon, tue, wed, thu, fri]}
greeting: Thank you for calling 311.
closures_until: 2027-12-31
closures: {2026-11-26: Thanksgiving Day, 2026-11-27: Day after Thanksgiving}
themes: {my-street: My street, trees: Trees}
phones:
  desk: {name: Desk, number: 555-0110}
emergency:
  words: [gas smell]
  card: {say: Stay on the line., phone: desk}
"""
AGENCIES = """\
streets: {name: Streets, phone: desk}
parks: {name: Parks}
"""
TOPIC = """\
---
id: pothole
title: Pothole
theme: my-street
said: [hole in the road]
keywords: [pothole]
agency: streets
owner: street desk
reviewed: 2026-10-02
review_by: 2027-04-02
script: pothole
---
## Say
I can report that.
"""
SCRIPT = """\
id: pothole
version: 2
service: POTHOLE
questions:
  - id: where
    ask: Lane or curb?
    type: choice
    choices: {lane: Lane, curb: Curb}
  - id: deep
    ask: Is it deep?
    type: yesno
routes:
  - {when: {where: lane}, to: streets, sla: 1 working day}
  - {otherwise: yes, to: parks}
examples:
  - {at: 2026-11-25 16:40, answers: {where: lane}, to: streets, promise: "by Monday, November 30"}
"""
BULLETIN = """\
---
id: water
title: Boil water
valid: {from: 2026-11-21, to: 2026-11-30, until: "18:00"}
topics: [pothole]
---
## Say
Boil the water.
"""
RUMOUR = """\
---
id: bridge
claim: The bridge is closed
status: false
---
## Say
It is open.
"""
ADDRESSES = """\
number,street,lat,lon,ward
12,Elm Street,42.7,-73.2,Ward 1
14,Elm Street,42.7,-73.2,Ward 2
"""
FILES = {
    "city.yaml": CITY,
    "agencies.yaml": AGENCIES,
    "topics/my-street/pothole.md": TOPIC,
    "scripts/pothole.yaml": SCRIPT,
    "bulletins/water.md": BULLETIN,
    "rumours/bridge.md": RUMOUR,
    "places/addresses.csv": ADDRESSES,
}


def write_city(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """The small city in `folder`, with whole files put in, or taken away where the text is None."""
    for name, text in {**FILES, **(changes or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink(missing_ok=True)
        elif isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text, encoding="utf-8", newline="")
    return folder


def broken(name: str, old: str, new: str) -> dict[str, str | bytes | None]:
    """`name` with `old`, which stands in it once, replaced by `new`."""
    assert FILES[name].count(old) == 1, (name, old)
    return {name: FILES[name].replace(old, new)}
