"""The built-in dialects, and a city's own out of a file. How each fact is known stands in the comments beside it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from taker311.base.errors import UserError
from taker311.base.text import clean_line, did_you_mean
from taker311.crm.model import Dialect, ReplyRule

# What holds everywhere unless a dialect's own rows, which come first, say otherwise. The first row that fits decides.
COMMON_REPLIES = (
    ReplyRule(reply_class="blocked", status=(401, 407)),
    ReplyRule(reply_class="blocked", status=(400, 403), pattern=r"\bapi[ _-]?key"),
    ReplyRule(reply_class="blocked", status=(403,), pattern=r"\bkey\b"),
    ReplyRule(reply_class="not-sent", status=(429,)),
    # Network Authentication Required (RFC 6585): only a captive portal says it.
    ReplyRule(reply_class="not-sent", status=(511,)),
    # Somebody is at work on the same thing, or gave up waiting for the rest of the request: it may still land.
    ReplyRule(reply_class="unknown", status=(408, 409, 425)),
    ReplyRule(reply_class="landed", status=(400,), pattern=r"\bduplicate\b"),
    ReplyRule(reply_class="held", status=tuple(range(400, 500))),
    ReplyRule(reply_class="unknown", status=tuple(range(500, 600))),
)

_BUILT_IN = (
    Dialect(),
    Dialect(
        name="hub",
        location="any",
        honours_idempotency_key=True,
        consistent_reads=True,
        key_in_reads="header",  # whoever posted sees the descriptions of its own cases
        listing_cap=1000,
        token_waits_s=(1, 2, 5, 15, 60),
        updates=True,
        # The hub answers 503 only before it has taken anything in.
        replies=(ReplyRule(reply_class="not-sent", status=(503,)),),
    ),
    Dialect(
        name="ureport",
        listing_cap=1000,
        code_lists=False,  # of a list of ids only the first is looked at
        # POST without a known key is a 400 with this message key; required attributes and location are not enforced.
        replies=(ReplyRule(reply_class="blocked", status=(400, 403), pattern="clients/unknownapikey"),),
    ),
    Dialect(
        name="mysociety",
        multi_value="repeated",  # attribute[x][] is refused with 400
        listing_cap=1000,
        updates=True,
        # Validation fails before anything is stored; a wrong key or a dead back end is a 500 with the message.
        replies=(
            ReplyRule(reply_class="held", status=(400,), pattern="error in input for"),
            ReplyRule(reply_class="blocked", status=(500,), pattern=r"\b(invalid|wrong|unknown|bad) (api[ _-]?)?key\b"),
        ),
    ),
    Dialect(
        name="chicago",
        location="both",  # lat, long and address_string are all compulsory
        compulsory=("address_string",),
        descriptions_listed=False,
        listing_cap=50,
        dates_with_zone=False,  # a zone in start_date is refused
        token_waits_s=(5, 15, 60, 300, 900),
    ),
    Dialect(
        name="boston",
        listing_cap=50,
        token_waits_s=(5, 15, 60, 300, 900),
        # "Invalid service request: base is a duplicate." is caught by the common row of that word.
    ),
    Dialect(
        name="eindhoven",
        listing_cap=1000,
        listing_by_date=False,  # start_date and end_date are swapped
        code_lists=False,  # its rows have no service_code, so each service is asked for alone
        # Key errors are an object with this code; an unknown service is a 403 too.
        replies=(
            ReplyRule(reply_class="blocked", status=(400, 401, 403), pattern="middleware_15"),
            ReplyRule(reply_class="held", status=(403,)),
        ),
    ),
    Dialect(
        name="markaspot",
        listing_cap=25,
        empty_listing_is_404=True,
        location="point",
    ),
    Dialect(
        name="govflow",
        descriptions_listed=False,  # GET requests is not implemented
        # An unknown service is a 500 that says so before anything is stored.
        replies=(ReplyRule(reply_class="held", status=(500,), pattern="service_code"),),
    ),
    Dialect(
        name="sanfrancisco",
        format="xml",
        descriptions_listed=False,
        dates_with_zone=False,
        token_waits_s=(2, 5, 15, 60, 300, 900),  # 404 until the token is resolved
    ),
    Dialect(name="washingtondc", format="xml"),
    Dialect(
        name="seeclickfix",
        compulsory=("email",),
        listing_cap=20,
        # {"duplicate": [..]} and {"base": [..]} are its ways of refusing.
    ),
    Dialect(
        name="citysdk",  # Helsinki, Turku, Tampere
        listing_cap=200,
        nearby_metres=1000,  # radius search with lat, long and radius
    ),
    Dialect(name="fixmystreet", listing_cap=1000),  # as a server it only shows cases and takes none
    Dialect(name="toronto", descriptions_listed=False, listing_cap=1000),  # the real state stands in status_notes
    Dialect(name="zurich", listing_cap=1000),  # arrays come as objects, objects as arrays; the reader takes both
    Dialect(name="greenwich", format="xml"),  # its JSON holds objects that are none of the standard's
    Dialect(name="alexandria", accept_encoding=False),  # its deflate is damaged
    Dialect(name="westberkshire", format="xml", suffix=False, capitals=True),  # Services and Requests without an ending
)
BUILT_IN: dict[str, Dialect] = {dialect.name: dialect for dialect in _BUILT_IN}


def load_dialect(name: str, *, jurisdiction: str = "", folder: Path | None = None) -> Dialect:
    """The built-in dialect of that name, or the one in a TOML file (a name with a dot or a slash; below `folder` unless absolute).

    A file may begin with `base = "ureport"` and name only what differs. `jurisdiction` wins over the file's where it is given.
    """
    if "/" in name or "\\" in name or name.endswith(".toml"):
        path = Path(name).expanduser()
        dialect = _from_file(path if path.is_absolute() or folder is None else folder / path)
    elif name in BUILT_IN:
        dialect = BUILT_IN[name]
    else:
        known = tuple(BUILT_IN)
        raise UserError(
            f"crm.dialect: there is no dialect called '{clean_line(name, limit=60)}'{did_you_mean(name, known)}; "
            f"the built-in ones are {', '.join(known)}; a file of your own ends in .toml."
        )
    return msgspec.structs.replace(dialect, jurisdiction=jurisdiction) if jurisdiction else dialect


def _from_file(path: Path) -> Dialect:
    import tomllib

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: the dialect's file can't be read ({error.strerror or error}).") from error
    except ValueError as error:
        raise UserError(f"{path}: this is no valid TOML ({clean_line(str(error), limit=120)}).") from error
    fields = Dialect.__struct_fields__
    base_name = table.pop("base", "standard")
    base = BUILT_IN.get(base_name) if isinstance(base_name, str) else None
    if base is None:
        raise UserError(f"{path}: base must be one of {', '.join(BUILT_IN)}.")
    for key in table:
        if key not in fields:
            raise UserError(f"{path}: a dialect has no '{clean_line(key, limit=60)}'{did_you_mean(key, fields)}.")
    try:
        merged = {**msgspec.to_builtins(base), "name": path.stem, **table}
        return msgspec.convert(merged, Dialect, strict=True)
    except msgspec.ValidationError as error:
        raise UserError(f"{path}: {clean_line(str(error), limit=160)}.") from error
