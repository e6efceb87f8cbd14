"""Whether somebody who was in a flow before may come in again: never, after a time, or once for each subscription."""

import datetime as dt
from collections.abc import Sequence

from flows.models import Enrolment
from flows.occasions import Occasion
from members import durations

NEVER, EACH_SUBSCRIPTION, AFTER = "never", "per subscription", "after "
INSIDE = "is in this flow already"
BEFORE = "has been in this flow before"
Status = Enrolment.Status


def problems(rule: str) -> list[str]:
    """Why this is no rule of re-entry; empty when it is one."""
    if rule in (NEVER, EACH_SUBSCRIPTION):
        return []
    if not rule.startswith(AFTER):
        return [f"reentry: “{rule}” is none of “never”, “after 90d” and “per subscription”"]
    try:
        durations.parse(rule.removeprefix(AFTER))
    except durations.BadDuration as error:
        return [f"reentry: {error}"]
    return []


def key(rule: str, occasion: Occasion) -> str:
    """For what one run at a time is allowed: a subscription, or nothing in particular."""
    return str(occasion.subscription.pk) if rule == EACH_SUBSCRIPTION and occasion.subscription else ""


def refusal(rule: str, before: Sequence[Enrolment], occasion: Occasion) -> str:
    """Why a member with these runs before may not come in now; empty when they may."""
    runs = [run for run in before if _is_for(run, occasion)] if rule == EACH_SUBSCRIPTION else before
    if any(run.status == Status.ACTIVE for run in runs):
        return INSIDE
    if rule == EACH_SUBSCRIPTION:
        # A date that sets the flow going does so once per term: another term of the same subscription counts anew.
        runs = [run for run in runs if not occasion.term or run.term in ("", occasion.term)]
    if not runs or not rule.startswith(AFTER):
        return BEFORE if runs else ""
    return _too_early(rule.removeprefix(AFTER), runs, occasion)


def _is_for(run: Enrolment, occasion: Occasion) -> bool:
    subscription = occasion.subscription.pk if occasion.subscription else None
    return run.key == (str(subscription) if subscription else "") or (
        subscription is not None and run.subscription_id == subscription
    )


def _too_early(duration: str, runs: Sequence[Enrolment], occasion: Occasion) -> str:
    end = max(_end(run) for run in runs)
    again: dt.datetime = durations.add(end, duration, durations.zone_of(occasion.member))
    return "" if occasion.at >= again else f"{BEFORE}; may come again from {again:%Y-%m-%d %H:%M} UTC"


def _end(run: Enrolment) -> dt.datetime:
    """When the run was over: one that went through, when its last step was planned, however late it was done; of
    somebody kept out, when they would have begun."""
    if run.status == Status.COMPLETED:
        return run.planned_at
    return run.finished_at or run.entered_at
