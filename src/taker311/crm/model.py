"""The standard's things as strict values, whatever an endpoint sent."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from taker311.base.codec import Value


class Service(Value, frozen=True):
    """One line of a service list. Codes are text; leading zeros stay."""

    code: str
    name: str
    description: str = ""
    metadata: bool = False
    type: Literal["realtime", "batch", "blackbox"] = "realtime"
    keywords: tuple[str, ...] = ()
    group: str = ""


class AttributeValue(Value, frozen=True):
    key: str
    name: str


class Attribute(Value, frozen=True):
    """One question of a definition. `variable` False: a text to show, which stands in `description`."""

    code: str
    datatype: Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"] = "string"
    variable: bool = True
    required: bool = False
    order: int = 0
    description: str = ""
    datatype_description: str = ""
    values: tuple[AttributeValue, ...] = ()


class Definition(Value, frozen=True):
    """Attributes in the order of their `order`. `problems` names what could not be used (an attribute without a code)."""

    code: str
    attributes: tuple[Attribute, ...] = ()
    problems: tuple[str, ...] = ()


class Endpoint(Value, frozen=True):
    """One endpoint of a discovery. `specification` is the URL token that names the standard's version."""

    url: str
    specification: str = ""
    type: str = ""
    changeset: str = ""
    formats: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()  # what it says it can do besides; only the hub does


class Discovery(Value, frozen=True):
    """Where the endpoints are and how to get a key. A changed `changeset` means that services or definitions changed."""

    endpoints: tuple[Endpoint, ...] = ()
    changeset: str = ""
    contact: str = ""
    key_service: str = ""


class PostItem(Value, frozen=True):
    """One item of a reply to a POST, as it stands there: whether it is a receipt is the client's judgement."""

    request_id: str = ""
    token: str = ""
    notice: str = ""
    service_code: str = ""
    description: str = ""
    requested: datetime | None = None
    update_id: str = ""  # of a reply to an update


class ErrorItem(Value, frozen=True):
    """One entry of an error body. `code` need not be the HTTP status; `description` is meant for people."""

    description: str
    code: str = ""


class Submission(Value, frozen=True):
    """A POST as frozen bytes: made once, sealed, and sent again unchanged. `idem_key` is a uuid4."""

    path: str  # below the endpoint: "requests.json"
    body: bytes  # application/x-www-form-urlencoded, without the api key
    idem_key: str
    service_code: str
    reference: str  # "K3F7QX2D/9f3a61c2", as it stands in the description's last line


class Receipt(Value, frozen=True):
    """The CRM's word that it has the case: an id, or a token to be asked for the id later, or (blackbox) neither."""

    request_id: str = ""
    token: str = ""
    notice: str = ""  # what will happen, in the city's words, cleaned


class Accepted(Value, frozen=True, tag="accepted"):
    receipt: Receipt
    status: int


class Refused(Value, frozen=True, tag="refused"):
    """A person must act. `reply_class` names the row of the dialect's table; `sentence` is the server's, cleaned."""

    reply_class: Literal["blocked", "held"]
    status: int
    sentence: str


class Unknown(Value, frozen=True, tag="unknown"):
    """It may have landed. `sentence` says why we can't tell."""

    status: int | None
    sentence: str


class NotSent(Value, frozen=True, tag="not-sent"):
    """Surely not accepted: refused connection, DNS, a captive portal, 429. `retry_after_s` as the server asked.
    `charged` False: this does not count as an attempt."""

    sentence: str
    status: int | None = None
    retry_after_s: float | None = None
    charged: bool = False


Outcome = Accepted | Refused | Unknown | NotSent


class RequestRecord(Value, frozen=True):
    """A case as the CRM shows it."""

    request_id: str
    service_code: str = ""
    service_name: str = ""
    status: Literal["open", "closed"] = "open"
    raw_status: str = ""
    status_notes: str = ""
    description: str | None = None
    agency: str = ""
    requested: datetime | None = None
    updated: datetime | None = None
    expected: datetime | None = None
    address: str = ""
    lat: float | None = None
    lon: float | None = None


class RequestUpdate(Value, frozen=True):
    """A word added to a case (`servicerequestupdates`, a mySociety extension). `raw_status` as it stands there."""

    update_id: str
    request_id: str
    raw_status: str = ""
    description: str = ""
    updated: datetime | None = None


class ReplyRule(Value, frozen=True):
    """A row of the table that classes refusals: the first row that fits decides. `pattern` is searched in the body, folded."""

    reply_class: Literal["blocked", "held", "unknown", "not-sent", "landed"]
    status: tuple[int, ...] = ()
    pattern: str = ""


class Dialect(Value, frozen=True):
    """How one endpoint differs from the standard. Every field's default is the standard's own manner."""

    name: str = "standard"
    format: Literal["json", "xml"] = "json"
    jurisdiction: str = ""
    multi_value: Literal["brackets", "repeated"] = "brackets"
    location: Literal["any", "point", "address", "both"] = "any"
    compulsory: tuple[str, ...] = ()  # fields that must not be empty: "email", "address_string", ...
    extra: dict[str, str] = {}  # fields always sent
    reference_field: str = ""  # a field of its own for our reference, besides the description
    description_limit: int = 4000
    honours_idempotency_key: bool = False
    consistent_reads: bool = False  # a listing shows at once what a POST stored
    descriptions_listed: bool = True  # GET requests shows descriptions, so a reference can be found there
    listing_cap: int = 50  # rows that a listing shows at most
    listing_by_date: bool = True  # start_date and end_date work as the standard says
    dates_with_zone: bool = True
    token_waits_s: tuple[float, ...] = (2, 5, 15, 60, 300)
    settle_s: float = 900
    updates: bool = False  # servicerequestupdates is offered
    empty_listing_is_404: bool = False  # a query that finds nothing is answered 404
    key_in_reads: Literal["no", "query", "header"] = "no"  # GET needs the key; "header" is X-API-Key
    suffix: bool = True  # paths end in .json or .xml
    capitals: bool = False  # paths begin with a capital letter: Services, Requests
    code_lists: bool = True  # a query may name several service codes with commas between
    nearby_days: int = 60  # open cases of so many days are kept for showing duplicates
    nearby_metres: float = 0.0  # the endpoint takes lat, long and radius (metres at most); 0: it doesn't
    nearby_pages: int = 1  # listings of one refresh at most, each of an earlier stretch of time
    accept_encoding: bool = True
    replies: tuple[ReplyRule, ...] = ()
