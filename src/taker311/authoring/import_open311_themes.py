"""From a CRM's service to a citizen's theme: a table over its name, then over its keywords and group."""

from __future__ import annotations

import re

from taker311.base.text import fold
from taker311.crm.model import Service

UNSORTED = "unsorted"
NAMES = {
    "my-street": "My street",
    "my-home": "My home",
    "my-trash": "My trash",
    "trees-and-animals": "Trees and animals",
    "noise-and-neighbours": "Noise and neighbors",
    "parking-and-traffic": "Parking and traffic",
    "water-and-sewer": "Water and sewer",
    "money-and-benefits": "Money and benefits",
    "permits-and-business": "Permits and business",
    "health-and-safety": "Health and safety",
    "parks-and-events": "Parks and events",
    "city-hall": "City Hall",
    UNSORTED: "Not sorted yet",
}
# Beginnings of words (folded: no accents, lower case). The first row that fits decides, so the particular stands before the general.
_TABLE = (
    ("health-and-safety", "live wire|power out|smoke alarm|fire|needle|syringe|homeless|shelter|encampment|food safety|restaurant"),
    ("my-home", "evict|housing|landlord|tenant|rental|rent |heat|apartment|lead paint|building violation|abandoned building"),
    ("trees-and-animals", "tree|arbol|branch|stump|prun|limb|forest|animal|dog|perro|cat |rat |rats|rodent|insect|bee |bees|mosquito|wildlife|bird|crow"),
    ("my-trash", "trash|garbage|refuse|recycl|recicl|basura|bulk|yard waste|leaf|leaves|compost|dumping|litter|supercan|container"),
    ("my-trash", "cans? |bin |bins|waste|sanitation|receptacle|dumpster"),
    ("parking-and-traffic", "parking|parked|estacion|meter|vehicle|car |taxi|tow|traffic|trafico|signal|sign |signs|crosswalk|speed|bicycle"),
    ("parking-and-traffic", "bike|divvy|scooter|bus |marking|roadway marking|crossing guard|safe routes|driving|ticket|transit"),
    ("water-and-sewer", "water|agua|sewer|drain|flood|hydrant|storm|catch basin|leak"),
    ("my-street", "pothole|bache|street|calle|road|sidewalk|acera|curb|alley|light|pavement|paving|bridge|gutter|snow|ice |plow|graffiti"),
    ("my-street", "manhole|construction plate|guardrail|utility|sand |poster"),
    ("noise-and-neighbours", "noise|ruido|neighbo|vacant|overgrown|excessive growth|nuisance|weed|grass|zoning|encroach|property"),
    ("parks-and-events", "park |parks|recreation|playground|event|pool|trail|ball ?field"),
    ("money-and-benefits", "tax|bill|refund|payment|benefit|assistance|voucher|fee |fees"),
    ("permits-and-business", "permit|licen|registration|title|business|vendor|inspection|dmv"),
    ("health-and-safety", "health|salud|safety|hazard|emergency|food|smok|accessib"),
    ("city-hall", "311|online|website|web |employee|compliment|complaint|feedback|information|city hall|question"),
)  # fmt: skip
_RULES = tuple((theme, re.compile(rf"\b(?:{words})")) for theme, words in _TABLE)


def theme_of(service: Service) -> str:
    for text in (service.name, " ".join(service.keywords), service.group):
        folded = re.sub(r"[^a-z0-9]+", " ", fold(text)) + " "
        for theme, rule in _RULES:
            if rule.search(folded):
                return theme
    return UNSORTED
