"""A flow pauses itself when its letters are unwanted: 0.1 % complaints or 5 % hard bounces of its last 1,000 letters.

Small numbers are judged with care. One bounce in ten letters says nothing: five are needed, whatever the share. One
complaint counts in a full thousand, as the limit says; before that it takes two. The limits are those of the large
mailbox providers (Google and Yahoo, sender guidelines of 2024: stay below 0.1 %). What a person has looked at is not
held against the flow again: after a pause the count begins anew.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from flows import standing_still
from flows.models import Enrolment, Flow, Step, Watch
from mail import holding_back, suppressions
from mail.models import Message, Suppression
from members import identity
from members.models import Event
from office import audit

LAST = 1000  # letters
COMPLAINTS, BOUNCES = 0.001, 0.05  # shares of them
SOME_COMPLAINTS, SOME_BOUNCES = 2, 5  # fewer say nothing while fewer than LAST letters were sent, or ever
EVERY = dt.timedelta(minutes=5)
FIRST_LOOK = dt.timedelta(days=30)  # how far back the very first look goes
OVERLAP = 1000  # events looked at once more: whoever wrote an earlier one may have been slower
COMPLAINED, BOUNCED = "mail.complained", "mail.bounced"
REFUSED = "refused"
Status = Message.Status


@dataclass(frozen=True)
class Tally:
    """What became of a flow's last letters."""

    letters: int
    complaints: int
    bounces: int

    @property
    def reason(self) -> str:
        """Why the flow must pause, as it is kept: a code and the numbers. Empty when it need not."""
        if self._is_over(self.complaints, COMPLAINTS, 1 if self.letters >= LAST else SOME_COMPLAINTS):
            return f"complained: {self.complaints}/{self.letters}"
        if self._is_over(self.bounces, BOUNCES, SOME_BOUNCES):
            return f"bounced: {self.bounces}/{self.letters}"
        return ""

    def _is_over(self, number: int, share: float, least: int) -> bool:
        return number >= least and number >= share * self.letters


def watch(now: dt.datetime) -> int:
    """Pauses the live flows that have come over a limit; how many. Looks at most every five minutes.

    Costs what is new: only flows with a letter that was refused, bounced or complained about since are judged.
    """
    mark = Watch.objects.first()
    if mark and now - mark.looked_at < EVERY:
        return 0
    with transaction.atomic():
        mark, _new = Watch.objects.select_for_update(no_key=True).get_or_create(
            pk=mark.pk if mark else 1, defaults={"looked_at": now - FIRST_LOOK}
        )
        suspects = _refused_since(mark.looked_at) | _told_since(mark.event)
        mark.event = Event.objects.aggregate(newest=Max("pk"))["newest"] or 0
        mark.looked_at = now
        mark.save()
        return sum(_judge(flow, now) for flow in Flow.objects.filter(pk__in=suspects, paused_at=None))


def tally(flow: Flow) -> Tally:
    """Counts what became of the flow's last 1,000 letters, since it last paused itself."""
    letters = _last_letters(flow)
    refused = {letter.address for letter in letters if letter.status == Status.FAILED}
    dead = {
        address
        for address, row in suppressions.suppressed(refused).items()
        if row.reason == Suppression.Reason.BOUNCED
    }
    bounced = {letter.uuid for letter in letters if letter.status == Status.FAILED and letter.address in dead}
    by_uuid, complained = {str(letter.uuid): letter for letter in letters}, set()
    for event in _told_of({letter.member_id for letter in letters}):
        named = by_uuid.get(str(event.data.get("letter")))
        if named and event.name == COMPLAINED:
            complained.add(named.uuid)
        elif named and event.data.get("kind") != "soft":
            bounced.add(named.uuid)
    return Tally(len(letters), len(complained), len(bounced))


def in_words(reason: str) -> str:
    """Why a flow paused itself, as staff read it; empty where it did not."""
    code, _colon, numbers = reason.partition(": ")
    number, _slash, letters = numbers.partition("/")
    said = {"number": number, "letters": letters}
    if code == "complained":
        return _("%(number)s of the last %(letters)s letters were reported as unwanted.") % said
    if code == "bounced":
        return _("%(number)s of the last %(letters)s letters went to addresses that do not exist.") % said
    return reason


def _judge(flow: Flow, now: dt.datetime) -> int:
    reason = tally(flow).reason
    if not reason:
        return 0
    live = Flow.objects.filter(pk=flow.pk, paused_at=None)
    paused = live.update(paused_at=now, paused_by=None, paused_reason=reason, judged_since=now)
    if paused:
        holding_back.hold(standing_still.letters(flow))  # what is on its way would be unwanted too
        audit.record(None, "flow.paused", flow.slug, now, reason=reason)
    return paused


def _refused_since(moment: dt.datetime) -> set[int]:
    refused = Message.objects.filter(
        status=Status.FAILED, finished_at__gte=moment, reason__startswith=REFUSED, group__startswith="flow:"
    )
    return _flows_of(refused.values_list("group", flat=True))


def _told_since(event: int) -> set[int]:
    told = Event.objects.filter(pk__gt=event - OVERLAP, name__in=(COMPLAINED, BOUNCED))
    letters = {str(data.get("letter", "")) for data in told.values_list("data", flat=True)}
    named = [text for text in letters if identity.parse_uuid(text)]
    known = Message.objects.filter(uuid__in=named, group__startswith="flow:")
    return _flows_of(known.values_list("group", flat=True))


def _told_of(members: Iterable[int]) -> QuerySet[Event]:
    return Event.objects.filter(member__in=members, name__in=(COMPLAINED, BOUNCED))


def _flows_of(groups: Iterable[str]) -> set[int]:
    runs = {int(group.partition(":")[2]) for group in groups}
    return set(Enrolment.objects.filter(pk__in=runs).values_list("flow_id", flat=True))


def _last_letters(flow: Flow) -> Sequence[Message]:
    """Those that a mail server took, or refused for good."""
    versions = Step.objects.filter(version__flow=flow, letter_version__isnull=False).values("letter_version")
    handed_over = Q(status=Status.SENT) | Q(status=Status.FAILED, reason__startswith=REFUSED)
    letters = Message.objects.filter(handed_over, letter_version__in=versions, group__startswith="flow:")
    if flow.judged_since:
        letters = letters.filter(finished_at__gte=flow.judged_since)
    only = letters.only("uuid", "status", "address", "member_id", "group")
    return _ours(flow, list(only.order_by("-finished_at")[:LAST]))


def _ours(flow: Flow, letters: Sequence[Message]) -> list[Message]:
    """Another flow may send a letter that says the same."""
    runs = {int(letter.group.partition(":")[2]) for letter in letters}
    ours = set(Enrolment.objects.filter(pk__in=runs, flow=flow).values_list("pk", flat=True))
    return [letter for letter in letters if int(letter.group.partition(":")[2]) in ours]
