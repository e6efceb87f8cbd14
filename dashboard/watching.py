"""The house looks after itself: what is wrong becomes an alarm, once, and goes when it is over."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from api import endpoints
from dashboard.models import Alarm, Reading
from dashboard.questions import mailbox, replies, senders
from dashboard.words import mailbox as words
from flows import watching as flows
from mail import inbox
from mail import watching as mail
from members import ledger
from office.models import Beat

Kind = Alarm.Kind
HOURLY = (
    Kind.STILL,
    Kind.ASIDE,
    Kind.PAUSED,
    Kind.UNREADABLE,
    Kind.WEBHOOK,
    Kind.NIGHT,
    Kind.REPLY,
    Kind.MAILBOX,
    Kind.SENDER,
    Kind.RESTS,
    Kind.LEDGER,
)
NIGHT = "night: "  # before the names of the beats of nightly work
NIGHT_MISSED = dt.timedelta(hours=36)
MAILBOX_PATIENCE = dt.timedelta(hours=1)
SILENCE = dt.timedelta(minutes=15)
NO_SECOND_MAIL = dt.timedelta(days=1)  # of what comes and goes


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong now: what, about what, and what the words are made of."""

    kind: Kind
    subject: str
    values: Mapping[str, Any]


def sweep(now: dt.datetime) -> int:
    """Looks for what stands still, fails or does not answer; how many alarms were raised or are over."""
    found = [*_standing(now), *_aside(), *_paused(), *_unreadable(now), *_webhooks(now), *_nights(now)]
    found += [*_replies(now), *_mailbox(now), *_senders(now), *_rests(now), *_ledger()]
    return raise_(found, HOURLY, now)


def measure(now: dt.datetime) -> int:
    """Counts the day that is over against the weeks before; how many alarms were raised or are over."""
    known = flows.history(now)
    volumes, silences = flows.volumes(known), flows.silences(known)
    Reading.objects.bulk_create(
        [_reading(volume, now) for volume in volumes],
        update_conflicts=True,
        unique_fields=["flow", "measure", "days"],
        update_fields=["counted_at", "count", "low", "high", "verdict"],
    )
    Reading.objects.filter(counted_at__lt=now).delete()  # of flows that are not live any more
    silent = {(one.flow.pk, one.measure) for one in silences}
    unusual = [_finding(one) for one in volumes if one.verdict == "rose"]
    unusual += [
        _finding(one) for one in volumes if one.verdict == "fell" and (one.flow.pk, one.measure) not in silent
    ]
    return raise_([*unusual, *map(_silent, silences)], (Kind.VOLUME,), now)


def raise_(found: Iterable[Finding], kinds: Iterable[Kind], now: dt.datetime) -> int:
    """Raises what is new among these kinds, keeps what lasts, clears what is over; how many changed."""
    wanted = {(str(one.kind), one.subject): one for one in found}
    with transaction.atomic():
        standing = {(alarm.kind, alarm.subject): alarm for alarm in _open(kinds)}
        over = [alarm.pk for key, alarm in standing.items() if key not in wanted]
        Alarm.objects.filter(pk__in=over).update(cleared_at=now, mail_due_at=None)
        for key in wanted.keys() & standing.keys():
            if standing[key].values != wanted[key].values:
                Alarm.objects.filter(pk=standing[key].pk).update(values=wanted[key].values)
        new = [finding for key, finding in wanted.items() if key not in standing]
        Alarm.objects.bulk_create(_rows(new, now), ignore_conflicts=True)
    return len(over) + len(new)


def note_silence(since: dt.datetime, until: dt.datetime) -> None:
    """Writes down that the clock stood still, for the page and one mail; both times are real ones."""
    if until - since >= SILENCE:
        values = {"since": since.isoformat(), "until": until.isoformat()}
        Alarm.objects.create(
            kind=Kind.CLOCK, subject="", values=values, raised_at=until, cleared_at=until, mail_due_at=until
        )


def _open(kinds: Iterable[Kind]) -> Iterable[Alarm]:
    return Alarm.objects.filter(kind__in=list(kinds), cleared_at=None)


def _rows(new: list[Finding], now: dt.datetime) -> list[Alarm]:
    mailed = Alarm.objects.filter(mailed_at__gt=now - NO_SECOND_MAIL)
    lately = set(mailed.values_list("kind", "subject")) if new else set()
    return [
        Alarm(
            kind=one.kind,
            subject=one.subject,
            values=one.values,
            raised_at=now,
            mail_due_at=None if (str(one.kind), one.subject) in lately else now,
        )
        for one in new
    ]


def _standing(now: dt.datetime) -> list[Finding]:
    return [_still(Kind.STILL, standing) for standing in flows.standing_still(now)]


def _aside() -> list[Finding]:
    return [_still(Kind.ASIDE, standing) for standing in flows.set_aside()]


def _still(kind: Kind, standing: flows.Standing) -> Finding:
    flow = standing.flow
    values = {"flow": flow.name, "count": standing.count, "since": standing.since.isoformat()}
    return Finding(kind, flow.slug, values)


def _paused() -> list[Finding]:
    return [
        Finding(Kind.PAUSED, flow.slug, {"flow": flow.name, "reason": flow.paused_reason})
        for flow in flows.paused_themselves()
    ]


def _unreadable(now: dt.datetime) -> list[Finding]:
    return [
        Finding(Kind.UNREADABLE, letter.slug, {"letter": letter.slug, "count": count})
        for letter, count in mail.unreadable(now)
    ]


def _webhooks(now: dt.datetime) -> list[Finding]:
    return [
        Finding(
            Kind.WEBHOOK,
            endpoint.slug,
            {
                "since": endpoint.failing_since.isoformat() if endpoint.failing_since else "",
                "is_off": endpoint.disabled_at is not None,
                "endpoint": endpoint.pk,
            },
        )
        for endpoint in endpoints.troubled(now)
    ]


def _nights(now: dt.datetime) -> list[Finding]:
    """Nightly work that was not done for more than a night: it fails, and is tried again and again."""
    missed = Beat.objects.filter(name__startswith=NIGHT, at__lt=now - NIGHT_MISSED).order_by("at", "name")
    names = [beat.name.removeprefix(NIGHT) for beat in missed]
    since = missed[0].at.isoformat() if names else ""
    return [Finding(Kind.NIGHT, "", {"what": names[:5], "since": since})] if names else []


def _replies(now: dt.datetime) -> list[Finding]:
    """Members who wrote, and got no answer within three working days."""
    late = replies.overdue(now)
    values = {"count": late.number, "since": late.since.isoformat(), "who": late.who} if late else {}
    return [Finding(Kind.REPLY, "", values)] if late else []


def _mailbox(now: dt.datetime) -> list[Finding]:
    """The mailbox that members' answers come to does not answer for an hour."""
    box = inbox.failing(now, MAILBOX_PATIENCE)
    if box is None or box.failing_since is None:
        return []
    return [Finding(Kind.MAILBOX, box.name, {"since": box.failing_since.isoformat(), "why": box.error})]


def _senders(now: dt.datetime) -> list[Finding]:
    """People whose last day as a writer is near or over."""
    return [
        Finding(
            Kind.SENDER,
            row.slug,
            {
                "name": row.name,
                "until": row.until.isoformat(),
                "follower": row.replacement.name if row.replacement else "",
            },
        )
        for row in senders.leaving(now)
        if row.until
    ]


def _rests(now: dt.datetime) -> list[Finding]:
    """Letters do not leave: the mailbox rests for long or its limit is too low."""
    stuck = mailbox.stuck(now)
    return [Finding(Kind.RESTS, "", words.kept(stuck))] if stuck else []


def _ledger() -> list[Finding]:
    """The file that keeps refusals and erasures beyond a backup cannot be written."""
    why = ledger.trouble()
    return [Finding(Kind.LEDGER, "", {"why": why})] if why else []


def _finding(volume: flows.Volume) -> Finding:
    low, high = volume.limits
    values = {
        "flow": volume.flow.name,
        "slug": volume.flow.slug,
        "measure": volume.measure,
        "days": volume.days,
        "count": volume.count,
        "low": max(0, round(low)),
        "high": round(high),
        "verdict": volume.verdict,
    }
    return Finding(Kind.VOLUME, f"{volume.flow.slug}:{volume.measure}:{volume.days}", values)


def _silent(silence: flows.Silence) -> Finding:
    values = {
        "flow": silence.flow.name,
        "slug": silence.flow.slug,
        "measure": silence.measure,
        "days": silence.days,
        "usual": max(1, round(silence.usual)),
        "verdict": "silent",
    }
    return Finding(Kind.VOLUME, f"{silence.flow.slug}:{silence.measure}:silent", values)


def _reading(volume: flows.Volume, now: dt.datetime) -> Reading:
    low, high = volume.limits if volume.is_known else (None, None)
    return Reading(
        flow=volume.flow,
        measure=volume.measure,
        days=volume.days,
        counted_at=now,
        count=volume.count,
        low=low,
        high=high,
        verdict=volume.verdict,
    )
