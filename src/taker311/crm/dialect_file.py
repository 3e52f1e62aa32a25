"""A dialect as a TOML file that a person reads and goes on with: every line says how it was found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import msgspec

from taker311.base.text import clean_line
from taker311.crm.dialects import BUILT_IN
from taker311.crm.model import Dialect
from taker311.crm.probe import Probed, Trait

_UNASKED = {
    "multi_value": "several values of one question: brackets (attribute[x][]) or repeated (attribute[x])",
    "location": "what a case must carry: any, point, address, both",
    "compulsory": "fields that must not be empty",
    "honours_idempotency_key": "true only where the maker says that an Idempotency-Key is kept for 30 days or more",
    "consistent_reads": "true only where the maker says that a listing shows at once what was posted",
    "description_limit": "characters of a description at most",
    "token_waits_s": "seconds between the looks whether a token has its number",
    "settle_s": "seconds after which a case that is not listed may be called absent",
}


def dialect_text(found: Probed, *, today: date) -> str:
    """The file's text. `load_dialect` reads it as `found.dialect`, but for the name."""
    lines = [
        f"# How {_said(found.endpoint)} differs from GeoReport v2: asked on {today.isoformat()} by taker311 crm probe.",
        "# Every line says how it was found. Change what the CRM's people tell you otherwise.",
        f"# {len(found.services)} services; {found.requests} requests, {found.received:,} bytes.",
        *(f"# Note: {_said(note)}" for note in found.notes),
        "",
        f"# The family it looks like: {_said(found.base_why)}.",
        f"base = {toml(found.base)}",
    ]
    for trait in found.traits:
        lines += [f"# {_said(trait.why)}", f"{trait.field} = {toml(trait.value)}"]
    lines += ["", "# What can't be asked without sending a case; these are the family's values:"]
    base = BUILT_IN[found.base]
    known = {trait.field for trait in found.traits}
    for field, says in _UNASKED.items():
        if field not in known:
            lines.append(f"# {field} = {toml(getattr(base, field))}   # {says}")
    return "\n".join(lines) + "\n"


def _said(text: str) -> str:
    return clean_line(text, limit=400)


def toml(value: object) -> str:
    """A plain value as TOML: a JSON string is a basic string of TOML too, as long as nothing above U+FFFF is escaped."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, tuple | list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, float) and value.is_integer():
        return f"{value:.1f}"
    return json.dumps(value)


def with_traits(found: Probed, traits: Sequence[Trait], notes: Sequence[str]) -> Probed:
    """`found` with what a test case showed besides; a later word on a field takes the place of an earlier one."""
    merged = {trait.field: trait for trait in (*found.traits, *traits)}
    order = Dialect.__struct_fields__
    return msgspec.structs.replace(
        found,
        traits=tuple(sorted(merged.values(), key=lambda trait: order.index(trait.field))),
        notes=(*found.notes, *notes),
    )
