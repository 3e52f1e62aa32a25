"""Made topics and the ways in which people mangle what they type: the same for every run, from a seed.

Titles are three or four words out of civic English and, where those don't reach, of words made of English syllables.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from taker311.knowledge.model import City, EmergencyCard, EmergencyWords, Knowledge, Topic, TopicText

_CIVIC = """
abandoned address adoption advice aerial alarm alley ambulance animal apartment appeal asbestos assessment assistance
awning balcony barking barrier basement battery beach bedbug bench benefit bicycle billboard birth block blocked
boiler bollard branch bridge broken building bulky burial burning burst cable camera campaign canal carpool cemetery
ceremony certificate charger chemical chimney church citation claim clinic closure clothing cockroach collapse
collection commercial complaint compost concert concrete construction container contract cooling council county court
cracked crane crossing crosswalk culvert curb cycling daycare debris deed demolition dentist deposit derelict detour
disability disaster discount disposal ditch divorce dock donation drain drinking driveway dumping dust election
electric elevator emission employment energy engine entrance estimate eviction excavation exemption exhaust facade
faded fallen family farmers feeding fence festival filming filter fireworks flashing flooded flooring flower fluoride
fountain freezer funeral furnace furniture garbage garden gasoline generator glass graffiti grant grass gravel grocery
guardrail gutter hallway handrail harassment hazard hearing heating hedge heritage highway hoarding holiday homeless
horse hospital hotel housing hydrant illegal immunization income inspection insulation insurance intercom invoice
jaywalking junction kennel kitchen ladder lake landlord landslide language laundry lawn leaf leaking lease leash
lending library license lifeguard lighting litter loading lottery manhole market marriage mattress meadow median
medical meter mice missed mobile monument mosquito motorcycle mowing mural museum music newspaper noise notary nursery
nursing obstruction odor office orchard outage overflow overgrown overhang painting parade parking passport pavement
payment pedestrian pension permit pesticide pigeon pipe planning plaque playground plumbing police pollution pool
pothole poultry power prescription property pruning pump rabies raccoon radon railing railway ramp rebate receipt
recreation recycling refund registration rental repair restaurant retaining rodent roof rubbish runoff salon
sanitation scaffold schedule scholarship school scooter sculpture security senior septic settlement sewer shelter
shingle shovel sidewalk signal siren skating sludge smoke snow soccer solar speeding spill sprinkler squirrel stadium
stairway stolen storage storm stray street stump subsidy subway summons surface survey swimming swing tattoo taxi
telephone tenant tennis termite theater tire toilet tour towing tractor traffic trailer transit trash treatment tree
trench trespass trolley truck tunnel utility vacant vaccine valve vandalism vehicle vendor ventilation veteran
veterinary village violation visitor volunteer voting walkway warning waste water weed welding wheelchair wildlife
window winter wiring youth zoning
""".split()  # noqa: SIM905  four hundred words in a list of strings would be four hundred lines
_SYLLABLES = """
bar den fel gor hin jas kel lum mar nep ost pel qui ran sol tam ulk vor wen yar zin bro cra dri fle gla plo sta tru
""".split()  # noqa: SIM905  as above
PLACES = [
    "at the corner",
    "by my house",
    "near the school",
    "in front of the store",
    "on our block",
    "behind the church",
]


def city(languages: tuple[str, ...] = ("en",)) -> City:
    """A city with nothing in it but its languages and a few emergency words."""
    first = languages[0]
    return City(
        id="made", names={first: "Made"}, languages=languages, time_zone="UTC", greeting={first: "Hello."}, opens="08:00",
        closes="17:00", working_days=(0, 1, 2, 3, 4), closures=(), closures_until=date(2030, 1, 1), themes=(), phones=(),
        emergency_words={first: EmergencyWords(phrases=("gas smell", "on fire", "not breathing"), unless=("gas bill",))},
        emergency_card=EmergencyCard(say={first: "Stay on the line."}),
    )  # fmt: skip


@dataclass(frozen=True)
class Made:
    knowledge: Knowledge
    titles: list[tuple[str, ...]]


def made(size: int, seed: int = 311) -> Made:
    """`size` topics with titles that differ, each with four wordings made of its words and a place, and a short answer."""
    chance = random.Random(seed)
    words = sorted(set(_CIVIC))
    while len(words) < max(900, size // 12):
        word = "".join(chance.choice(_SYLLABLES) for _ in range(chance.choice((2, 3, 3))))
        if word not in words:
            words.append(word)
    chance.shuffle(words)
    common = [1 / (rank + 20) ** 0.7 for rank in range(len(words))]
    titles: dict[tuple[str, ...], None] = {}
    while len(titles) < size:
        picked = tuple(dict.fromkeys(chance.choices(words, common, k=chance.choice((3, 3, 4)))))
        if len(picked) >= 3 and not any(
            tuple(sorted(picked)) == tuple(sorted(t)) for t in (picked[::-1],) if t in titles
        ):
            titles[picked] = None
    topics = []
    for number, title in enumerate(titles):
        said = []
        for _ in range(4):
            some = chance.sample(title, 2)
            said.append(f"there is a {some[0]} {some[1]} {chance.choice(PLACES)}")
        text = TopicText(
            title=" ".join(title).capitalize(), said=tuple(said), keywords=title[:1],
            say=f"I can help with the {title[0]} {title[1]}.", details=" ".join(chance.choices(words, common, k=40)),
        )  # fmt: skip
        topics.append(Topic(id=f"t{number:05d}", theme="made", agency="made", texts={"en": text}))
    return Made(Knowledge(city=city(), agencies=(), topics=tuple(topics), scripts=()), list(titles))


def slip(word: str, chance: random.Random) -> str:
    """One slip of the keyboard, not on the first or last letter: a letter lost, doubled, wrong, or two swapped."""
    if len(word) < 4:
        return word
    place, kind = chance.randrange(1, len(word) - 1), chance.randrange(4)
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place] + word[place:]
    if kind == 2:
        return word[:place] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[place + 1 :]
    return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]


def two_slips(title: tuple[str, ...], chance: random.Random) -> str:
    hurt = set(chance.sample(range(len(title)), 2))
    return " ".join(slip(word, chance) if i in hurt else word for i, word in enumerate(title))


def swapped(title: tuple[str, ...], chance: random.Random) -> str:
    words = list(title)
    while tuple(words) == title:
        chance.shuffle(words)
    return " ".join(words)


_BY_EAR = [("ph", "f"), ("ck", "k"), ("tion", "shun"), ("ea", "ee"), ("ee", "ea"), ("ai", "ay"), ("kn", "n"), ("wr", "r"), ("ss", "s"),
           ("ll", "l"), ("tt", "t"), ("rr", "r"), ("ce", "se"), ("ca", "ka"), ("co", "ko"), ("cr", "kr"), ("cl", "kl"), ("x", "ks"),
           ("ge", "je"), ("gi", "ji"), ("qu", "kw"), ("igh", "y"), ("ou", "ow"), ("oo", "u"), ("ie", "ee"), ("er", "ur")]  # fmt: skip


def by_ear(title: tuple[str, ...], _: random.Random) -> str:
    """Each word written as it sounds: at most one change a word."""
    heard = []
    for word in title:
        change = next(((a, b) for a, b in _BY_EAR if a in word[1:]), None)
        heard.append(word[0] + word[1:].replace(*change, 1) if change else word)
    return " ".join(heard)


def cut_short(title: tuple[str, ...], _: random.Random) -> str:
    """The last word half typed, the others whole."""
    last = title[-1]
    return " ".join([*title[:-1], last[: max(3, (len(last) + 1) // 2)]])


def initials(title: tuple[str, ...], _: random.Random) -> str:
    return "".join(word[0] for word in title)


MANGLED = {"two slips": two_slips, "swapped": swapped, "by ear": by_ear, "half-typed": cut_short}
