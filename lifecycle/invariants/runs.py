"""Rules about flows: where somebody stands follows from rows, and what was published stays as it was."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q

from flows import letters
from flows.models import Decision, Enrolment, FlowVersion, Step, StepRun
from lifecycle.invariants.lines import Moment
from mail.models import LetterVersion

Status = Enrolment.Status
ENTERED = ("entered", "held_out")


def adrift(_moment: Moment) -> Iterator[str]:
    """Active runs that nothing will ever move, at a step that does not exist, or with a visit left open behind."""
    active = Enrolment.objects.filter(status=Status.ACTIVE)
    still = active.filter(due_at=None, awaits="", letter_pending=False, parked_at=None)
    yield from (f"run {run.pk}: waits for nothing" for run in still.iterator())
    here = Step.objects.filter(version=OuterRef("version"), uid=OuterRef("step"))
    nowhere = active.exclude(step="").filter(~Exists(here))
    yield from (f"run {run.pk}: there is no step “{run.step}”" for run in nowhere.iterator())
    behind = StepRun.objects.filter(enrolment=OuterRef("pk"), finished_at=None).exclude(uid=OuterRef("step"))
    for run in active.filter(Exists(behind)).iterator():
        yield f"run {run.pk}: stands at “{run.step}” and at another step too"


def undecided(_moment: Moment) -> Iterator[str]:
    """Runs without the decision that began them, and finished ones without the decision that ended them."""
    decisions = Decision.objects.filter(enrolment=OuterRef("pk"))
    unexplained = Enrolment.objects.filter(~Exists(decisions.filter(verdict__in=ENTERED)))
    yield from (f"run {run.pk}: no decision let it in" for run in unexplained.iterator())
    over = Enrolment.objects.exclude(status__in=(Status.ACTIVE, Status.HELD_OUT))
    for run in over.filter(~Exists(decisions.filter(verdict=OuterRef("status")))).iterator():
        yield f"run {run.pk}: {run.status} without a decision"


def changed_versions(_moment: Moment) -> Iterator[str]:
    """Versions of flows and letters that no longer say what was published."""
    for version in FlowVersion.objects.select_related("flow").iterator():
        if _digest(version.definition) != version.digest:
            yield f"flow {version.flow.slug}, version {version.number}"
    for letter in LetterVersion.objects.select_related("letter").iterator():
        said = letters.version_digest(letter.sender_id, letter.texts, by_owner=letter.by_owner)
        if said != letter.digest:
            yield f"letter {letter.letter.slug}, version {letter.number}"


def overdue(moment: Moment) -> Iterator[str]:
    """Runs that should have gone on, and that nothing keeps."""
    due = Q(status=Status.ACTIVE, letter_pending=False, parked_at=None, due_at__lt=moment.deadline)
    for run in Enrolment.objects.filter(due, flow__paused_at=None).order_by("due_at").iterator():
        yield f"run {run.pk} at “{run.step}”: due {run.due_at:%Y-%m-%d %H:%M:%S}"


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
