"""Many people join: through the register's own verb, as every door does."""

import datetime as dt

from members import events, joining
from members.models import Member


def join(numbers: range) -> None:
    """Members with these numbers join now, each in a transaction of its own."""
    for number in numbers:
        now = dt.datetime.now(dt.UTC)
        fields = {
            "email": f"member{number}@example.com",
            "first_name": f"Member {number}",
            "time_zone": "Europe/Copenhagen",
            "locale": ("da", "en")[number % 2],
        }
        joining.join(joining.Signup({"house": f"m{number}"}, now, fields, "standard"), now, source="test")


def visit(numbers: range) -> None:
    """Members with these numbers are by for the first time."""
    now = dt.datetime.now(dt.UTC)
    names = [f"m{number}" for number in numbers]
    members = Member.objects.filter(external_ids__source="house", external_ids__value__in=names)
    events.record_many(
        [events.Draft("member.activated", member, now, f"first:{member.uuid}") for member in members], now
    )
