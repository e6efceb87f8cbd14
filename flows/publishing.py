"""Publishing makes an immutable version. Members on their way keep the version they entered."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from flows import checking, letters, letting_run, shape, sweeping, triggers
from flows.models import Flow, FlowVersion, Step
from mail import pictures as kept_pictures
from mail.models import LetterVersion
from office import audit
from office.models import User


def publish(
    definition: Mapping[str, Any],
    now: dt.datetime,
    *,
    by: User | None = None,
    pictures: Mapping[str, bytes] | None = None,
    without_face: bool = False,
) -> tuple[FlowVersion, bool]:
    """The version of this definition, and whether it is new; an unchanged definition makes no new one.

    Raises checking.FlowErrors with every error, and changes nothing then. `without_face` lets letters leave whose
    sender has no picture or no direct contact; it is written into the audit log.
    """
    given = pictures or {}
    with transaction.atomic():
        # First, because letters are checked with the pictures they show; an error takes them back out.
        definition = _with_pictures(definition, given)
        found = checking.errors(definition)
        if not found:
            found = letters.picture_errors(definition, given)
            found += [] if without_face else letters.faceless(definition, given)
        if found:
            raise checking.FlowErrors(found)
        return _publish(definition, now, by, given, without_face)


def _with_pictures(definition: Mapping[str, Any], given: Mapping[str, bytes]) -> dict[str, Any]:
    if not shape.is_readable(definition):
        return dict(definition)  # told with everything else
    try:
        return letters.with_pictures(definition, given)
    except kept_pictures.NoPicture as error:
        raise checking.FlowErrors([str(error)]) from error


def _publish(
    definition: Mapping[str, Any],
    now: dt.datetime,
    by: User | None,
    given: Mapping[str, bytes],
    without_face: bool,
) -> tuple[FlowVersion, bool]:
    flow, _created = Flow.objects.select_for_update(no_key=True).get_or_create(
        slug=definition["slug"], defaults={"name": definition["name"]}
    )
    before = flow.current.definition if flow.current else {}
    senders = letters.store_senders(definition, before, given)
    digest = hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()
    if flow.current and flow.current.digest == digest:
        return flow.current, False
    version = FlowVersion.objects.create(
        flow=flow,
        number=(flow.current.number if flow.current else 0) + 1,
        definition=definition,
        trigger_event=triggers.event_of(definition["trigger"]),
        trigger_kind=triggers.kind(definition["trigger"]),
        digest=digest,
        published_at=now,
        published_by=by,
    )
    _store_steps(version, definition, letters.store(definition, senders, now))
    flow.name, flow.draft, flow.current = definition["name"], dict(definition), version
    if flow.first_published_at is None:
        flow.letters_to_hold = letting_run.at_first(definition, by)
    flow.first_published_at = flow.first_published_at or now
    flow.save()
    sweeping.follow(flow, version, now)
    audit.record(by, "flow.published", flow.slug, now, version=version.number, without_face=without_face)
    return version, True


def _store_steps(
    version: FlowVersion, definition: Mapping[str, Any], written: Mapping[str, LetterVersion]
) -> None:
    Step.objects.bulk_create(
        Step(
            version=version,
            uid=step["uid"],
            position=position,
            kind=step["kind"],
            settings={key: value for key, value in step.items() if key not in checking.STEP_KEYS},
            letter_version=written.get(step.get("letter", "")),
        )
        for position, step in enumerate(definition["steps"], 1)
    )
