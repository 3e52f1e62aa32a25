"""How a call can end: one table, from which the wrap-up screen, the line and the reports take their words."""

from __future__ import annotations

from taker311.base.words import language
from taker311.knowledge.model import Texts


def in_words(code: str) -> str:
    """A code as the agent reads it."""
    texts = DISPOSITIONS.get(code, {})
    return texts.get(language()) or texts.get("en") or code


DISPOSITION_KEYS = "1234567890"

DISPOSITIONS: dict[str, Texts] = {
    "answered": {"en": "Answered", "es": "Respondida"},
    "requested": {"en": "Request taken", "es": "Reporte tomado"},
    "transferred": {"en": "Transferred", "es": "Transferida"},
    "referred": {"en": "Referred elsewhere", "es": "Remitida a otro lugar"},
    "call-back": {"en": "To be called back", "es": "Hay que devolver la llamada"},
    "emergency": {"en": "Handed to 911", "es": "Pasada al 911"},
    "dropped": {"en": "Caller was cut off", "es": "Se cortó la llamada"},
    "silent": {"en": "Nobody spoke", "es": "Nadie habló"},
    "misdial": {"en": "Wrong number", "es": "Número equivocado"},
    "abusive": {"en": "Abusive, ended with the set words", "es": "Abusiva, terminada según la norma"},
}
