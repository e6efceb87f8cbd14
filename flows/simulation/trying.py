"""Trials that take longer than a page waits: workers play them, say how far they are, and keep the answer a while."""

import datetime as dt
import hashlib
import json
import logging
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from typing import Any

from django.db import DatabaseError, connection, models
from django.db.models import F, Q
from django.db.models.functions import Now

from flows import checking
from flows.models import Flow, Trial
from flows.simulation import answers, simulating
from members.models import Member
from office import nudges

QUICK = 300  # members: of so few a page waits for the answer
PATIENCE = 240.0  # seconds, real time; a task of the workers ends after 270
LEASE = dt.timedelta(seconds=60)  # real time; renewed with each word of how far it is
SAY_EVERY = 1.0  # seconds, real time
KEPT = dt.timedelta(hours=1)  # until the same question is answered anew
TRIES = 2  # a worker that died over it may have died of it
log = logging.getLogger(__name__)


def is_quick() -> bool:
    """Whether trying a flow takes no longer than a page may take."""
    return not Member.objects.order_by().values("pk")[QUICK : QUICK + 1].exists()


def ask(flow: Flow, definition: Mapping[str, Any], days: int, now: dt.datetime) -> Trial:
    """The trial of this definition on so many days: the one that is kept or under way, else a new one."""
    new = {"definition": dict(definition), "asked_at": now, "until": now}
    trial, is_new = Trial.objects.get_or_create(flow=flow, mark=mark(definition), days=days, defaults=new)
    if not is_new and trial.finished_at and not trial.asked_at <= now < trial.asked_at + KEPT:
        trial.delete()
        return ask(flow, definition, days, now)
    if trial.finished_at is None:
        nudges.after_commit("engine")
    return trial


def mark(definition: Mapping[str, Any]) -> str:
    """Which definition this is."""
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()


def work(now: dt.datetime) -> int:
    """Plays one trial that waits, the oldest first; 0 where none does. One that fails is over, without an answer.

    A phase of the clock. One at a time in the whole house: others of its workers go on with what cannot wait.
    """
    trial = _claimed(now)
    if trial is None:
        return 0
    done: dict[str, Any] = {"finished_at": now, "leased_until": None}
    try:
        told = simulating.simulate(
            trial.flow, trial.definition, trial.days, trial.until, PATIENCE, _Saying(trial)
        )
        done |= {"told": answers.kept(told), "reached": told.until}
    except checking.FlowErrors as error:
        done["errors"] = error.errors
    except Exception:  # one that cannot be tried must not stop the work that stands behind it
        log.exception("flow %s could not be tried", trial.flow.slug)
    Trial.objects.filter(pk=trial.pk).update(**done)
    return 1


def forget_old(now: dt.datetime) -> int:
    """Lets go of yesterday's answers. Work of the night."""
    return Trial.objects.filter(asked_at__lt=now - KEPT).delete()[0]


def _claimed(now: dt.datetime) -> Trial | None:
    waiting = Trial.objects.filter(finished_at=None)
    if not waiting.exists() or waiting.filter(leased_until__gte=Now()).exists():
        return None
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    waiting.filter(free, tries__gte=TRIES).update(finished_at=now, leased_until=None)
    for pk in waiting.filter(free).order_by("asked_at", "pk").values_list("pk", flat=True)[:5]:
        if waiting.filter(free, pk=pk).update(leased_until=_lease(), tries=F("tries") + 1):
            return Trial.objects.select_related("flow__current").get(pk=pk)
    return None


def _lease() -> models.Expression:
    return models.ExpressionWrapper(Now() + LEASE, output_field=models.DateTimeField())


class _Saying:
    """Says how far it is, on a thread and so a connection of its own: what this one writes is never committed."""

    def __init__(self, trial: Trial) -> None:
        self.pk, self.said = trial.pk, time.monotonic()
        self.voice: threading.Thread | None = None

    def __call__(self, reached: dt.datetime) -> None:
        if time.monotonic() - self.said < SAY_EVERY or (self.voice and self.voice.is_alive()):
            return
        self.said = time.monotonic()
        self.voice = threading.Thread(target=self._say, args=(reached,), daemon=True)
        self.voice.start()

    def _say(self, reached: dt.datetime) -> None:
        with suppress(DatabaseError), closing(connection):  # what is not said now is said in a second
            Trial.objects.filter(pk=self.pk, finished_at=None).update(reached=reached, leased_until=_lease())
