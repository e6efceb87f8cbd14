"""Which members a list shows: who matches a search, who is in a stage, who is in a flow."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from dashboard.questions import shown
from dashboard.questions.narrowed import Narrowed
from flows.models import Decision, Enrolment
from mail.models import Message
from members import finding, ladder, segments
from members.models import Event, Member

EVERYBODY = Q()
RECENT = dt.timedelta(days=7)
GRACE = dt.timedelta(minutes=5)
ORDERS = {
    "name": ("first_name", "last_name", "id"),
    "newest": ("-joined_at", "-id"),
    "longest": ("joined_at", "id"),
    "moved": ("-stage_since", "-id"),
}


@dataclass(frozen=True)
class Choice:
    """What somebody asked the list for; every part may be empty."""

    search: str = ""
    stage: str = ""
    segment: str = ""
    flow: str = ""
    step: str = ""
    show: str = ""
    plan: str = ""
    circle: str = ""
    sort: str = "newest"


def matching(choice: Choice, now: dt.datetime) -> QuerySet[Member]:
    """The members of this choice, unordered."""
    found = SHOWN[choice.show](now) if choice.show in SHOWN else Member.objects.all()
    found = found.filter(Narrowed(choice.plan, choice.circle).who())
    if choice.stage:
        found = found.filter(stage=choice.stage)
    if choice.flow:
        found = found.filter(Exists(_inside(choice)))
    if choice.segment:
        found = found.filter(segments.inside(choice.segment, now))
    return finding.search(found, choice.search)


def per_stage(who: Q = EVERYBODY) -> dict[str, int]:
    """How many members each stage has, of those who are meant."""
    rows = Member.objects.filter(who).order_by().values("stage").annotate(there=Count("*"))
    return {row["stage"]: row["there"] for row in rows}


def unwelcomed(now: dt.datetime) -> QuerySet[Member]:
    """Members who joined in the last 7 days as news, not as history, and to whom no letter has gone.

    History is stored as answered in the moment it is recorded. News may be answered in that moment too, when one
    tick does both: then a flow has decided about it.
    """
    decided = Exists(Decision.objects.filter(event=OuterRef("pk")))
    joined = Event.objects.filter(
        name="member.signed_up", occurred_at__gt=now - RECENT, recorded_at__lte=now - GRACE
    ).filter(Q(handled_at=None) | Q(handled_at__gt=F("recorded_at")) | decided)
    sent = Message.objects.filter(member=OuterRef("pk"), status=Message.Status.SENT)
    # The plain date first: it has an index, and leaves few members to ask the rest of.
    recent = Member.objects.filter(joined_at__gt=now - RECENT).exclude(stage=Member.Stage.FORMER)
    return recent.filter(Exists(joined.filter(member=OuterRef("pk"))), ~Exists(sent))


def _inside(choice: Choice) -> QuerySet[Enrolment]:
    runs = Enrolment.objects.filter(
        member=OuterRef("pk"), flow__slug=choice.flow, status=Enrolment.Status.ACTIVE
    )
    return runs.filter(step=choice.step) if choice.step else runs


SHOWN = {"not-welcomed": unwelcomed, "stalled": ladder.stalled, **shown.OF_HOME}
