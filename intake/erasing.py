"""What is forgotten with a member of all that arrived: messages of other systems, lists, refused lines."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from intake.importing import drafts, refusals
from intake.importing.models import Import, ImportedRow
from intake.models import Delivery
from members import owned
from members.traces import Traces

STAYS: dict[str, frozenset[str]] = {}
Status = Delivery.Status
ROWS = {
    Import.Kind.MEMBERS: "members.Member",
    Import.Kind.SUBSCRIPTIONS: "members.Subscription",
    Import.Kind.PAYMENTS: "members.Payment",
    Import.Kind.EVENTS: "members.Event",
}
NAMING = frozenset({"homes", "same_line", "twins", "problems"})  # parts of a list's row that name people


def erase(traces: Traces, now: dt.datetime) -> None:
    """Empties the messages that mention the member, and takes their lines out of the lists."""
    for delivery in mentioning(traces):
        _empty(delivery, traces, now)
    _forget_imported(traces)
    _forget_lists(traces)
    refusals.forget(traces.words, traces.telling, traces.names)


def mentioning(traces: Traces) -> Iterator[Delivery]:
    """The messages in which one of the member's ids is a value, or one of their addresses stands."""
    wanted = Q()
    for word in traces.words:
        for spelled in {word, json.dumps(word)[1:-1]}:
            wanted |= Q(body__icontains=spelled) | Q(provider_id__icontains=spelled)
    for delivery in Delivery.objects.filter(wanted).iterator() if wanted else ():
        if traces.are_in(delivery.provider_id) or traces.are_in(_body(delivery)):
            yield delivery


def known(traces: Traces) -> list[dict[str, Any]]:
    """For the export: what other systems told of the member, as it came."""
    return [
        {"from": row.endpoint.slug, "received_at": row.received_at, "body": row.body}
        for row in mentioning(traces)
    ]


def _empty(delivery: Delivery, traces: Traces, now: dt.datetime) -> None:
    """The row stays, so that the same message sent again is known; what is not applied yet never will be."""
    if delivery.status != Status.APPLIED:
        delivery.status = Status.IGNORED
    delivery.body, delivery.reason = "{}", ""
    delivery.waits_for = delivery.waits_for_source = ""
    delivery.handled_at = delivery.handled_at or now
    if traces.are_in(delivery.provider_id):
        delivery.provider_id = f"erased:{delivery.pk}"
    delivery.save()


def _forget_imported(traces: Traces) -> None:
    """How rows read before a list changed them; without that, undoing the list leaves them alone."""
    tables = {table.model._meta.label: table for table in owned.tables() if table.path == "member"}
    for kind, label in ROWS.items():
        keys = list(traces.keys)
        if label in tables:
            keys = list(tables[label].of(traces.keys).values_list("pk", flat=True))
        for start in range(0, len(keys), 500):
            ImportedRow.objects.filter(batch__kind=kind, row__in=keys[start : start + 500]).delete()


def _forget_lists(traces: Traces) -> None:
    """Lists nobody has taken in yet go, as nobody can look into each of them; of the others, what names the member,
    and every cell that was quoted as wrong: a broken address is nobody's by any word.
    """
    drafted = Import.objects.filter(status=Import.Status.DRAFT)
    for batch in drafted:
        drafts.drop(batch)
    drafted.delete()
    wanted = Q(outlook__has_key="problems")
    for word in traces.telling:
        wanted |= Q(outlook__icontains=word) | Q(choices__icontains=word)
    over = (Import.Status.DONE, Import.Status.REFUSED, Import.Status.UNDONE)
    for batch in Import.objects.filter(wanted, status__in=over):
        batch.choices = {name: said for name, said in batch.choices.items() if name not in NAMING}
        batch.outlook = {name: said for name, said in batch.outlook.items() if name not in NAMING}
        batch.save(update_fields=["choices", "outlook"])


def _body(delivery: Delivery) -> Any:
    try:
        return json.loads(delivery.body)
    except ValueError:
        return delivery.body
