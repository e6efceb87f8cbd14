"""Rules about what comes in: it is taken up soon, or set aside where staff see it."""

from collections.abc import Iterator

from intake.models import Delivery
from lifecycle.invariants.lines import Moment
from members.models import Event


def unanswered(moment: Moment) -> Iterator[str]:
    """Events recorded a while ago, neither answered nor set aside."""
    late = Event.objects.filter(handled_at=None, parked_at=None, recorded_at__lt=moment.deadline)
    yield from (
        f"event {event.key}: recorded {event.recorded_at}" for event in late.order_by("pk").iterator()
    )


def unread(moment: Moment) -> Iterator[str]:
    """Deliveries that arrived a while ago and that nobody has read yet."""
    late = Delivery.objects.filter(status=Delivery.Status.RECEIVED, received_at__lt=moment.deadline)
    for delivery in late.order_by("pk").iterator():
        yield f"arrival {delivery.provider_id}: since {delivery.received_at}"
