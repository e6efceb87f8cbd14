"""What somebody here must look at: nothing, most days."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.models import Alarm as Noticed
from dashboard.questions import people, replies, senders
from dashboard.words import alarms as words
from dashboard.words import times
from flows.models import Enrolment, Flow
from intake.models import Delivery
from mail import holding_back
from mail.models import Message
from members.models import Event
from office import clock
from office.models import Beat

SILENCE = dt.timedelta(minutes=2)  # the clock beats every ten seconds
LATE = dt.timedelta(seconds=150)  # with workers alive nothing is overdue by more


@dataclass(frozen=True)
class Alarm:
    """One thing that needs a person, with the page that says more."""

    text: str
    link: str
    url: str
    is_bad: bool = True


def read(now: dt.datetime) -> list[Alarm]:
    """Everything that needs a person at `now`, worst first, in a fixed number of queries."""
    raised = (
        clock_standing_still(),
        letters_standing_still(now),
        unwelcomed(now),
        replies_waiting(now),
        *people_leaving(now),
        set_aside(),
        runs_set_aside(),
        *noticed(now),
        letters_held(now),
        flows_asking(now),
        letters_unknown(),
        no_flow(),
    )
    return [alarm for alarm in raised if alarm]


def clock_standing_still() -> Alarm | None:
    """Nothing is done any more: the programs that work in the background are off. By real time."""
    last = Beat.last(Beat.CLOCK)
    if last is None or clock.real_now() - last < SILENCE:
        return None
    text = _("The clock stands still since %s: nothing leaves") % times.near(last, clock.real_now())
    return Alarm(text, _("See what was noticed"), reverse("alarms"))


def noticed(now: dt.datetime) -> list[Alarm]:
    """What the house noticed by itself and is not over, except what stands here anyway."""
    here = [Noticed.Kind.ASIDE, Noticed.Kind.REPLY, Noticed.Kind.SENDER]
    rows = Noticed.objects.filter(cleared_at=None).exclude(kind__in=here).order_by("raised_at", "pk")
    return [Alarm(words.tell(row, now), _("See why"), words.page(row)) for row in rows]


def letters_standing_still(now: dt.datetime) -> Alarm | None:
    """Letters that should have left, and nothing carried them away."""
    late = Message.objects.filter(status=Message.Status.QUEUED, due_at__lt=now - LATE)
    found = late.aggregate(number=Count("pk"), since=Min("due_at"))
    if not found["number"]:
        return None
    text = _("Letters stand still since %s") % times.near(found["since"], now)
    return Alarm(text, _("See which"), reverse("letters"))


def unwelcomed(now: dt.datetime) -> Alarm | None:
    """Members who joined in the last days and have had no letter."""
    number = people.unwelcomed(now).count()
    if not number:
        return None
    text = _("Joined, not welcomed: %d") % number
    return Alarm(text, _("See who"), f"{reverse('members')}?show=not-welcomed")


def replies_waiting(now: dt.datetime) -> Alarm | None:
    """Members who wrote and got no answer within three working days."""
    late = replies.overdue(now)
    if late is None:
        return None
    values = {"number": late.number, "days": times.days((now - late.since).days), "who": late.who}
    text = ngettext(
        "%(number)d reply waits for %(days)s (%(who)s)",
        "%(number)d replies wait, the first for %(days)s (%(who)s)",
        late.number,
    )
    return Alarm(text % values, _("Read it"), reverse("replies"))


def people_leaving(now: dt.datetime) -> list[Alarm]:
    """People whose last day as a writer is near or over, as long as they still sign letters."""
    return [
        Alarm(
            words.leaving(row.name, row.until, row.replacement.name if row.replacement else "", now),
            _("Replace everywhere"),
            reverse("sender-replacement", args=[row.slug]),
            is_bad=row.replacement is None,
        )
        for row in senders.leaving(now)
        if row.until
    ]


def set_aside() -> Alarm | None:
    """Arrivals and events that could not be understood and wait for somebody."""
    number = (
        Delivery.objects.filter(status=Delivery.Status.PARKED).count()
        + Event.objects.filter(parked_at__isnull=False).count()
    )
    if not number:
        return None
    text = ngettext("%d arrival is set aside", "%d arrivals are set aside", number) % number
    return Alarm(text, _("See why"), f"{reverse('arrivals')}?show=set-aside")


def runs_set_aside() -> Alarm | None:
    """Members who stand still inside a flow because a step failed."""
    stuck = Q(enrolments__parked_at__isnull=False, enrolments__status=Enrolment.Status.ACTIVE)
    flows = list(Flow.objects.annotate(stuck=Count("enrolments", filter=stuck)).filter(stuck__gt=0))
    if not flows:
        return None
    number = sum(flow.stuck for flow in flows)
    text = ngettext("%d member stands still in a flow", "%d members stand still in a flow", number) % number
    return Alarm(text, _("See where"), reverse("flow", args=[flows[0].slug]))


def letters_held(now: dt.datetime) -> Alarm | None:
    """Letters that leave only when somebody here says yes."""
    held = Message.objects.filter(status=Message.Status.HELD).exclude(reason=holding_back.REASON)
    found = held.aggregate(number=Count("pk"), since=Min("created_at"))
    if not found["number"]:
        return None
    text = ngettext(
        "%(number)d letter waits for your yes, written %(since)s",
        "%(number)d letters wait for your yes, the first written %(since)s",
        found["number"],
    )
    said = text % {"number": found["number"], "since": times.near(found["since"], now)}
    return Alarm(said, _("Look at them"), reverse("letters-held"), is_bad=False)


def flows_asking(now: dt.datetime) -> Alarm | None:
    """New flows whose first letters were written: no other leaves before somebody lets them run."""
    asking = Flow.objects.filter(asks_to_run_at__isnull=False, paused_at=None)
    first = asking.order_by("asks_to_run_at").first()
    if first is None or first.asks_to_run_at is None:
        return None
    said = {"flow": first.name, "since": times.near(first.asks_to_run_at, now)}
    text = _("“%(flow)s” is new and asked %(since)s: may it run?") % said
    return Alarm(text, _("Decide"), reverse("letters-held-flow", args=[first.slug]), is_bad=False)


def letters_unknown() -> Alarm | None:
    """Letters whose connection broke while they were handed over."""
    number = Message.objects.filter(status=Message.Status.UNKNOWN).count()
    if not number:
        return None
    text = ngettext(
        "Of %d letter we do not know whether it arrived",
        "Of %d letters we do not know whether they arrived",
        number,
    )
    return Alarm(text % number, _("See which"), reverse("letters-unknown"), is_bad=False)


def no_flow() -> Alarm | None:
    """Nobody who joins gets a letter while no flow is live."""
    if Flow.objects.filter(current__isnull=False, paused_at=None).exists():
        return None
    return Alarm(_("No flow is live: who joins now gets no letters"), _("To the flows"), reverse("flows"))
