"""A small city of topics for the search tests."""

from __future__ import annotations

from datetime import date

from taker311.knowledge.model import Bulletin, City, EmergencyCard, EmergencyWords, Knowledge, Rumour, Topic, TopicText

EMERGENCY = EmergencyWords(
    phrases=("gas smell", "smells like gas", "gas leak", "on fire", "not breathing", "can't breathe", "wire on the ground",
             "drowning", "want to die", "house fire", "being attacked", "trapped", "shot", "hit by a car", "smoke coming out"),
    unless=("gas bill", "fire hydrant", "flu shot", "dog was hit by a car"),
)  # fmt: skip
EMERGENCIA = EmergencyWords(phrases=("huele a gas", "no respira"), unless=("recibo del gas",))


def topic(name: str, title: str, *said: str, es: tuple[str, ...] = (), keywords: tuple[str, ...] = ()) -> Topic:
    texts = {"en": TopicText(title=title, said=said, keywords=keywords)}
    if es:
        texts["es"] = TopicText(title="", said=es)
    return Topic(id=name, theme="all", agency="city", texts=texts)


def city(*languages: str) -> City:
    languages = languages or ("en", "es")
    return City(
        id="small", names={languages[0]: "Small"}, languages=languages, time_zone="UTC", greeting={languages[0]: "Hello."}, opens="08:00",
        closes="17:00", working_days=(0, 1, 2, 3, 4), closures=(), closures_until=date(2030, 1, 1), themes=(), phones=(),
        emergency_words={"en": EMERGENCY, "es": EMERGENCIA}, emergency_card=EmergencyCard(say={languages[0]: "Stay on the line."}),
    )  # fmt: skip


def knowledge(*topics: Topic, bulletins: tuple[Bulletin, ...] = (), rumours: tuple[Rumour, ...] = ()) -> Knowledge:
    return Knowledge(
        city=city(), agencies=(), topics=tuple(sorted(topics, key=lambda t: t.id)), scripts=(), bulletins=bulletins, rumours=rumours
    )  # fmt: skip


SMALL = knowledge(
    topic("pothole", "Pothole", "big hole in my street", "hole in the road", es=("hay un hoyo en la calle", "bache enorme")),
    topic("streetlight", "Streetlight out", "street lamp is dark", "light pole flickering at night", es=("no hay luz en la calle",)),
    topic("missed-trash", "Missed trash pickup", "they did not pick up my garbage", "garbage truck never came"),
    topic("graffiti", "Graffiti removal", "someone painted on my wall", "tagging on the bridge"),
    topic("tree", "Problem with a tree", "branch hanging over the sidewalk", "tree is going to fall", keywords=("limb", "stump")),
    topic("noise", "Noise complaint", "neighbor plays loud music all night", "barking dog next door"),
    topic("avenue-closure", "Third Avenue closure", "why is 3rd ave closed"),
    topic("snap", "Supplemental Nutrition Assistance Program", "how do I apply for food stamps"),
    topic("abandoned-car", "Abandoned vehicle", "car parked on my street for weeks"),
    topic("water-bill", "Water bill", "my water bill is too high"),
    topic("gas-bill", "Gas bill help", "I cannot pay the gas bill"),
    topic("dead-animal", "Dead animal pickup", "dead raccoon in the road"),
    bulletins=(
        Bulletin(
            id="boil-water", titles={"en": "Boil-water notice, Harbor district"},
            say={"en": "Boil tap water for one minute."}, said={"en": ("is the water safe", "brown water")},
        ),
    ),
    rumours=(
        Rumour(id="bridge-fell", claims={"en": "The harbor bridge has collapsed"}, status="false",
               say={"en": "The bridge stands."}, said={"en": ("did the bridge fall down",)}),
    ),
)  # fmt: skip
