"""Did a letter come? One sentence about the last one, the one thing to do, why it was written, and what comes next."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.questions import plans, versions
from dashboard.words import events, letters, times
from flows.models import Decision, Enrolment, Flow
from mail import suppressions
from mail.models import Message, Suppression
from members.models import Event, Member

Status = Message.Status


@dataclass(frozen=True)
class Deed:
    """The one thing to do: what the button says, and where it leads."""

    words: str
    url: str


@dataclass(frozen=True)
class Answer:
    """`said` about the last letter, `why` it was written, what comes `next`; the last two may be empty.

    `is_known`: there was a letter.
    """

    said: str
    deed: Deed | None
    why: str
    next: str
    is_known: bool


@dataclass(frozen=True)
class _Asked:
    """Of whom it is asked, when, and whether letters to the address are stopped."""

    member: Member
    now: dt.datetime
    stopped: Suppression | None

    def when(self, moment: dt.datetime | None) -> str:
        return times.near(moment, self.now) if moment else ""

    def named(self, letter: Message) -> dict[str, str]:
        return {"letter": letters.name(letter), "due": self.when(letter.first_due_at)}


def read(member: Member, now: dt.datetime, flow: Flow | None = None) -> Answer:
    """About the last letter to this member, of one flow where one is asked about; a fixed number of queries."""
    runs = {
        run.group: run
        for run in member.enrolments.select_related("flow").order_by("pk")
        if not flow or run.flow == flow
    }
    rows = member.messages.defer("values").order_by("-first_due_at", "-pk")
    rows = rows.filter(group__in=runs) if flow else rows
    known = versions.attach(rows[:20])
    last = next((one for one in known if one.status not in Message.PENDING), None)
    ahead = [one for one in known if one.status in Message.PENDING]
    stopped = suppressions.suppressed([member.email]).get(member.email) if member.email else None
    asked = _Asked(member, now, stopped)
    said, deed = _about(last, asked) if last else _none(member, ahead)
    told = last or next(iter(ahead), None)
    return Answer(
        said,
        deed,
        _why(told, runs) if told else "",
        _next(asked, ahead, flow),
        told is not None,
    )


def _about(letter: Message, asked: _Asked) -> tuple[str, Deed | None]:
    if letter.status == Status.SENT:
        return _left(letter, asked)
    if letter.status == Status.UNKNOWN:
        text = _("“%(letter)s” was due %(due)s. The connection broke, and nobody knows whether it arrived.")
        return text % asked.named(letter), Deed(_("Look, and decide"), reverse("letters-unknown"))
    because, deed = _hindrance(letter, asked)
    text = _("“%(letter)s” was due %(due)s. It was not sent because %(because)s.")
    return text % {**asked.named(letter), "because": because}, deed


def _left(letter: Message, asked: _Asked) -> tuple[str, Deed | None]:
    member, stopped = asked.member, asked.stopped
    said = {
        **asked.named(letter),
        "at": asked.when(letter.finished_at),
        "address": letter.address or member.email,
    }
    is_same = stopped and letter.finished_at and stopped.at >= letter.finished_at
    if stopped and is_same and stopped.reason == Suppression.Reason.BOUNCED:
        text = _("“%(letter)s” was sent %(at)s and came back: %(because)s.")
        return text % {**said, "because": _bounced(stopped, asked.now)}, _correct(member)
    told = set(
        Event.objects.filter(
            member=member, key__in=[f"{name}:{letter.uuid}" for name in ("mail.delivered", "mail.clicked")]
        ).values_list("name", flat=True)
    )
    if told:
        text = _("“%(letter)s” was sent to %(address)s %(at)s, and arrived.")
    else:
        text = _("“%(letter)s” was sent to %(address)s %(at)s. Ask whether it lies among unwanted mail.")
    return text % said, Deed(_("Read it"), reverse("letter", args=[letter.uuid]))


def _hindrance(letter: Message, asked: _Asked) -> tuple[str, Deed | None]:
    """What stood in the way, and the one thing to do about it."""
    member, stopped = asked.member, asked.stopped
    code, _colon, detail = letter.reason.partition(":")
    if code == "suppressed" and stopped and stopped.reason == Suppression.Reason.BOUNCED:
        return _bounced(stopped, asked.now), _correct(member)
    if code == "suppressed" and stopped and stopped.reason == Suppression.Reason.COMPLAINED:
        day = times.day(stopped.at, asked.now)
        return _("an earlier letter was reported as unwanted on %s") % day, _call(member)
    if code in ("no_address", "refused", "suppressed"):
        return letter.reason_in_words, _correct(member)
    if code == "no_consent":
        return letter.reason_in_words, Deed(_("What they agreed to"), f"{_page(member)}#permissions")
    if code == "unreadable":
        return letter.reason_in_words, Deed(_("Look at the letter"), reverse("letter", args=[letter.uuid]))
    return letter.reason_in_words or detail or _("it was taken back"), _write(member)


def _bounced(stopped: Suppression, now: dt.datetime) -> str:
    said = {"day": times.day(stopped.at, now), "detail": stopped.detail}
    if stopped.detail:
        return _("the address bounced on %(day)s (%(detail)s)") % said
    return _("the address bounced on %(day)s") % said


def _none(member: Member, ahead: Sequence[Message]) -> tuple[str, Deed | None]:
    name = member.first_name or member.name
    if ahead:
        letter = ahead[-1]
        if letter.status == Status.HELD:
            text = _("The first letter to %s waits for a yes.") % name
            return text, Deed(_("Look at it"), reverse("letters-held"))
        return _("The first letter to %s is on its way.") % name, None
    text = _("No letter to %s has been due so far.") % name
    return text, Deed(_("Let into a flow …"), reverse("member-entries", args=[member.uuid]))


def _why(letter: Message, runs: dict[str, Enrolment]) -> str:
    """Because of what it was written: the flow, and what let the member in."""
    run = runs.get(letter.group)
    if run is None:
        return ""
    entry = Decision.objects.filter(enrolment=run).select_related("event").order_by("pk").first()
    what = events.name(entry.event.name) if entry and entry.event else ""
    if what:
        return _("It belongs to “%(flow)s”, because of this: %(what)s.") % {"flow": run.flow, "what": what}
    return _("It belongs to “%s”.") % run.flow


def _next(asked: _Asked, ahead: Sequence[Message], flow: Flow | None) -> str:
    if ahead:
        letter = min(ahead, key=lambda one: one.due_at)
        text = _("Next comes “%(letter)s”, %(at)s.")
        return text % {"letter": letters.name(letter), "at": asked.when(letter.due_at)}
    waiting = plans.waiting().filter(member=asked.member).select_related("flow", "member")
    waiting = waiting.filter(flow=flow) if flow else waiting
    planned = plans.letters(waiting.order_by("due_at", "pk")[:1])
    if not planned:
        return _("No other letter is planned.")
    first = planned[0]
    said = {"letter": first.name, "at": asked.when(first.at), "unless": first.unless}
    if first.unless:
        return _("Next comes “%(letter)s”, %(at)s, unless this comes first: %(unless)s.") % said
    return _("Next comes “%(letter)s”, %(at)s.") % said


def _page(member: Member) -> str:
    return reverse("member", args=[member.uuid])


def _correct(member: Member) -> Deed:
    words = _("Correct the address") if member.email else _("Write down an address")
    return Deed(words, f"{_page(member)}#address")


def _call(member: Member) -> Deed | None:
    return Deed(_("Call"), f"tel:{member.phone}") if member.phone else None


def _write(member: Member) -> Deed | None:
    return Deed(_("Write"), f"mailto:{member.email}") if member.email else _call(member)
