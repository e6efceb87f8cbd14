"""What the numbers of home rest on: when use and billing were last heard of."""

import datetime as dt
from dataclasses import dataclass

from intake.models import Delivery
from members.models import UsageDay


@dataclass(frozen=True)
class Foot:
    """The day of the last use, and when billing last told something (aware); None when neither ever did."""

    used_on: dt.date | None
    billed_at: dt.datetime | None


def read() -> Foot:
    """Two looks at the end of an index."""
    return Foot(
        UsageDay.objects.order_by("-day").values_list("day", flat=True).first(),
        Delivery.objects.order_by("-pk").values_list("received_at", flat=True).first(),
    )
