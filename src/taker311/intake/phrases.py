"""The few sentences that every script shares, as a caller may hear them. English and Spanish; a city's other languages
fall back to English."""

from __future__ import annotations

from taker311.knowledge.model import Texts

PHRASES: dict[str, Texts] = {
    "place.ask": {"en": "Where is it?", "es": "¿Dónde está?"},
    "place.why": {
        "en": "A street address, a corner, or a place everybody knows.",
        "es": "Una dirección, una esquina o un lugar conocido.",
    },
    "place.label": {"en": "Where", "es": "Dónde"},
    "caller.contact.ask": {
        "en": "Shall we keep you informed? I would pass your name and number to the people who do the work.",
        "es": "¿Quiere que le informemos? Yo daría su nombre y número a quienes hacen el trabajo.",
    },
    "caller.contact.why": {
        "en": "A report without a name is just as welcome.",
        "es": "Un reporte sin nombre es igual de bienvenido.",
    },
    "caller.contact.label": {"en": "Updates", "es": "Avisos"},
    "caller.contact.text": {"en": "Yes, by text message", "es": "Sí, por mensaje de texto"},
    "caller.contact.email": {"en": "Yes, by e-mail", "es": "Sí, por correo electrónico"},
    "caller.contact.phone": {"en": "No updates, but the crew may call", "es": "Sin avisos, pero pueden llamar"},
    "caller.contact.anonymous": {"en": "Without a name", "es": "Sin nombre"},
    "caller.phone.ask": {"en": "What is the best number to reach you?", "es": "¿A qué número le podemos llamar?"},
    "caller.phone.label": {"en": "Phone", "es": "Teléfono"},
    "caller.email.ask": {"en": "What is your e-mail address?", "es": "¿Cuál es su correo electrónico?"},
    "caller.email.label": {"en": "E-mail", "es": "Correo"},
    "caller.name.ask": {"en": "And your name, please?", "es": "¿Me da su nombre, por favor?"},
    "caller.name.label": {"en": "Name", "es": "Nombre"},
    "duplicates.ask": {"en": "Is it one of these reports?", "es": "¿Es uno de estos reportes?"},
    "yes": {"en": "yes", "es": "sí"},
    "no": {"en": "no", "es": "no"},
    "unknown": {"en": "doesn't know", "es": "no sabe"},
    "not-asked": {"en": "not asked", "es": "no preguntado"},
    "unverified": {"en": "not verified", "es": "sin verificar"},
    "anonymous": {"en": "without a name", "es": "sin nombre"},
}


def phrase(key: str, lang: str) -> str:
    texts = PHRASES[key]
    return texts.get(lang, texts["en"])
