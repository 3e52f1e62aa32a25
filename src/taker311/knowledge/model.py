"""The city's knowledge as plain values: what the source is compiled into and everything at the desk reads.

Texts that a caller may hear are `Texts`: language code -> text, always with the city's first language.
Dates are `datetime.date`; moments are never stored here.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from taker311.base.codec import Value
from taker311.knowledge.drills import Drill, DrillSet

Texts = dict[str, str]
Scalar = str | int | float | bool


def pick(texts: Texts, lang: str, first: str) -> str:
    """The text in `lang`, else in the city's first language, else nothing."""
    return texts.get(lang) or texts.get(first, "")


# ---------------------------------------------------------------- conditions (one tree for both written forms)
class Const(Value, frozen=True, tag="const"):
    value: Scalar


class Name(Value, frozen=True, tag="name"):
    """The answer to question `id`, or `place.kind`, or `place.<district set>`."""

    id: str


class Compare(Value, frozen=True, tag="compare"):
    """`left op right`; False whenever a side is a name without an answer."""

    op: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Condition
    right: Condition


class In(Value, frozen=True, tag="in"):
    """`item in [..]` (a list of constants) or `item in name` (a `choices` answer)."""

    item: Condition
    among: tuple[Scalar, ...] = ()
    name: str = ""


class Size(Value, frozen=True, tag="size"):
    """How many choices a `choices` answer holds, or characters a text has; no value when unanswered."""

    name: str


class Answered(Value, frozen=True, tag="answered"):
    """True when a value was given; "doesn't know" is no value."""

    name: str


class Not(Value, frozen=True, tag="not"):
    item: Condition


class And(Value, frozen=True, tag="and"):
    items: tuple[Condition, ...]


class Or(Value, frozen=True, tag="or"):
    items: tuple[Condition, ...]


Condition = Const | Name | Compare | In | Size | Answered | Not | And | Or


# ---------------------------------------------------------------- the city
class Closure(Value, frozen=True):
    """A day on which the city does not work; it is no working day."""

    day: date
    names: Texts


class Phone(Value, frozen=True):
    """A number under a name, so that prose never holds digits. `number` is as it is read out: '555-0142'."""

    id: str
    names: Texts
    number: str
    hours: Texts = {}


class Theme(Value, frozen=True):
    """A citizen's area of life."""

    id: str
    names: Texts


class EmergencyWords(Value, frozen=True):
    """Phrases of one language that raise the 911 gate; `unless` are phrases that look like them and are none."""

    phrases: tuple[str, ...]
    unless: tuple[str, ...] = ()


class EmergencyCard(Value, frozen=True):
    """What the call-taker says and does when it is an emergency."""

    say: Texts
    steps: tuple[Texts, ...] = ()
    phone: str = ""


class DistressCard(Value, frozen=True):
    """What the call-taker says to a caller in distress, what they do, and whom they may transfer to (ids of Phones)."""

    say: Texts = {}
    steps: tuple[Texts, ...] = ()
    phones: tuple[str, ...] = ()


class City(Value, frozen=True):
    id: str
    names: Texts
    languages: tuple[str, ...]
    time_zone: str
    greeting: Texts
    opens: str  # "08:30", the city's zone
    closes: str  # "17:00": a promise's day ends here
    working_days: tuple[int, ...]  # 0 is Monday
    closures: tuple[Closure, ...]
    closures_until: date  # past this day the calendar knows nothing, so no date may be promised
    themes: tuple[Theme, ...]
    phones: tuple[Phone, ...]
    emergency_words: dict[str, EmergencyWords]
    emergency_card: EmergencyCard
    area: str = ""  # calling area for phone numbers, e.g. "US"
    distress_card: DistressCard = DistressCard()


class Agency(Value, frozen=True):
    id: str
    names: Texts
    phone: str = ""  # id of a Phone
    hours: Texts = {}
    transfer: Texts = {}  # what to say when the call is transferred


# ---------------------------------------------------------------- topics
class Asked(Value, frozen=True):
    """A question that callers put, with its answer (Markdown)."""

    question: str
    answer: str


class TopicText(Value, frozen=True):
    """A topic in one language. `say` is plain text, read aloud first; `details` and the answers are Markdown."""

    title: str
    said: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    say: str = ""
    details: str = ""
    asked: tuple[Asked, ...] = ()
    stale: bool = False  # older than the text it was translated from


class Alert(Value, frozen=True):
    """A dated line on top of a card, or a word on a topic's current state."""

    texts: Texts
    until: date | None = None


class Transfer(Value, frozen=True):
    """Where a topic's calls go when somebody else answers them."""

    agency: str
    phone: str = ""  # id of a Phone; empty: the agency's
    say: Texts = {}


class Topic(Value, frozen=True):
    id: str
    theme: str
    agency: str
    texts: dict[str, TopicText]
    script: str = ""
    transfer: Transfer | None = None
    phones: tuple[str, ...] = ()
    owner: str = ""
    reviewed: date | None = None
    review_by: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    status: Literal["live", "draft", "imported"] = "live"
    alert: Alert | None = None
    emergency: bool = False  # opening it raises the 911 gate
    external_id: str = ""

    def text(self, lang: str, first: str) -> TopicText:
        return self.texts.get(lang) or self.texts[first]


# ---------------------------------------------------------------- scripts
QuestionType = Literal[
    "choice", "choices", "yesno", "number", "text", "date", "phone", "email", "place", "asset", "photo-url", "note"
]
PERSONAL_TYPES = frozenset({"phone", "email", "text"})


class Choice(Value, frozen=True):
    key: str
    labels: Texts
    open311: str = ""  # the CRM's key when it differs from ours


class Stop(Value, frozen=True):
    """What an answer ends the interview with. `on` is the answer's value."""

    on: Scalar
    do: Literal["emergency", "end"]
    say: Texts = {}


class Question(Value, frozen=True):
    """`note` asks nothing: it shows its text at its place. `heard`: answer -> phrases that give it away."""

    id: str
    type: QuestionType
    ask: Texts
    why: Texts = {}
    labels: Texts = {}  # a few words for the outline and the read-back; empty: the question itself
    choices: tuple[Choice, ...] = ()
    when: Condition | None = None
    stop: Stop | None = None
    required: bool = False
    open311: str = ""  # the attribute's code; empty: the answer goes into the description
    public: bool = False
    minimum: float | None = None
    maximum: float | None = None
    unit: Texts = {}
    heard: dict[str, dict[str, tuple[str, ...]]] = {}  # language -> answer as text -> phrases


class Sla(Value, frozen=True):
    """`count` of `unit`. `hours` run through nights and closures; days are the city's working days or calendar days."""

    count: int
    unit: Literal["working days", "days", "hours"]


class Route(Value, frozen=True):
    """One row of the decision table; `when` None is the `otherwise` row. `to` is an agency or 'nobody' (no case)."""

    to: str
    when: Condition | None = None
    service: str = ""
    sla: Sla | None = None
    say: Texts = {}
    transfer: Transfer | None = None


class Script(Value, frozen=True):
    """`location` and `contact` say what the case needs; `location_kinds` which places are accepted (empty: all)."""

    id: str
    version: int
    questions: tuple[Question, ...]
    routes: tuple[Route, ...]
    service: str = ""
    location: Literal["required", "optional", "none"] = "required"
    location_kinds: tuple[str, ...] = ()
    contact: Literal["required", "optional", "none"] = "optional"
    titles: Texts = {}
    duplicates_m: int = 0  # open cases of this service within so many metres are shown; 0: never


# ---------------------------------------------------------------- bulletins and rumours
class Bulletin(Value, frozen=True):
    id: str
    titles: Texts
    say: Texts
    details: Texts = {}
    said: dict[str, tuple[str, ...]] = {}
    valid_from: date | None = None
    valid_to: date | None = None
    until_time: str = ""  # "23:59" on the last day
    must_read: bool = False
    urgent: bool = False
    topics: tuple[str, ...] = ()

    def in_force(self, today: date, time: str = "") -> bool:
        """Whether it is to be read on that day; `time` is the city's, "16:40": on the last day it may end before the day."""
        over = self.valid_to is not None and (today, time) >= (self.valid_to, self.until_time or "24:00")
        return not over and (self.valid_from is None or self.valid_from <= today)


class Rumour(Value, frozen=True):
    id: str
    claims: Texts
    status: Literal["true", "false", "unconfirmed"]
    say: Texts
    said: dict[str, tuple[str, ...]] = {}
    valid_to: date | None = None

    def in_force(self, today: date, _time: str = "") -> bool:
        """Whether it is to be read on that day."""
        return self.valid_to is None or today <= self.valid_to


# ---------------------------------------------------------------- places (rows; places/ makes an index of them)
class Address(Value, frozen=True, array_like=True):
    """House `number` as text ('1204', '17A'); `parts` index the district names of `Gazetteer.district_sets`."""

    number: str
    street: str
    lat: float
    lon: float
    districts: tuple[str, ...] = ()  # one name per Gazetteer.district_sets, '' where unknown


class Intersection(Value, frozen=True, array_like=True):
    first: str
    second: str
    lat: float
    lon: float
    districts: tuple[str, ...] = ()


class Landmark(Value, frozen=True, array_like=True):
    """`kind`: park, school, library, ...; `also`: other names people use."""

    name: str
    kind: str
    lat: float
    lon: float
    address: str = ""
    also: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()


class District(Value, frozen=True, array_like=True):
    """A polygon (rings of lon, lat as in GeoJSON) of one district set."""

    set: str
    name: str
    rings: tuple[tuple[tuple[float, float], ...], ...]


class Gazetteer(Value, frozen=True):
    district_sets: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    intersections: tuple[Intersection, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    districts: tuple[District, ...] = ()


# ---------------------------------------------------------------- all of it
class Knowledge(Value, frozen=True):
    """The `text` and `bulletins` parts of a bundle, decoded. Tuples are sorted by id; scripts and topics too."""

    city: City
    agencies: tuple[Agency, ...]
    topics: tuple[Topic, ...]
    scripts: tuple[Script, ...]
    bulletins: tuple[Bulletin, ...] = ()
    rumours: tuple[Rumour, ...] = ()
    drills: tuple[Drill, ...] = ()
    drill_sets: tuple[DrillSet, ...] = ()
