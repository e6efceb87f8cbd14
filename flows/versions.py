"""Publishing with members inside: who stands where, what becomes of them, and back to an older version."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from flows import moving_runs, publishing, step_words
from flows.editing import parts
from flows.models import Flow, FlowVersion
from flows.moving_runs import Move, Place
from office import audit
from office.models import User


@dataclass(frozen=True)
class Published:
    """What came of publishing: the version, whether it is new, how many members moved and how many ended."""

    version: FlowVersion
    is_new: bool
    moved: int = 0
    ended: int = 0


@dataclass(frozen=True)
class Standing:
    """Members who stand at one step of one version: how many, what the step says, and whether the draft has it."""

    version: FlowVersion
    uid: str
    number: int
    text: str
    is_gone: bool

    @property
    def name(self) -> str:
        """The name of the choice for these members in a form."""
        return f"choice-{self.version.pk}-{self.uid}"


def standing(flow: Flow) -> list[Standing]:
    """Who stands where, version by version and in the order of the steps; two queries."""
    rows = moving_runs.inside(flow).order_by().values_list("version", "step").annotate(Count("pk"))
    counted = {(version, uid): number for version, uid, number in rows}
    versions = {row.pk: row for row in FlowVersion.objects.filter(pk__in={pk for pk, _uid in counted})}
    kept = {step["uid"] for step in parts.steps(flow.draft)}
    found = []
    for version in sorted(versions.values(), key=lambda row: row.number):
        written = parts.letters(version.definition)
        known = {step["uid"]: step for step in parts.steps(version.definition)}
        first = next(iter(known), "")
        for uid in ("", *known):
            if number := counted.get((version.pk, uid)):
                text = step_words.sentence(known[uid or first], written)
                found.append(Standing(version, uid, number, text, (uid or first) not in kept))
    return found


def publish(
    flow: Flow, chosen: Mapping[Place, Move], now: dt.datetime, by: User, *, without_face: bool = False
) -> Published:
    """Publishes the draft and carries out what was chosen for those inside, all in one transaction.

    Raises checking.FlowErrors, and changes nothing then.
    """
    with transaction.atomic():
        version, is_new = publishing.publish(flow.draft, now, by=by, without_face=without_face)
        moved, ended = moving_runs.move(flow, version, chosen, now)
        if moved or ended:
            audit.record(by, "flow.members_moved", flow.slug, now, moved=moved, ended=ended)
    return Published(version, is_new, moved, ended)


def take_back(flow: Flow, number: int, now: dt.datetime, by: User) -> FlowVersion:
    """Makes what an older version says the draft again, so that it can be looked at and published.

    Raises FlowVersion.DoesNotExist.
    """
    with transaction.atomic():
        kept = Flow.objects.select_for_update(of=("self",)).get(pk=flow.pk)
        version = kept.versions.get(number=number)
        kept.draft = dict(version.definition)
        kept.save(update_fields=["draft"])
        audit.record(by, "flow.draft_taken_back", kept.slug, now, version=number)
    flow.draft = kept.draft
    return version
