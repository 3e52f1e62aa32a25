"""city.yaml and agencies.yaml of an imported knowledge base: made when they are missing, afterwards only added to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from taker311.authoring.import_open311_texts import scalar, slug
from taker311.base.errors import UserError


@dataclass(frozen=True, slots=True)
class CityOptions:
    """What nobody can ask a CRM. `language` is the language of its texts."""

    name: str
    time_zone: str = "UTC"
    language: str = "en"
    today: date = date(2026, 1, 1)


_GREETING = {
    "en": "Thank you for calling {name} 311. How can I help?",
    "es": "Gracias por llamar al 311 de {name}. ¿En qué puedo ayudar?",
}
_WORDS = {
    "en": "[gas smell, smell gas, smell of gas, on fire, house fire, not breathing, heart attack, gun, shooting, wire down, live wire]",
    "es": "[huele a gas, olor a gas, incendio, se quema, no respira, infarto, disparos, cable caído]",
}
_UNLESS = {"en": "[gas bill, fire hydrant, fire safety]", "es": "[recibo del gas, boca de incendio]"}
_CARD = {
    "en": "Stay on the line. I am connecting you with 911 now.",
    "es": "No cuelgue. Lo comunico con el 911 ahora mismo.",
}
_STEPS = {
    "en": "[Ask where they are., Stay until 911 answers.]",
    "es": "[Pregunte dónde están., Espere hasta que conteste el 911.]",
}


def new_city(options: CityOptions) -> str:
    lang = options.language if options.language in _GREETING else "en"
    greeting = _GREETING[lang].replace("{name}", options.name)
    return f"""id: {slug(options.name)}
name: {scalar(options.name)}
languages: [{options.language}]
time_zone: {options.time_zone}             # check this one: promises are counted in it
hours: {{opens: "08:30", closes: "17:00", days: [mon, tue, wed, thu, fri]}}
greeting: {scalar(greeting)}
closures_until: {options.today.isoformat()}     # no date after this day is promised: list the closures, then move it
closures: {{}}
themes:
phones:
  emergency: {{name: Emergency, number: "911"}}
emergency:
  words: {_WORDS[lang]}
  unless: {_UNLESS[lang]}
  card:
    say: {_CARD[lang]}
    steps: {_STEPS[lang]}
    phone: emergency
"""


def add_below(text: str, key: str, entries: Mapping[str, str], where: Path) -> str:
    """`text` with `entries` (id -> what stands after the colon) that are not there yet added below the top-level `key`.
    Raises UserError where people wrote the key in a way that nothing can be added to."""
    missing = {
        name: value
        for name, value in entries.items()
        if not re.search(rf"(?m)^\s+{re.escape(name)}\s*:", _block(text, key))
    }
    if not missing:
        return text
    added = "".join(f"  {name}: {value}\n" for name, value in missing.items())
    head = re.search(rf"(?m)^{key}:[ ]*(?:\{{\s*\}}[ ]*)?(?:#.*)?\n", text)
    if head:
        opened = f"{key}:\n"
        return text[: head.start()] + opened + added + text[head.end() :]
    if re.search(rf"(?m)^{key}\s*:", text):
        raise UserError(
            f"{where}: '{key}' stands on one line, so the import can't add to it; write one entry a line below '{key}:'."
        )
    return text.rstrip("\n") + f"\n{key}:\n{added}"


def _block(text: str, key: str) -> str:
    found = re.search(rf"(?m)^{key}:.*\n(?:(?:[ #].*)?\n)*", text if text.endswith("\n") else text + "\n")
    return found[0] if found else ""


def phones_of(text: str) -> dict[str, str]:
    """id -> number of city.yaml's phones, as far as they are written one a line."""
    return {
        match[1]: match[2]
        for match in re.finditer(
            r"(?m)^\s+([a-z0-9-]+):\s*\{[^}\n]*\bnumber:\s*[\"']?([^,}\"'\n]+)", _block(text, "phones")
        )
    }


def add_agencies(text: str, agencies: Mapping[str, str]) -> str:
    """agencies.yaml with those of `agencies` (id -> name) that it lacks added at its end."""
    missing = {name: title for name, title in agencies.items() if not re.search(rf"(?m)^{re.escape(name)}\s*:", text)}
    if not missing:
        return text
    added = "".join(f"{name}:\n  name: {scalar(title)}\n" for name, title in sorted(missing.items()))
    return (text.rstrip("\n") + "\n" if text.strip() else "") + added
