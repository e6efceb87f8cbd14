"""`webhook`: tells another system that a member came here. The flow goes on at once; the message leaves by itself."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from api import deliveries
from api.models import Endpoint
from flows.steps import Go, Visit
from members import conditions, fields, finding, serializers

KEYS = frozenset({"endpoint", "url", "type"})
TYPE = "flow.reached"


def problems(step: Mapping[str, Any], place: str) -> list[str]:
    """A webhook names one that an owner has made, by its short name or its address; `type` is an event name."""
    named = [key for key in ("endpoint", "url") if key in step]
    if len(named) != 1:
        return [f"{place}: a webhook needs “endpoint”, the short name of an outgoing webhook, or its “url”"]
    found = []
    said = step[named[0]]
    if not isinstance(said, str) or not _endpoints({(named[0], said)}):
        found.append(
            f"{place}.{named[0]}: there is no outgoing webhook “{said}”; owners make them under Outgoing webhooks"
        )
    name = step.get("type", TYPE)
    if not isinstance(name, str) or not conditions.EVENT_NAME.fullmatch(name) or name.endswith("*"):
        found.append(f"{place}.type: “{name}” is no event name such as {TYPE}")
    return found


def run(visits: Sequence[Visit], now: dt.datetime) -> None:
    """Queues the messages with what is known of the members now, and goes on."""
    deliveries.queue(_told(visits), now)


def rehearse(visits: Sequence[Visit], now: dt.datetime) -> None:  # noqa: ARG001 (every kind is asked so)
    """Says which messages would be queued."""
    _told(visits)


def _told(visits: Sequence[Visit]) -> list[deliveries.Draft]:
    finding.fill([visit.member for visit in visits])
    stored = _endpoints({_named(visit.step.settings) for visit in visits})
    drafts = []
    for visit in visits:
        endpoint = stored.get(_named(visit.step.settings))
        if endpoint:
            drafts.append(_draft(visit, endpoint))
        outcome = (
            ("webhook", endpoint.slug) if endpoint else ("missed", "the outgoing webhook has another address")
        )
        visit.result = Go(*outcome, planned_at=visit.enrolment.planned_at)
    return drafts


def _draft(visit: Visit, endpoint: Endpoint) -> deliveries.Draft:
    key = f"{visit.enrolment.group}:{visit.step.uid}:{visit.run.visit}"
    data = {
        "flow": visit.step.version.definition["slug"],
        "step": visit.step.uid,
        "visit": visit.run.visit,
        "entered_at": fields.Moment().to_representation(visit.enrolment.entered_at),
        "member": serializers.MemberSerializer(visit.member).data,
    }
    kind = visit.step.settings.get("type", TYPE)
    return deliveries.Draft(key, endpoint, kind, data, visit.member.uuid)


def _named(settings: Mapping[str, Any]) -> tuple[str, str]:
    return ("endpoint", settings["endpoint"]) if "endpoint" in settings else ("url", settings["url"])


def _endpoints(named: set[tuple[str, str]]) -> dict[tuple[str, str], Endpoint]:
    """The endpoints that steps name, in two queries."""
    slugs = [said for key, said in named if key == "endpoint"]
    urls = [said for key, said in named if key == "url"]
    found: dict[tuple[str, str], Endpoint] = {}
    for row in Endpoint.objects.filter(slug__in=slugs) if slugs else ():
        found["endpoint", row.slug] = row
    for row in Endpoint.objects.filter(url__in=urls).order_by("-pk") if urls else ():
        found["url", row.url] = row
    return found
