"""The dictionary of facts: what conditions may ask about a member, with type, unit and meaning.

A fact is a column, never an age: days are kept as dates and compared as dates, so that no night has to touch a row
whose day only moved on. Rooms write their columns of `MemberFacts` in bulk.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Exists, IntegerField, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from members import ages, answers
from members.models import Member, MemberTag
from members.models.member import Circle, Stage

Type = Literal["text", "number", "boolean", "list", "days"]


@dataclass(frozen=True)
class Fact:
    """One question about a member.

    `column` is a path from Member. What is no column says in SQL when it has a value (`says`, at a moment) and when
    it is known at all (`known`), and reads the same from a member (`reads`). A `days` fact counts whole days since
    (`is_ahead`: until) a date column; a list fact `says` whether a word is in it. `choices` are the words it can have.
    """

    name: str
    type: Type
    unit: str
    meaning: Any
    column: str = ""
    choices: tuple[Any, ...] = ()
    says: Callable[[Any, dt.datetime], Q] | None = None
    known: Q | None = None
    reads: Callable[[Member, dt.datetime], Any] | None = None
    is_ahead: bool = False

    def read(self, member: Member, now: dt.datetime) -> Any:
        """The member's value at `now`; None means unknown, which is not zero."""
        value = self.reads(member, now) if self.reads else _column(member, self.column)
        if self.type == "days":
            span = (now, value) if self.is_ahead else (value, now)
            return None if value is None else days_between(*span)
        return None if value == "" else value

    def is_known(self) -> Q:
        """Whether the value is known, in SQL."""
        if self.known is not None:
            return self.known
        present = Q(**{f"{self.column}__isnull": False})
        return present & ~Q(**{self.column: ""}) if self.type == "text" else present

    def equals(self, value: Any, now: dt.datetime) -> Q:
        """Whether the value is, or for a list contains, `value`, in SQL; true only of what is known."""
        if self.is_whole() and isinstance(value, float) and not value.is_integer():
            return NEVER  # Django would cut off what follows the point
        return self.is_known() & (self.says(value, now) if self.says else Q(**{self.column: value}))

    def is_whole(self) -> bool:
        """Whether its column holds whole numbers only."""
        return self.type == "number" and isinstance(_field(self.column), IntegerField)


def days_between(since: dt.datetime | dt.date, now: dt.datetime) -> int:
    """Whole days from a moment to `now`, rounded down; of a date, from its midnight UTC."""
    if not isinstance(since, dt.datetime):
        since = dt.datetime.combine(since, dt.time(), dt.UTC)
    return (now - since) // dt.timedelta(days=1)


READ_WITH = ("plan", "account", "facts", "tag_rows")  # what reading facts needs of members


def _field(path: str) -> Any:
    model: Any = Member
    *rooms, name = path.split("__")
    for room in rooms:
        model = model._meta.get_field(room).related_model
    return model._meta.get_field(name) if name else None


def _column(member: Member, path: str) -> Any:
    value: Any = member
    for name in path.split("__"):
        value = getattr(value, name, None) if value is not None else None
    return value


ALWAYS = Q(pk__isnull=False)
NEVER = Q(pk__in=[])


def _has_tag(tag: Any, _now: dt.datetime) -> Q:
    return Q(Exists(MemberTag.objects.filter(member=OuterRef("pk"), tag=tag)))


def _tags(member: Member, _now: dt.datetime) -> list[str]:
    return member.tags


WAYS: Mapping[str, Q] = {"email": ~Q(email=""), "phone": ~Q(phone="")}


def _reachable(way: Any, _now: dt.datetime) -> Q:
    return WAYS.get(way, NEVER)


def _ways(member: Member, _now: dt.datetime) -> list[str]:
    return [way for way in WAYS if getattr(member, way)]


def _stands(standing: Any, _now: dt.datetime) -> Q:
    return Q(status__in=[status for status, word in STANDING.items() if word == standing])


def _is_trial(wanted: Any, _now: dt.datetime) -> Q:
    return Q(status="trialing") if wanted else ~Q(status="trialing")


def _is_activated(wanted: Any, _now: dt.datetime) -> Q:
    return Q(facts__activated_at__isnull=not wanted)


def _is_usage_known(wanted: Any, _now: dt.datetime) -> Q:
    return Q(facts__usage_known=True) if wanted else ~Q(facts__usage_known=True)


STANDING = {
    "trialing": "trial",
    "active": "active",
    "paused": "paused",
    "past_due": "overdue",
    "cancelled": "leaving",
    "ended": "ended",
}
PULSES = ("awake", "quiet", "sleeping", "unknown")
ANSWERS = tuple(answers.Outcome.values)
STATUSES = tuple(STANDING)
CARD = "facts__card_expires_at"

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("stage", "text", "", _("How far we have come together"), "stage", tuple(Stage.values)),
        Fact("stage_days", "days", "days", _("Days in this stage"), "stage_since"),
        Fact("circle", "text", "", _("How close we are now"), "circle", tuple(Circle.values)),
        Fact(
            "tenure_days",
            "days",
            "days",
            _("Days as a paying or trial member, this time"),
            "facts__tenure_since",
        ),
        Fact("plan", "text", "slug", _("The plan of the subscription"), "plan__slug"),
        Fact("status", "text", "", _("The state of the subscription"), "status", STATUSES),
        Fact(
            "standing",
            "text",
            "",
            _("The contract, in a word"),
            choices=tuple(STANDING.values()),
            says=_stands,
            known=Q(status__in=STATUSES),
            reads=lambda member, _now: STANDING.get(member.status),
        ),
        Fact(
            "trial",
            "boolean",
            "",
            _("Whether the subscription is a trial"),
            says=_is_trial,
            known=Q(status__in=STATUSES),
            reads=lambda member, _now: member.status == "trialing" if member.status in STATUSES else None,
        ),
        Fact(
            "activated",
            "boolean",
            "",
            _("Whether the member got first value"),
            says=_is_activated,
            known=ALWAYS,
            reads=lambda member, _now: _column(member, "facts__activated_at") is not None,
        ),
        Fact("price", "number", "minor units", _("What the member pays per term"), "facts__price"),
        Fact("currency", "text", "ISO 4217", _("The currency the member pays in"), "facts__currency"),
        Fact("mrr", "number", "minor units", _("What the member pays, per month"), "facts__mrr"),
        Fact(
            "paid_total", "number", "minor units", _("What the member has paid in all"), "facts__paid_total"
        ),
        Fact(
            "lifetime_value",
            "number",
            "minor units",
            _("What the member has paid and is expected to pay"),
            "facts__lifetime_value",
        ),
        Fact("locale", "text", "", _("The member's language"), "locale"),
        Fact("country", "text", "ISO 3166", _("The member's country"), "country"),
        Fact("source", "text", "", _("By way of what the member came"), "source"),
        Fact("told_by", "text", "", _("Who told the member about us"), "told_by"),
        Fact("account", "text", "", _("The company, by its id"), "account__external_id"),
        Fact("owner", "text", "", _("Who looks after the member"), "facts__owner"),
        Fact("tags", "list", "", _("Tags that staff or flows set"), says=_has_tag, known=ALWAYS, reads=_tags),
        Fact(
            "reachable_by",
            "list",
            "",
            _("Ways by which we can reach the member"),
            choices=tuple(WAYS),
            says=_reachable,
            known=ALWAYS,
            reads=_ways,
        ),
        Fact("days_since_joined", "days", "days", _("Days since the member joined"), "joined_at"),
        Fact("days_since_consumption", "days", "days", _("Days since the last use"), "facts__last_use_on"),
        Fact("consumption_28d", "number", "uses", _("Uses in the last 28 days"), "facts__consumption_28d"),
        Fact(
            "consumption_ratio",
            "number",
            "ratio",
            _("Last 28 days against the member's own rhythm; 1 is as usual"),
            "facts__consumption_ratio",
        ),
        Fact(
            "usage_known",
            "boolean",
            "",
            _("Whether we can see use at all"),
            says=_is_usage_known,
            known=ALWAYS,
            reads=lambda member, _now: bool(_column(member, "facts__usage_known")),
        ),
        Fact(
            "age_band",
            "text",
            "years",
            _("The member's age, roughly"),
            choices=tuple(ages.BANDS),
            says=ages.is_aged,
            known=Q(birth_year__isnull=False),
            reads=ages.band_of,
        ),
        Fact("pulse", "text", "", _("Whether the member uses it now"), "facts__pulse", PULSES),
        Fact("events_attended", "number", "events", _("Events attended"), "facts__events_attended"),
        Fact(
            "value_saved_total", "number", "minor units", _("Money saved in all"), "facts__value_saved_total"
        ),
        Fact("value_28d", "number", "minor units", _("Value of the last 28 days"), "facts__value_28d"),
        Fact("perks", "number", "perks", _("Perks earned"), "facts__perks"),
        Fact(
            "promise_ratio", "number", "ratio", _("Value received against promised"), "facts__promise_ratio"
        ),
        Fact(
            "days_since_value_shown",
            "days",
            "days",
            _("Days since the value was shown"),
            "facts__value_shown_at",
        ),
        Fact("nps", "number", "0 to 10", _("The last answer to “would you recommend us?”"), "facts__nps"),
        Fact("nps_days", "days", "days", _("Days since that answer"), "facts__nps_at"),
        Fact("last_answer", "text", "", _("What the last answer meant"), "facts__last_answer", ANSWERS),
        Fact("last_answer_days", "days", "days", _("Days since the last answer"), "facts__last_answer_at"),
        Fact("wishes_open", "number", "wishes", _("Wishes not answered yet"), "facts__wishes_open"),
        Fact("dialogue_365d", "number", "signs", _("Two-way signs in 365 days"), "facts__dialogue_365d"),
        Fact(
            "days_since_conversation",
            "days",
            "days",
            _("Days since the last two-way sign"),
            "facts__last_conversation_at",
        ),
        Fact(
            "referrals_confirmed",
            "number",
            "members",
            _("Friends who joined and paid"),
            "facts__referrals_confirmed",
        ),
        Fact(
            "referred_revenue",
            "number",
            "minor units",
            _("What those friends paid"),
            "facts__referred_revenue",
        ),
        Fact("advocacy_365d", "number", "acts", _("Acts for us in 365 days"), "facts__advocacy_365d"),
        Fact("asks_12m", "number", "asks", _("Times asked for something in 12 months"), "facts__asks_12m"),
        Fact("offers_12m", "number", "offers", _("Offers made in 12 months"), "facts__offers_12m"),
        Fact("renewals", "number", "renewals", _("Terms renewed, this time"), "facts__renewals"),
        Fact("card_expires_days", "days", "days", _("Days until the card expires"), CARD, is_ahead=True),
        Fact("former_days", "days", "days", _("Days since the member left"), "facts__former_since"),
        Fact("cancel_reason", "text", "", _("Why the member left"), "facts__cancel_reason"),
    )
}
