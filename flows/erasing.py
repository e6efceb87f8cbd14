"""What flows forget with a member: runs end, reasons and values go, and what other systems were told; that somebody
went through a flow stays."""

import datetime as dt
from typing import Any

from api import deliveries
from api.models import Delivery
from flows.models import Decision, Enrolment, Trial
from mail import outbox
from members.traces import Traces

STAYS = {
    "flows.Enrolment": frozenset({"key", "step", "awaits"}),
    "flows.StepRun": frozenset({"uid", "kind", "outcome"}),
    "flows.Decision": frozenset({"verdict", "step"}),
}
Status = Enrolment.Status


def erase(traces: Traces, now: dt.datetime) -> None:
    """Ends the runs that are under way, each with its decision, and voids their letters."""
    runs = list(Enrolment.objects.filter(member__in=traces.keys, status=Status.ACTIVE))
    Decision.objects.bulk_create(
        Decision(
            flow_id=run.flow_id,
            member_id=run.member_id,
            enrolment=run,
            at=now,
            verdict=Status.ENDED.value,
            step=run.step,
        )
        for run in runs
    )
    Enrolment.objects.filter(pk__in=[run.pk for run in runs]).update(
        status=Status.ENDED, finished_at=now, due_at=None, awaits="", letter_pending=False, parked_at=None
    )
    outbox.void([run.group for run in runs], "exit", now)
    deliveries.forget(traces.uuids, now)
    Trial.objects.all().delete()  # their answers name members; whoever still wants one asks again


def told(traces: Traces) -> list[dict[str, Any]]:
    """For the export: what other systems were told of the member."""
    rows = Delivery.objects.filter(about__in=traces.uuids).select_related("endpoint").order_by("pk")
    return [{"to": row.endpoint.url, "sent_at": row.tried_at, "body": row.body} for row in rows]
