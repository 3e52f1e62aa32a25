"""What a reply to a POST means: accepted, refused, unknown or not sent. Rules only; nothing here talks to anybody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from taker311.base.text import clean_line, fold
from taker311.crm.dialects import COMMON_REPLIES
from taker311.crm.model import (
    Accepted,
    Dialect,
    NotSent,
    Outcome,
    PostItem,
    Receipt,
    Refused,
    ReplyRule,
    Submission,
    Unknown,
)
from taker311.crm.reader import read_errors, read_post_reply
from taker311.crm.tree import CrmError, HtmlPage

UPDATES = "servicerequestupdates"  # the path of a submission that adds to a case instead of making one
_LONGEST_RETRY_AFTER_S = 86_400.0
_OLD = timedelta(hours=26)  # a day and any two zones' mistake: a case from before that is somebody else's


class WebPage(Exception):  # noqa: N818 - no error by itself: a question that only another request can answer
    """A success or a redirect that holds no data: a captive portal's page, or the CRM's own after it stored the case."""


def judge(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    submission: Submission,
    dialect: Dialect,
    service_type: str = "realtime",
    after_unknown: bool = False,
) -> Outcome:
    """Three outcomes and a half, never two. Raises WebPage where the reply alone can't tell a portal from the CRM."""
    content_type = headers.get("content-type", "")
    if 200 <= status < 300:
        return _judge_success(status, headers, body, submission, dialect, service_type)
    if status in {301, 307, 308}:  # the same request is asked for at another address: nobody has taken it in here
        target = clean_line(headers.get("location", "nowhere"), limit=100)
        return NotSent(f"the address answers with a redirect to {target}; a POST is never redirected.", status=status)
    if status < 400:
        raise WebPage
    rule = _rule(status, body, dialect)
    said = _said(body, content_type) or f"HTTP {status}"
    if rule.reply_class == "landed":
        if after_unknown:
            return Accepted(Receipt(), status=status)
        return Refused("held", status, said)
    if rule.reply_class == "not-sent":
        return NotSent(said, status=status, retry_after_s=retry_after(headers))
    if rule.reply_class == "unknown":
        return Unknown(status, said)
    return Refused(rule.reply_class, status, said)


def _judge_success(
    status: int, headers: Mapping[str, str], body: bytes, submission: Submission, dialect: Dialect, service_type: str
) -> Outcome:
    try:
        items = read_post_reply(body, headers.get("content-type", ""))
    except HtmlPage as page:
        raise WebPage from page
    except CrmError as error:
        return Unknown(status, str(error))
    if len(items) != 1:
        many = f"a list of {len(items)} cases" if items else "an empty list"
        return Unknown(status, f"the reply is {many}, which is no receipt.")
    item = items[0]
    if submission.path.lower().startswith(UPDATES):
        if not item.update_id:
            return Unknown(status, "the reply does not say that the update was taken in.")
        return Accepted(Receipt(notice=item.notice), status=status)
    doubt = _disagreement(item, headers, submission, dialect)
    if doubt:
        return Unknown(status, doubt)
    if not item.request_id and not item.token and service_type != "blackbox":
        return Unknown(status, "the reply has neither a number nor a token.")
    if not item.request_id and not item.token and (item.service_code or item.description) and not item.notice:
        return Unknown(status, "the reply describes a case and gives no receipt for it.")
    return Accepted(Receipt(request_id=item.request_id, token=item.token, notice=item.notice), status=status)


def _disagreement(item: PostItem, headers: Mapping[str, str], submission: Submission, dialect: Dialect) -> str:
    """Why the item is not what was sent; '' where nothing in it speaks against that."""
    if item.service_code and _bare(item.service_code) != _bare(submission.service_code):
        return f"the reply is about service {item.service_code[:40]}, not {submission.service_code[:40]}."
    if item.description and submission.reference and submission.reference not in item.description:
        return "the reply holds another case's description."
    now = _date(headers.get("date", ""))
    if item.requested and now and item.requested < now - _OLD and not dialect.honours_idempotency_key:
        return "the reply is about a case of an earlier day."
    return ""


def _bare(code: str) -> str:
    """'007' and 7 are one code to a server that makes numbers of them."""
    return code.strip().casefold().lstrip("0")


def _rule(status: int, body: bytes, dialect: Dialect) -> ReplyRule:
    text = fold(body[:20_000].decode("utf-8", errors="replace"))
    for rule in (*dialect.replies, *COMMON_REPLIES):
        if rule.status and status not in rule.status:
            continue
        if not rule.pattern or _matches(rule.pattern, text):
            return rule
    return ReplyRule(reply_class="unknown")


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text, re.IGNORECASE) is not None
    except re.error:
        return pattern.casefold() in text


def _said(body: bytes, content_type: str) -> str:
    """The server's words in one line. A web page's words are not for people."""
    try:
        errors = read_errors(body, content_type)
    except CrmError:
        return ""
    return clean_line("; ".join(error.description for error in errors[:5]), limit=400)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from a number or from an HTTP date measured against the reply's own Date; capped at a day."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if re.fullmatch(r"\d{1,9}", value):
        return min(float(value), _LONGEST_RETRY_AFTER_S)
    at, now = _date(value), _date(headers.get("date", ""))
    return min(max((at - now).total_seconds(), 0.0), _LONGEST_RETRY_AFTER_S) if at and now else None


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
