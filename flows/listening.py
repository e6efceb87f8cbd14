"""Which names flows listen for, so that what nobody listens for costs nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from flows.models import Flow, FlowVersion
from mail.models.message import Purpose

_names: dict[str, frozenset[str]] = {}  # by digest: a version never changes once it is published


def names() -> frozenset[str]:
    """The names that let into, lead out of, or are hoped or waited for in any published version; one small query.

    Old versions listen too: members stay with the one they entered.
    """
    digests = set(FlowVersion.objects.order_by().values_list("digest", flat=True))
    unread = FlowVersion.objects.filter(digest__in=digests - _names.keys()) if digests - _names.keys() else ()
    for version in unread:
        _names[version.digest] = said(version)
    return frozenset().union(*(_names[digest] for digest in digests))


def answers(event: str, purpose: Purpose) -> bool:
    """Whether a flow of this purpose that runs is set going by that event, and sends a letter."""
    running = Flow.objects.filter(paused_at=None, current__trigger_event=event, current__steps__kind="send")
    return running.filter(current__definition__purpose=purpose).exists()


def said(version: FlowVersion) -> frozenset[str]:
    """The names that let into, lead out of, or are hoped or waited for in one version."""
    return frozenset(said_by(version.definition, version.trigger_event))


def said_by(definition: Mapping[str, Any], trigger: str = "") -> Iterator[str]:
    """The names that a definition listens for, as they are written; `trigger` is what sets it going."""
    if trigger:
        yield trigger
    for place in ("trigger", "exit", "goal"):
        if event := (definition.get(place) or {}).get("event"):
            yield str(event)
    for step in definition.get("steps", ()):
        if event := step.get("event"):
            yield str(event)
