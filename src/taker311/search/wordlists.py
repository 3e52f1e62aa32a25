"""Short closed lists of words, by language: fillers, street abbreviations, numbers.

The lists are written for this program from common usage; they are the field's, not a city's, so a city never edits them.
"""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that carry no topic. Not here, because they do carry one: "no", "not", "out", "off", "down", "over", "under".
FILLERS: dict[str, frozenset[str]] = {
    "en": _words("""
        a an the this that these those there here it its i im ive id ill me my mine we our ours us you your yours he she him her his
        hers they them their theirs who whom whose which what whats when where why how is are was were be been being am do does did
        doing done have has had having will would shall should can could may might must to of in on at by for from with and or but if
        so than then as about into onto very really just also too some any all please thanks thank hello hi hey yes ok okay want
        wants wanted need needs like know tell say says said get got getting gets give call calling called report reporting someone
        somebody anyone something anything thing things somewhere because cause been again still dont doesnt didnt isnt wont cant
        theres thats hes shes theyre were youre well um uh er let lets told ask asking wondering wonder today yesterday now
    """),
    "es": _words("""
        a al ante con de del desde el la los las un una unos unas y e o u que quien cual cuales cuando donde como por para porque pero
        si se me mi mis tu tus su sus nos nuestro nuestra le les lo yo usted ustedes ella ellos ellas es son era eran fue ser estar esta
        este esto estos estas estan ese esa eso hay haya ha han he tengo tiene tienen tener quiero quiere quisiera necesito necesita
        puedo puede pueden hacer hace hola gracias favor buenos buenas dias tardes en muy mas tambien ya algo alguien aqui alli ahi
        reportar llamo llamar decir hoy ayer ahora manana
    """),
    "de": _words("""
        der die das den dem des ein eine einen einem einer eines und oder aber ich mich mir mein meine meinen wir uns unser unsere sie
        ihr ihre er es man ist sind war waren wird werden wurde wurden sein hat haben hatte kann koennen konnte muss muessen soll
        sollte bitte danke hallo guten tag in im an am auf aus bei beim mit von vom vor zu zum zur fuer durch ueber um als auch da
        dass dies diese dieser dieses dort hier noch schon sehr so wenn wie was wer wo nur mal etwas jemand es gibt sich nach bis
        konnen mussen fur uber heute gestern jetzt
    """),
    "fr": _words("""
        le la les un une des de du au aux et ou mais je me mon ma mes nous notre nos vous votre il elle ils elles on est sont etait
        etre avoir ai as avons avez ont ce cet cette ces qui que quoi dont en dans sur par pour avec sans plus tres bonjour merci
    """),
    "pt": _words(
        "o a os as um uma de do da dos das em no na nos nas e ou que eu meu minha por para com se esta tem ha muito obrigado"
    ),
    "it": _words(
        "il lo la i gli le un uno una di del della dei in nel nella e o che io mio mia per con si sono ha molto grazie c"
    ),
}

_EN_SHORT = {
    "st": ("street", "saint"), "str": ("street",), "ave": ("avenue",), "av": ("avenue",), "rd": ("road",), "blvd": ("boulevard",),
    "dr": ("drive", "doctor"), "ln": ("lane",), "ct": ("court",), "pl": ("place",), "sq": ("square",), "hwy": ("highway",),
    "pkwy": ("parkway",), "apt": ("apartment",), "bldg": ("building",), "hse": ("house",), "veh": ("vehicle",), "tel": ("telephone",),
    "ph": ("phone",), "lic": ("license",), "licence": ("license",), "cert": ("certificate",), "dept": ("department",),
    "govt": ("government",), "info": ("information",), "appt": ("appointment",), "mgmt": ("management",), "rec": ("recreation",),
    "tv": ("television",), "ac": ("conditioning",), "sr": ("senior",), "pkg": ("parking",), "sig": ("signal",), "sch": ("school",),
    "xing": ("crossing",), "intersec": ("intersection",), "ped": ("pedestrian",), "temp": ("temporary",), "abandonded": ("abandoned",),
}  # fmt: skip
_ES_SHORT = {
    "av": ("avenida",), "avda": ("avenida",), "c": ("calle",), "ctra": ("carretera",), "apto": ("apartamento",), "tel": ("telefono",),
    "depto": ("departamento",), "info": ("informacion",),
}  # fmt: skip
_DE_SHORT = {
    "str": ("strasse",),
    "pl": ("platz",),
    "kfz": ("fahrzeug", "auto"),
    "pkw": ("auto", "fahrzeug"),
    "lkw": ("lastwagen",),
    "nr": ("nummer",),
}


def _both_ways(pairs: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {short: list(longs) for short, longs in pairs.items()}
    for short, longs in pairs.items():
        for long in longs:
            table.setdefault(long, []).append(short)
    return {word: tuple(dict.fromkeys(forms)) for word, forms in table.items()}


ABBREVIATIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": _both_ways(_EN_SHORT),
    "es": _both_ways(_ES_SHORT),
    "de": _both_ways(_DE_SHORT),
}

NUMBERS: dict[str, tuple[str, ...]] = _both_ways(
    {
        "1": ("one", "uno", "eins"),
        "2": ("two", "dos", "zwei"),
        "3": ("three", "tres", "drei"),
        "4": ("four", "cuatro", "vier"),
        "5": ("five", "cinco"),
        "6": ("six", "seis"),
        "7": ("seven", "siete"),
        "8": ("eight", "ocho"),
        "9": ("nine", "nueve"),
        "10": ("ten", "diez"),
        "1st": ("first", "primero", "primera"),
        "2nd": ("second", "segundo", "segunda"),
        "3rd": ("third", "tercero", "tercera"),
        "4th": ("fourth", "cuarto"),
        "5th": ("fifth", "quinto"),
        "6th": ("sixth",),
        "7th": ("seventh",),
        "8th": ("eighth",),
        "9th": ("ninth",),
        "10th": ("tenth",),
    }
)
