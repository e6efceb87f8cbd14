"""Comparisons, periods and the order of questions, as people say them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

Words = tuple[tuple[str, Any], ...]
AT_LEAST = ">="
KNOWN: Words = (("known", _("is known")), ("unknown", _("is not known")))
NUMBER: Words = (
    (AT_LEAST, _("at least")),
    ("<=", _("at most")),
    (">", _("more than")),
    ("<", _("less than")),
    ("=", _("exactly")),
    ("!=", _("not exactly")),
    ("in", _("is one of")),
    *KNOWN,
)
OPS: dict[str, Words] = {
    "text": (("=", _("is")), ("!=", _("is not")), ("in", _("is one of")), *KNOWN),
    "boolean": (("=", _("is true:")), *KNOWN),
    "list": (("contains", _("has")), ("lacks", _("does not have")), *KNOWN),
    "number": NUMBER,
    "days": NUMBER,
}
COUNTS: Words = (*NUMBER[:6], ("never", _("never")))
TIMES, DAYS = "times", "days"
COUNTED: Words = ((TIMES, _("times")), (DAYS, _("different days of use")))  # what is counted of use
PERIODS: Words = (
    ("d", _("days")),
    ("w", _("weeks")),
    ("mo", _("months")),
    ("y", _("years")),
    ("h", _("hours")),
    ("m", _("minutes")),
)
# Units of facts, as they stand behind a number.
UNITS: dict[str, Any] = {
    "days": _("days"),
    "uses": _("uses"),
    "ratio": _("ratio"),
    "events": _("times"),
    "perks": _("perks"),
    "0 to 10": _("0 to 10"),
    "wishes": _("wishes"),
    "signs": _("signs"),
    "members": _("members"),
    "acts": _("times"),
    "asks": _("times"),
    "offers": _("offers"),
    "renewals": _("renewals"),
}


def _facts(names: str) -> tuple[str, ...]:
    return tuple(f"fact:{name}" for name in names.split())


THEMES: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("What happened, and where they are"), ("event", "segment", "flow")),
    (
        _("Membership"),
        _facts(
            "stage stage_days circle plan standing status trial tenure_days days_since_joined renewals"
            " former_days cancel_reason card_expires_days"
        ),
    ),
    (
        _("Use"),
        _facts(
            "pulse days_since_consumption consumption_28d consumption_ratio usage_known activated events_attended"
        ),
    ),
    (
        _("Closeness"),
        _facts(
            "dialogue_365d days_since_conversation wishes_open last_answer last_answer_days nps nps_days"
            " advocacy_365d referrals_confirmed"
            " asks_12m offers_12m owner"
        ),
    ),
    (
        _("Value and money"),
        _facts(
            "price mrr currency paid_total lifetime_value value_saved_total value_28d perks promise_ratio"
            " days_since_value_shown referred_revenue"
        ),
    ),
    (_("The person"), _facts("tags reachable_by age_band locale country source told_by account")),
)
