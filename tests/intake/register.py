"""All that the house knows, written so that two histories of arrival compare: without keys and times of arrival."""

from typing import Any

from members.models import Card, Event, Member, Payment, Subscription

SKIPPED = {"id", "uuid", "member", "versions", "created_at", "updated_at"}


def dump() -> dict[str, Any]:
    """The state of every member, contract and payment, and which events were told how often."""
    return {
        "members": sorted(_member(member) for member in Member.objects.prefetch_related("external_ids")),
        "contracts": sorted(_plain(row) for row in Subscription.objects.select_related("plan")),
        "cards": sorted(_plain(row) for row in Card.objects.all()),
        "payments": sorted(_plain(row) for row in Payment.objects.all()),
        "events": sorted(
            f"{event.member.first_name} {event.name} {event.subscription and event.subscription.external_id}"
            for event in Event.objects.select_related("member", "subscription").exclude(name="stage.entered")
        ),
    }


def _member(member: Member) -> str:
    ids = sorted(str(known) for known in member.external_ids.all())
    return f"{ids} {_plain(member)}"


def _plain(row: Any) -> str:
    names = sorted(field.name for field in row._meta.concrete_fields if field.name not in SKIPPED)
    return "; ".join(f"{name}={getattr(row, name)}" for name in names)
