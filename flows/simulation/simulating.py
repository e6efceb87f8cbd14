"""Runs a draft against the last days of real history. Nothing is written, and nothing is sent."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flows import publishing, sweeping
from flows.models import Flow
from flows.simulation import meanwhile, mentioning, past, replay, sandbox, telling
from mail import transports

LONGEST = 366  # days
PATIENCE = 30.0  # seconds, real time


def simulate(
    flow: Flow,
    definition: Mapping[str, Any],
    days: int,
    now: dt.datetime,
    patience: float = PATIENCE,
    passing: replay.Passing = replay.unheard,
) -> telling.Told:
    """What `definition` would have done as this flow from `days` days before `now` until `now`.

    Stops after `patience` seconds of real time and says how far it came; `passing` hears on the way. Raises
    checking.FlowErrors with everything that is wrong with the definition, ValueError for days out of range.
    """
    if not 1 <= days <= LONGEST:
        raise ValueError(f"days: from 1 to {LONGEST}")
    since = now - dt.timedelta(days=days)
    members = past.Past(since)
    with sandbox.nothing_stays(transports.Kept()), sandbox.members_from(members.load, members.bring):
        really = telling.really(flow, since, now)
        beside = meanwhile.Meanwhile(since, now, really.groups)
        meanwhile.lay_out(since)
        sandbox.answered()
        sandbox.lay_out(flow, definition, since)
        published = publish(flow, definition, since)
        played = replay.Replay(published, since, now, members, beside)
        is_whole = played.run(patience, passing)
        told = telling.Told(since, played.reached, is_whole)
        told.really_per_day, told.all_really_per_day = really.per_day, really.all_per_day
        assert published.current is not None
        told.as_of_today = mentioning.without_history(
            published.current.definition, dates=played.dates.is_as_of_today
        )
        told.not_entered = played.refused
        return telling.tell(published, told)


def publish(flow: Flow, definition: Mapping[str, Any], since: dt.datetime) -> Flow:
    """Makes the definition live in the sandbox, as if it had been published at `since`, and asks nobody for a yes."""
    said = {**definition, "slug": flow.slug}
    if said.get("hold"):
        said["hold"] = False
    version, _is_new = publishing.publish(said, since, without_face=True)
    Flow.objects.filter(pk=flow.pk).update(
        current=version, first_published_at=since, paused_at=None, ramp=100, letters_to_hold=0
    )
    sweeping.follow(flow, version, since)
    return Flow.objects.select_related("current").get(pk=flow.pk)
