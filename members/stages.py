"""Where members stand in the reverse funnel. Joining, leaving and returning follow from the subscriptions."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from members import events, lifetimes, untrue_leavings
from members.lifetimes import Life
from members.models import Event, Member, Plan, StageChange, Subscription
from members.models.member import Stage

Kind = StageChange.Kind
ENDED = "subscription.ended"
LIVE = ("trialing", "active", "past_due", "paused", "cancelled")
STATUS_ORDER = ("active", "trialing", "past_due", "paused", "cancelled", "ended")
NEW_START_AFTER = dt.timedelta(days=180)  # house rule 4: who returns later than this begins anew
LONG_AGO = dt.datetime(1, 1, 2, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Absence:
    """The time between the end of all contracts and the start of the next one."""

    left_at: dt.datetime
    returned_at: dt.datetime


def join(member: Member, at: dt.datetime, event: Event | None) -> None:
    """Writes the first line of the stage history: onboarding begins at `at`."""
    StageChange.objects.create(
        member=member, kind=Kind.JOINED, to_stage=Stage.ONBOARDING, at=at, event=event, rule="joined"
    )


def settle(
    member: Member, event: Event | None, at: dt.datetime, now: dt.datetime, *, quiet: bool = False
) -> None:
    """Brings status and stage of a member in line with the subscriptions, whichever order they came in.

    No live subscription left: `former` since the last one ended. A live one again: back to the stage before
    leaving, or to onboarding after more than 180 days away. A contract that follows another back to back is neither:
    a leaving that was written before anybody knew of it is taken back (decision 12). Runs in the transaction of the
    change, after its spans were written.
    """
    held = sorted(member.subscriptions.select_related("plan"), key=_precedence)
    if not held:
        return
    member.status, member.plan = held[0].status, _plan(held) or member.plan
    member.save(update_fields=["status", "plan"])
    move = _Mover(member, event, now, quiet)
    if member.status not in LIVE:
        move.away(max(row.ended_at or at for row in held))
        return
    life, absence = _present(member, held)
    if life:
        untrue_leavings.take_back(member, life)
    if absence:
        move.back(absence)
    elif member.stage == Stage.FORMER:
        move.was_never_away()


def _precedence(row: Subscription) -> tuple[int, float, str, str]:
    began = row.started_at or LONG_AGO
    return STATUS_ORDER.index(row.status), -began.timestamp(), row.source, row.external_id


def _plan(held: Sequence[Subscription]) -> Plan | None:
    return next((row.plan for row in held if row.plan), None)


def _present(member: Member, held: Sequence[Subscription]) -> tuple[Life | None, Absence | None]:
    """The life under contract that goes on, and the time away before it; contracts that follow each other are one."""
    found = lifetimes.lives_of(member)
    live = [row.started_at or member.joined_at for row in held if row.status in LIVE]
    begun = [place for place, life in enumerate(found) if life.since <= min(live)]
    if not begun:
        return None, None
    life, before = found[begun[-1]], found[begun[-1] - 1] if begun[-1] else None
    return life, Absence(before.until, life.since) if before and before.until else None


class _Mover:
    """Writes moves of one member that follow from one change of a contract."""

    def __init__(self, member: Member, event: Event | None, now: dt.datetime, quiet: bool) -> None:
        self.member, self.event, self.now, self.quiet = member, event, now, quiet

    def away(self, at: dt.datetime) -> None:
        """The member left at `at`; learning the day later corrects it."""
        if self.member.stage != Stage.FORMER:
            self._move(Kind.LEFT, Stage.FORMER, at)
        elif self.member.stage_since != at:
            self._stand(Stage.FORMER, at)
            if left := self._leaving():
                StageChange.objects.filter(pk=left.pk).update(at=at)

    def back(self, absence: Absence) -> None:
        """The member was away and is here again; also where the return was told of before the leaving."""
        if self.member.stage != Stage.FORMER:
            if self.member.stage_since >= absence.returned_at:
                self._was_back_sooner(absence)
                return
            self._move(Kind.LEFT, Stage.FORMER, absence.left_at)
        self._move(Kind.RETURNED, self._stage_after(absence), absence.returned_at)

    def _was_back_sooner(self, absence: Absence) -> None:
        """A contract told of late began before the one that brought the member back: the return is set right."""
        last = self.member.stage_changes.order_by("-pk").first()
        if not last or last.kind != Kind.RETURNED or last.at <= absence.returned_at:
            return
        left = self._leaving()
        if left is None or left.at > absence.returned_at:
            return
        stage = self._stage_after(absence)
        StageChange.objects.filter(pk=last.pk).update(at=absence.returned_at, to_stage=stage)
        self._stand(stage, absence.returned_at)

    def was_never_away(self) -> None:
        """Another contract, told of late, had gone on all the time: all stands as it stood before."""
        left = self._leaving()
        before = self.member.stage_changes.filter(pk__lt=left.pk).order_by("-pk").first() if left else None
        stage = Stage(left.from_stage) if left and left.from_stage else Stage.ONBOARDING
        since = before.at if before else self.member.joined_at
        self._move(Kind.RETURNED, stage, since)

    def _stage_after(self, absence: Absence) -> Stage:
        left = self._leaving()
        is_new_start = absence.returned_at - absence.left_at > NEW_START_AFTER
        return Stage.ONBOARDING if is_new_start or not left or not left.from_stage else Stage(left.from_stage)

    def _leaving(self) -> StageChange | None:
        return self.member.stage_changes.filter(kind=Kind.LEFT).order_by("-pk").first()

    def _move(self, kind: Kind, to_stage: Stage, at: dt.datetime) -> None:
        change = StageChange.objects.create(
            member=self.member,
            kind=kind,
            from_stage=self.member.stage,
            to_stage=to_stage,
            at=at,
            event=self.event,
            rule=str(kind),
            values={"status": self.member.status},
        )
        self._stand(to_stage, at)
        data = {"stage": to_stage, "from": change.from_stage}
        draft = events.Draft("stage.entered", self.member, at, f"stage:{change.pk}", data)
        events.record(draft, self.now, quiet=self.quiet)

    def _stand(self, stage: Stage, since: dt.datetime) -> None:
        self.member.stage, self.member.stage_since = stage, since
        self.member.save(update_fields=["stage", "stage_since"])
