"""What a simulation tells: who would have entered, got what and when, letters per day beside what really left."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.models import Enrolment, Flow
from mail import claiming, reasons, rendering, values
from mail.models import Message, Postponement
from members.models import ExternalId

SHOWN = 200  # members told one by one
MENTIONS = re.compile(r"\{[{%]")
Status = Message.Status
PerDay = Mapping[dt.date, int]


@dataclass
class Letter:
    """One letter of the flow: how many would have been sent, and how many not, by the code of the reason.

    `postponed` of those that were sent left later; `waited_for` counts what stood in their way, once for each letter.
    """

    step: str
    letter: str
    sent: int = 0
    not_sent: Counter[str] = field(default_factory=Counter)
    postponed: int = 0
    waited_for: Counter[str] = field(default_factory=Counter)
    on_their_way: int = 0


@dataclass
class Run:
    """One member's way: when they entered (aware), and the letters with their moment and what came of each."""

    member: int
    uuid: str
    name: str
    external_id: str
    entered_at: dt.datetime
    status: str
    letters: list[dict[str, Any]]


@dataclass
class Told:
    """The whole answer for (since, until]. `as_of_today` names what has no history; `is_whole` is false when time ran
    out at `until`. Days are UTC. `runs` are the first 200 who entered.
    """

    since: dt.datetime
    until: dt.datetime
    is_whole: bool = True
    entered: int = 0
    got_letters: int = 0  # members
    held_out: int = 0
    not_entered: Counter[str] = field(default_factory=Counter)
    letters: list[Letter] = field(default_factory=list)
    per_day: PerDay = field(default_factory=dict)
    really_per_day: PerDay = field(default_factory=dict)
    all_really_per_day: PerDay = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    as_of_today: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Really:
    """What really left in the time, by UTC day: of the runs that began in it (`groups`), and of the whole house."""

    groups: frozenset[str]
    per_day: PerDay
    all_per_day: PerDay


def really(flow: Flow, since: dt.datetime, until: dt.datetime) -> Really:
    """Reads what really left; before the sandbox hides it."""
    runs = Enrolment.objects.filter(flow=flow, entered_at__gt=since).values_list("pk", flat=True)
    groups = frozenset(f"flow:{pk}" for pk in runs)
    sent = Message.objects.filter(status=Status.SENT, finished_at__gt=since, finished_at__lte=until)
    left = list(sent.values_list("group", "finished_at"))
    return Really(
        groups, _by_day(at for group, at in left if group in groups), _by_day(at for _group, at in left)
    )


def tell(flow: Flow, told: Told) -> Told:
    """Reads the answer from what the engine wrote in the sandbox."""
    runs = list(Enrolment.objects.filter(flow=flow, entered_at__gt=told.since).order_by("entered_at", "pk"))
    told.held_out = sum(run.status == Enrolment.Status.HELD_OUT for run in runs)
    told.entered = len(runs) - told.held_out
    letters = _letters({run.group for run in runs})
    told.got_letters = len({one.member_id for one in letters if one.status == Status.SENT})
    told.letters = _summed(flow, letters)
    told.per_day = _by_day(one.finished_at for one in letters if one.status == Status.SENT)
    told.runs = _ways(
        [run for run in runs if run.status != Enrolment.Status.HELD_OUT][:SHOWN], letters, told.until
    )
    return told


def code(reason: str) -> str:
    """Why a letter stayed, without the moment and the member: `no_consent`, or `no_room: cap 2/7d | quiet_hours`."""
    kind = reason.partition(":")[0]
    return ": ".join(filter(None, (kind, " | ".join(reasons.hindrances(reason)))))


def uid_of(letter: Message) -> str:
    """The step that a flow's letter belongs to, as its key says."""
    return letter.key.split(":")[2]


def _letters(groups: set[str]) -> list[Message]:
    rows = Message.objects.filter(group__startswith="flow:").order_by("first_due_at", "pk")
    return [one for one in rows.defer("values").iterator() if one.group in groups]


def _summed(flow: Flow, letters: Sequence[Message]) -> list[Letter]:
    assert flow.current is not None
    steps = [step for step in flow.current.definition["steps"] if step["kind"] == "send"]
    found = {step["uid"]: Letter(step["uid"], step["letter"]) for step in steps}
    waited = _waited()
    for one in letters:
        row = found[uid_of(one)]
        if one.status == Status.SENT:
            row.sent += 1
            row.postponed += one.pk in waited
            row.waited_for.update(waited.get(one.pk, ()))
        elif one.status in (Status.SKIPPED, Status.FAILED):
            row.not_sent[code(one.reason)] += 1
        else:
            row.on_their_way += 1
    return list(found.values())


def _waited() -> dict[int, set[str]]:
    """What stood in the way of each letter that was put off."""
    found: dict[int, set[str]] = {}
    for pk, reason in Postponement.objects.values_list("message_id", "reason"):
        found.setdefault(pk, set()).update(reasons.hindrances(reason))
    return found


def _ways(runs: Sequence[Enrolment], letters: Sequence[Message], now: dt.datetime) -> list[Run]:
    of_run: dict[str, list[Message]] = {run.group: [] for run in runs}
    for one in letters:
        of_run.get(one.group, []).append(one)
    subjects = _subjects([one.pk for theirs in of_run.values() for one in theirs], now)
    ids = ExternalId.objects.filter(member__in=[run.member_id for run in runs], source=ExternalId.HOUSE)
    known = dict(ids.values_list("member_id", "value"))
    return [
        Run(
            run.member_id,
            str(run.member.uuid),
            run.member.name,
            known.get(run.member_id, ""),
            run.entered_at,
            run.status,
            [_line(one, subjects.get(one.pk, "")) for one in of_run[run.group]],
        )
        for run in _with_members(runs)
    ]


def _with_members(runs: Sequence[Enrolment]) -> Iterable[Enrolment]:
    return (
        Enrolment.objects.filter(pk__in=[run.pk for run in runs])
        .select_related("member")
        .order_by("entered_at", "pk")
    )


def _subjects(keys: Sequence[int], now: dt.datetime) -> dict[int, str]:
    """What those of these letters that were sent are called: they were only counted, so it is not written yet.

    What letters may mention is gathered for those alone whose subject mentions something.
    """
    rows = Message.objects.filter(pk__in=keys, status=Status.SENT).select_related("member__plan")
    sent = list(rows.prefetch_related(claiming.VERSIONS))
    found = {one.pk: one.letter_version.texts[values.language_of(one)]["subject"] for one in sent}
    open_ = [one for one in sent if MENTIONS.search(found[one.pk])]
    known = values.gather(open_, now) if open_ else {}
    for one in open_:
        try:
            found[one.pk] = rendering.line(found[one.pk], known[one.pk])
        except rendering.RenderError:
            del found[one.pk]
    return found


def _line(one: Message, subject: str) -> dict[str, Any]:
    return {
        "step": uid_of(one),
        "subject": subject,
        "at": one.finished_at or one.due_at,
        "status": one.status,
        "reason": one.reason_in_words,
    }


def _by_day(moments: Iterable[dt.datetime | None]) -> PerDay:
    return dict(sorted(Counter(at.astimezone(dt.UTC).date() for at in moments if at).items()))
