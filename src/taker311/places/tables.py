"""How streets and places are written and spoken: abbreviations, ordinals, connecting words, kinds. Data only.

All words are folded (lower case, no accents). Street suffixes follow USPS Publication 28, appendix C, where it has them.
"""

from __future__ import annotations

STREET_TYPES: dict[str, tuple[str, ...]] = {
    "alley": ("aly", "ally"),
    "avenue": ("ave", "av", "aven", "avn", "avenu"),
    "boulevard": ("blvd", "boul", "bvd", "blv"),
    "circle": ("cir", "circ"),
    "close": (),
    "court": ("ct", "crt"),
    "crescent": ("cres",),
    "drive": ("dr", "drv"),
    "driveway": (),
    "expressway": ("expy", "exp"),
    "extension": ("ext",),
    "freeway": ("fwy", "frwy"),
    "green": ("grn",),
    "highway": ("hwy", "hway", "hiway"),
    "lane": ("ln",),
    "loop": (),
    "mews": (),
    "parkway": ("pkwy", "pky", "pkway", "pwy"),
    "path": (),
    "place": ("pl", "plc"),
    "plaza": ("plz",),
    "road": ("rd",),
    "row": (),
    "square": ("sq", "sqr"),
    "street": ("st", "str", "strt", "stret", "sreet", "steet"),
    "terrace": ("ter", "terr"),
    "trail": ("trl",),
    "turnpike": ("tpke", "tpk"),
    "walk": ("wlk",),
    "way": ("wy",),
    "wharf": ("whf",),
}

DIRECTIONS: dict[str, tuple[str, ...]] = {
    "north": ("n", "no", "norte"),
    "south": ("s", "so", "sur"),
    "east": ("e", "este"),
    "west": ("w", "oeste"),
    "northeast": ("ne",),
    "northwest": ("nw",),
    "southeast": ("se",),
    "southwest": ("sw",),
}

WORDS: dict[str, str] = {
    "mt": "mount", "ft": "fort", "hts": "heights", "ctr": "center", "centre": "center", "theatre": "theater",
    "harbour": "harbor", "cem": "cemetery", "elem": "elementary", "hosp": "hospital", "sta": "station",
    "brg": "bridge", "lib": "library", "apts": "apartments", "gen": "general", "pk": "park", "jct": "junction",
    "santa": "saint", "santo": "saint", "san": "saint", "ste": "saint",
}  # fmt: skip
SAINT = "saint"

_ONES = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
]
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
# Tens that stand before another ordinal word: "twenty first" is the 21st.
TENS: dict[str, int] = _TENS
ORDINAL_WORDS: dict[str, int] = {
    **{word: number for number, word in enumerate(_ONES, 1)},
    **{word[:-1] + "ieth": number for word, number in _TENS.items()},
    "primera": 1, "primero": 1, "segunda": 2, "segundo": 2, "tercera": 3, "tercero": 3, "tercer": 3, "cuarta": 4,
    "cuarto": 4, "quinta": 5, "quinto": 5, "sexta": 6, "sexto": 6, "septima": 7, "septimo": 7, "octava": 8,
    "octavo": 8, "novena": 9, "noveno": 9, "decima": 10, "decimo": 10,
}  # fmt: skip
# How an ordinal is spelled out in a street's name, so that a misspelt "thrid" is still near it.
SPELLED: dict[int, str] = {number: word for word, number in reversed(ORDINAL_WORDS.items())}

# Words too common in names to point at a landmark alone.
WEAK_WORDS = frozenset({SAINT, *STREET_TYPES, *DIRECTIONS}) - {"green", "plaza", "square", "wharf", "court"}

CONNECTORS = frozenset(
    ["&", "and", "n", "y", "e", "x", "with", "con", "plus", "meets", "cross", "crosses", "crossing", "por", "und"]
)

# Words that say nothing about where; they may stand anywhere.
FILLERS = frozenset(
    [
        "the",
        "of",
        "on",
        "at",
        "in",
        "a",
        "an",
        "to",
        "is",
        "it",
        "its",
        "im",
        "i",
        "there",
        "here",
        "right",
        "just",
        "that",
        "this",
        "my",
        "our",
        "their",
        "his",
        "her",
        "by",
        "near",
        "from",
        "over",
        "for",
        "so",
        "um",
        "uh",
        "please",
        "corner",
        "corners",
        "intersection",
        "cnr",
        "cor",
        "side",
        "house",
        "home",
        "number",
        "num",
        "no",
        "nr",
        "address",
        "located",
        "around",
        "about",
        "along",
        "between",
        "off",
        "down",
        "up",
        "out",
        "some",
        "somewhere",
        "like",
        "de",
        "del",
        "la",
        "el",
        "los",
        "las",
        "en",
        "al",
        "a",
        "una",
        "un",
        "es",
        "esta",
        "que",
        "mi",
        "su",
        "por",
        "esquina",
        "interseccion",
        "cruce",
        "calle",
        "avenida",
        "numero",
        "casa",
        "direccion",
        "cerca",
        "entre",
        "sobre",
    ]
)

# Where the trouble is as seen from the place; kept as the place's detail for the crew. Longest first.
RELATIONS: tuple[tuple[str, ...], ...] = tuple(
    sorted(
        (
            tuple(phrase.split())
            for phrase in (
                "in front of", "across from", "across the street from", "across of", "opposite", "opposite of",
                "next to", "next door to", "behind", "in back of", "beside", "alongside", "inside", "outside",
                "outside of", "under", "underneath", "at the end of", "at the foot of", "on top of", "in the back of",
                "at the entrance to", "at the entrance of", "before", "past", "just past", "just before", "close to",
                "near", "by", "frente a", "enfrente de", "en frente de", "al lado de", "junto a", "detras de",
                *(f"{side} {part} of" for side in DIRECTIONS for part in ("side", "end", "corner")),
                "atras de", "delante de", "debajo de", "cerca de", "al fondo de", "dentro de", "a la entrada de",
            )
        ),
        key=lambda words: (-len(words), words),
    )
)  # fmt: skip

BLOCK_WORDS = frozenset({"block", "blk", "cuadra"})
UNIT_WORDS = frozenset(
    [
        "apt",
        "apartment",
        "unit",
        "suite",
        "ste",
        "floor",
        "fl",
        "room",
        "rm",
        "apto",
        "apartamento",
        "depto",
        "piso",
        "cuarto",
        "lot",
        "bldg",
        "building",
        "#",
    ]
)

# Words by which callers name a kind of landmark, beside the kind's own words.
KIND_WORDS: dict[str, tuple[str, ...]] = {
    "airport": ("aeropuerto",),
    "animal-shelter": ("refugio", "perrera"),
    "beach": ("playa",),
    "bridge": ("puente", "overpass"),
    "bus-stop": ("parada",),
    "cemetery": ("cementerio", "graveyard"),
    "church": ("iglesia", "parroquia"),
    "city-hall": ("ayuntamiento", "alcaldia", "municipio"),
    "clinic": ("clinica",),
    "college": ("universidad", "campus"),
    "community-center": ("centro", "rec"),
    "courthouse": ("corte", "tribunal", "juzgado"),
    "ferry-terminal": ("ferri", "dock"),
    "fire-station": ("firehouse", "bomberos"),
    "hospital": ("emergency",),
    "library": ("biblioteca",),
    "lighthouse": ("faro",),
    "market": ("mercado",),
    "mosque": ("mezquita", "masjid"),
    "museum": ("museo",),
    "park": ("parque",),
    "parking": ("garage", "estacionamiento"),
    "playground": ("parque", "patio", "tot"),
    "police-station": ("policia", "precinct", "comisaria"),
    "pool": ("piscina", "alberca"),
    "post-office": ("correo", "correos"),
    "recycling": ("dump", "reciclaje", "basurero"),
    "school": ("escuela", "colegio"),
    "shelter": ("albergue", "refugio"),
    "shopping": ("mall", "plaza", "tienda"),
    "stadium": ("estadio", "ballpark"),
    "station": ("estacion", "subway", "depot", "train"),
    "temple": ("templo", "synagogue", "sinagoga"),
    "theater": ("teatro", "cinema"),
}
