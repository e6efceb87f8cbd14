"""What other systems brought, and what became of it."""

import json
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intake.models import Delivery
from members.models import Event

Status = Delivery.Status
# The words of the address bar, in the order of the chips.
SHOWN = {
    "set-aside": Status.PARKED,
    "waiting": Status.WAITING,
    "new": Status.RECEIVED,
    "done": Status.APPLIED,
    "not-needed": Status.IGNORED,
}
NAMES = {
    Status.PARKED: gettext_lazy("Set aside"),
    Status.WAITING: gettext_lazy("Waits for its member"),
    Status.RECEIVED: gettext_lazy("Just arrived"),
    Status.APPLIED: gettext_lazy("Written down"),
    Status.IGNORED: gettext_lazy("Not needed"),
}
TONES = {Status.PARKED: "danger", Status.WAITING: "warn"}


@dataclass(frozen=True)
class Kind:
    """One state of arrivals, as a filter: its word in the address, its name, its number."""

    word: str
    name: str
    number: int


def deliveries(show: str) -> QuerySet[Delivery]:
    """The arrivals of one state, or all."""
    rows = Delivery.objects.select_related("endpoint").defer("body")
    return rows.filter(status=SHOWN[show]) if show in SHOWN else rows


def kinds() -> list[Kind]:
    """Every state with the number of its arrivals."""
    found = Counter(dict(Delivery.objects.order_by().values_list("status").annotate(number=Count("*"))))
    return [Kind(word, str(NAMES[status]), found[status]) for word, status in SHOWN.items()]


def events_set_aside() -> QuerySet[Event]:
    """What happened to members and could not be answered, latest first."""
    return (
        Event.objects.filter(parked_at__isnull=False).select_related("member").order_by("-parked_at", "-pk")
    )


def state(delivery: Delivery) -> str:
    """What became of it."""
    return str(NAMES[Status(delivery.status)])


def tone(delivery: Delivery) -> str:
    """Whether that is doubtful or bad."""
    return TONES.get(Status(delivery.status), "")


def why(delivery: Delivery) -> str:
    """Why it is where it is; empty when there is nothing to explain."""
    if delivery.status == Status.WAITING and delivery.waits_for:
        return _("Belongs to member “%(id)s” of %(system)s, whom we do not know yet.") % {
            "id": delivery.waits_for,
            "system": delivery.waits_for_source,
        }
    return delivery.reason


def body(delivery: Delivery) -> str:
    """What was sent, laid out to be read; as it came when it is not JSON."""
    try:
        return json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False)
    except ValueError:
        return delivery.body
