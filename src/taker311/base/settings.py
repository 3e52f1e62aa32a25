"""The desk's settings: one TOML file, typed, each setting with its sentence. Secrets never stand in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

from taker311.base.errors import UserError
from taker311.base.text import clean_line, did_you_mean


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class CitySettings(Section, frozen=True):
    kb: str = ""
    """The knowledge base: a bundle file made by `taker311 kb build`, or a source folder."""
    origin: str = ""
    """The address of the folder that `taker311 kb publish` makes; the desk fetches its knowledge base from there."""
    fingerprint: str = ""
    """The fingerprint of the city's signing keys, in 16 words or 32 hex digits, as the city's IT gave it."""
    urgent_poll_s: Annotated[float, msgspec.Meta(ge=0)] = 60.0
    """Seconds within which an urgent bulletin must be at this desk, from a server that can't hold its request; 0: minutes."""


class DeskSettings(Section, frozen=True):
    language: str = "en"
    """The language of the desk's own words: en or es."""
    theme: Literal["dark", "light", "contrast", "terminal"] = "dark"
    """How the desk looks: dark, light, contrast, or terminal (the terminal's own colours)."""
    timer: bool = True
    """Show the call's running time."""
    lock_after_min: float = 10.0
    """Minutes without a key after which the form is hidden until the agent's passphrase is given; 0: never."""
    line_bits_s: Annotated[int, msgspec.Meta(ge=0)] = 0
    """The speed of this desk's line in bits a second where it is slow, as in 9600; 0: as the terminal itself says."""
    clipboard: bool = True
    """Let the copy key put the reference, and nothing else, on the clipboard."""
    code: str = ""
    """The desk's three-character code as the city allotted it; empty: one is drawn at the first start."""
    status_folder: str = ""
    """A folder that all desks report to, for `taker311 floor`; no caller's data goes there. Empty: to none."""
    report_agent: bool = False
    """Leave the agent's name in the day files that go to the status folder; without it reports there have no agents."""
    keep_journal_days: Annotated[float, msgspec.Meta(ge=1, le=30)] = 7.0
    """Days that what was said in a call can be replayed at this desk, 1 to 30; then it is shredded."""

    @property
    def shared_folder(self) -> Path | None:
        """The status folder as a path; None where the settings name none."""
        return Path(self.status_folder).expanduser() if self.status_folder else None


class CrmSettings(Section, frozen=True):
    endpoint: str = ""
    """The Open311 endpoint's address; empty: cases wait in the queue."""
    dialect: str = "standard"
    """How the endpoint differs from the standard: the name of a built-in dialect, or a file."""
    jurisdiction: str = ""
    """jurisdiction_id, where the endpoint serves several cities."""
    key_env: str = "TAKER311_API_KEY"
    """The environment variable that holds the API key; the key itself is never written to a file."""
    key_in_keyring: bool = False
    """Where the variable is not set, look for the API key in the system's keyring."""


class DeliverySettings(Section, frozen=True):
    first_wait_s: float = 2.0
    """Seconds before the second attempt; each further wait may double."""
    longest_wait_s: float = 300.0
    """The longest wait between two attempts, in seconds."""
    reconnect_spread_s: float = 60.0
    """After an outage desks start again spread over so many seconds."""
    total_s: float = 60.0
    """Seconds after which an attempt without an answer is given up as unknown."""
    settle_s: float | None = None
    """Seconds after a doubtful attempt before a look-up may say that it did not arrive; unset: as the dialect says."""
    look_gap_s: float = 300.0
    """Seconds between the two look-ups that may conclude that a case did not arrive."""
    keep_sent_days: Annotated[float, msgspec.Meta(ge=0, le=30)] = 7.0
    """Days that a sent case can still be read at this desk, 0 to 30; then it is shredded."""


class ReviewSettings(Section, frozen=True):
    every: Annotated[float, msgspec.Meta(ge=0)] = 20.0
    """One of so many calls of each agent is kept for review; below 1 it is a share (0.1: a tenth); 0: none."""
    every_of: dict[str, Annotated[float, msgspec.Meta(ge=0)]] = {}
    """The same for single agents: {"Kim Lee" = 5}."""
    always: tuple[Literal["help", "emergency", "abusive"], ...] = ("help", "emergency", "abusive")
    """Calls that are always kept: with a call for help, with the 911 card, ended as abusive."""
    keep_days: Annotated[float, msgspec.Meta(ge=1, le=30)] = 30.0
    """Days that a call chosen for review is kept, sealed to the reviewers, 1 to 30; then it is deleted."""
    keep_forms_days: Annotated[float, msgspec.Meta(ge=30, le=1100)] = 365.0
    """Days that finished review forms are kept, 30 to 1100."""
    par_answer_s: Annotated[int, msgspec.Meta(ge=1)] = 75
    """Seconds that a question which an answer settles may take, for the review's handle time."""
    par_request_s: Annotated[int, msgspec.Meta(ge=1)] = 260
    """Seconds that a request, a transfer or a referral may take, for the review's handle time."""


class Settings(Section, frozen=True):
    city: CitySettings = CitySettings()
    desk: DeskSettings = DeskSettings()
    crm: CrmSettings = CrmSettings()
    delivery: DeliverySettings = DeliverySettings()
    review: ReviewSettings = ReviewSettings()
    keys: dict[str, str] = {}
    """An action's id and the keys for it, with commas between: "call.emergency" = "f9"."""


def load_settings(path: Path) -> Settings:
    """The settings of `path`; all defaults where there is no such file.

    Raises UserError, naming file, line, key and the nearest valid key, where something in it can't be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path}: the settings can't be read ({clean_line(str(error))}); mend or remove the file."
        ) from error
    return _beside(parse_settings(text, str(path)), path.parent)


def _beside(settings: Settings, folder: Path) -> Settings:
    """Relative paths are meant from the settings' own folder, wherever the desk is started."""
    dialect, shared = settings.crm.dialect, settings.desk.status_folder
    if "/" in dialect or "\\" in dialect or dialect.endswith(".toml"):
        dialect = str(folder / Path(dialect).expanduser())
    if shared:
        shared = str(folder / Path(shared).expanduser())
    return msgspec.structs.replace(
        settings,
        crm=msgspec.structs.replace(settings.crm, dialect=dialect),
        desk=msgspec.structs.replace(settings.desk, status_folder=shared),
    )


def parse_settings(text: str, name: str) -> Settings:
    """As `load_settings`, from the file's text; `name` stands in the errors."""
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line (\d+), column (\d+)", str(error))
        place = f"{where[1]}:{where[2]}" if where else "1:1"
        sentence = clean_line(str(error).split(" (at ")[0])
        raise UserError(f"{name}:{place}: this line is no valid TOML ({sentence}); mend it or remove it.") from error
    _refuse_unknown(data, Settings, (), text, name)
    try:
        return msgspec.convert(data, Settings)
    except msgspec.ValidationError as error:
        message = clean_line(str(error))
        found = re.search(r"`\$\.([\w.\-]+)`", message)
        keys = tuple(found[1].split(".")) if found else ()
        raise UserError(
            f"{name}:{_line_of(text, keys)}: setting '{'.'.join(keys)}': {message.split(' - at')[0]}; see `taker311 config schema`."
        ) from error


def _refuse_unknown(
    data: dict[str, Any], kind: type[msgspec.Struct], above: tuple[str, ...], text: str, name: str
) -> None:
    hints = get_type_hints(kind)
    for key, value in data.items():
        keys = (*above, key)
        if key not in hints:
            raise UserError(
                f"{name}:{_line_of(text, keys)}: there is no setting '{clean_line('.'.join(keys))}'"
                f"{did_you_mean(key, list(hints))}; `taker311 config schema` lists them all."
            )
        inner = hints[key]
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and isinstance(value, dict):
            _refuse_unknown(value, inner, keys, text, name)


def _line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line on which the setting stands, as well as it can be told without a parser that keeps positions."""
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[([^\]]+)\]", line)
        if header:
            section = tuple(part.strip().strip("\"'") for part in header[1].split("."))
            if section == keys:
                return number
            continue
        entry = re.match(r"""\s*["']?([\w.\-]+)["']?\s*=""", line)
        if entry and (*section, entry[1]) == keys:
            return number
    return 1


def describe_settings() -> list[tuple[str, str, str]]:
    """(setting, default, sentence) for every setting, read from this file's own docstrings."""
    import ast
    import inspect

    tree = ast.parse(inspect.getsource(inspect.getmodule(Settings)))  # type: ignore[arg-type]
    sentences: dict[tuple[str, str], str] = {}
    for cls in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for field, after in zip(cls.body, cls.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
                sentences[cls.name, field.target.id] = str(ast.literal_eval(after.value))
    rows: list[tuple[str, str, str]] = []
    for section in msgspec.structs.fields(Settings):
        kind = get_type_hints(Settings)[section.name]
        if isinstance(kind, type) and issubclass(kind, Section):
            default = kind()
            for field_ in msgspec.structs.fields(kind):
                value = msgspec.json.encode(getattr(default, field_.name)).decode()
                rows.append((f"{section.name}.{field_.name}", value, sentences[kind.__name__, field_.name]))
        else:
            rows.append((section.name, "{}", sentences["Settings", section.name]))
    return rows
