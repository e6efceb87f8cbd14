"""Whether a letter that came back means a dead address, a passing hindrance, or only that our mail was not liked.

Providers say it in their own words; where they do not, the enhanced status code of the mail server does (RFC 3463:
class 5 lasts, class 4 passes, subject 7 is about policy). When nobody says, it is taken as passing: an address
stopped by mistake loses a member.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from anymail.signals import AnymailTrackingEvent, RejectReason

HARD, SOFT, POLICY = "hard", "soft", "policy"
CODE = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.\d{1,3}(?![\d.])")
BASIC = re.compile(r"(?<!\d)([45])\d\d(?=[ -])")
LASTING = {"1": HARD, "7": POLICY}
Said = Mapping[str, Any]


def of_text(text: str, default: str = SOFT) -> str:
    """What a mail server's answer means; `default` when it has no code."""
    codes = list(CODE.finditer(text))
    if found := next((code for code in codes if code[2] != "0"), None):
        return _of_code(found[0], found[1], found[2])
    if codes:  # 5.0.0 says only that it lasts
        return default if codes[0][1] == "5" else SOFT
    if found := BASIC.search(text):
        return HARD if found[1] == "5" and default == HARD else SOFT if found[1] == "4" else default
    return default


def of_event(provider: str, event: AnymailTrackingEvent) -> str:
    """What a provider's bounce, or refusal to send, means."""
    if event.reject_reason == RejectReason.INVALID:
        return HARD
    if event.reject_reason in (RejectReason.BLOCKED, RejectReason.SPAM, RejectReason.UNSUBSCRIBED):
        return POLICY
    raw = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    answer = f"{event.mta_response or ''} {event.description or ''}"
    if verdict := PROVIDERS.get(provider, _nothing)(raw):
        return POLICY if verdict == HARD and of_text(answer) == POLICY else verdict
    return of_text(answer, HARD if event.reject_reason == RejectReason.BOUNCED else SOFT)


def _of_code(code: str, lasts: str, subject: str) -> str:
    """5.2.x is about the mailbox: a disabled one (5.2.1) lasts, a full one (5.2.2) may be emptied."""
    if lasts != "5":
        return SOFT
    if subject == "2":
        return HARD if code == "5.2.1" else SOFT
    return LASTING.get(subject, SOFT)


def _nothing(_raw: Said) -> str:
    return ""


def _postmark(raw: Said) -> str:
    kind = raw.get("Type") or raw.get("SuppressionReason")
    return HARD if kind in ("HardBounce", "BadEmailAddress") else SOFT


def _amazon_ses(raw: Said) -> str:
    bounce = raw.get("bounce")
    kind = bounce.get("bounceType") if isinstance(bounce, Mapping) else ""
    return HARD if kind == "Permanent" else SOFT


def _sendgrid(raw: Said) -> str:
    if raw.get("event") == "dropped":
        return ""
    if raw.get("type") == "blocked":
        return SOFT
    return of_text(f"{raw.get('status', '')} {raw.get('reason', '')}", HARD)


def _resend(raw: Said) -> str:
    data = raw.get("data")
    bounce = data.get("bounce") if isinstance(data, Mapping) else None
    said = bounce if isinstance(bounce, Mapping) else {}
    lasts = said.get("type") == "Permanent" or "hard bounce" in str(said.get("message", ""))
    return HARD if lasts else SOFT


def _mailgun(raw: Said) -> str:
    """Mailgun calls lasting also what it gave up on: a mailbox that stayed full is none that died."""
    data = raw.get("event-data")
    said = data if isinstance(data, Mapping) else {}
    status = said.get("delivery-status")
    words = status.get("message") if isinstance(status, Mapping) else ""
    if said.get("severity") == "permanent":
        return of_text(str(words or ""), HARD)
    return SOFT if said.get("severity") == "temporary" else ""


PROVIDERS: dict[str, Callable[[Said], str]] = {
    "postmark": _postmark,
    "amazon_ses": _amazon_ses,
    "sendgrid": _sendgrid,
    "resend": _resend,
    "mailgun": _mailgun,
}
