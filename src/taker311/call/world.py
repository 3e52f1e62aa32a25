"""What a call may look at while it runs: the knowledge it began with and what its agent may do. Read only."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from taker311.call.model import CallState, Permissions
from taker311.intake.interview import values
from taker311.intake.rows import matching_row
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.model import Bulletin, City, Rumour, Script, Topic, TopicText, Transfer


class World:
    """`bundle` and `permissions` of one call, with the few look-ups that its rules need."""

    def __init__(self, bundle: Bundle, permissions: Permissions) -> None:
        self.bundle = bundle
        self.permissions = permissions
        self.city: City = bundle.city
        self.first = self.city.languages[0]

    def spoken(self, state: CallState) -> str:
        """The language of the texts to show: the caller's when the agent speaks it, else the agent's own."""
        return state.lang if state.lang and state.mode == "agent" else self.first

    def topic(self, state: CallState) -> Topic | None:
        return self.bundle.topic(state.topic_id)

    def topic_text(self, state: CallState) -> TopicText | None:
        topic = self.topic(state)
        return topic.text(self.spoken(state), self.first) if topic else None

    def topic_title(self, state: CallState) -> str:
        text = self.topic_text(state)
        return text.title if text else ""

    def script(self, state: CallState) -> Script | None:
        topic = self.topic(state)
        return self.bundle.script(topic.script) if topic and topic.script else None

    def transfer(self, state: CallState) -> Transfer | None:
        """Where this call would be transferred from here: what the matching route says, else the topic, else its agency."""
        script = self.script(state)
        if state.interview is not None and script is not None:
            row = matching_row(script, values(script, state.interview))
            if row is not None and script.routes[row].transfer is not None:
                return script.routes[row].transfer
        topic = self.topic(state)
        if topic is None:
            return self.permissions.elsewhere
        if topic.transfer is not None:
            return topic.transfer
        agency = self.bundle.agency(topic.agency)
        named = Transfer(agency=agency.id, phone=agency.phone, say=agency.transfer) if agency and agency.phone else None
        return named or self.permissions.elsewhere

    def today(self, at: datetime) -> date:
        return self.there(at).date()

    def there(self, at: datetime) -> datetime:
        """The same moment on the city's clocks."""
        return at.astimezone(ZoneInfo(self.city.time_zone))

    def in_force(self, one: Bulletin | Rumour, at: datetime) -> bool:
        there = self.there(at)
        return one.in_force(there.date(), f"{there:%H:%M}")
