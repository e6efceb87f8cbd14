"""Hours, days and limits together: the moment a letter is given is allowed, and there is none before it."""

import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mail import conversations, sending_rules
from mail.arbitration import Room, Verdict
from mail.limits import Ledger
from mail.models import Message
from members.models import Member

STEP = dt.timedelta(minutes=10)
DAY = dt.timedelta(days=1)
ZONES = st.sampled_from(["Europe/Copenhagen", "Pacific/Auckland", "America/New_York", "Asia/Kolkata"])
# Whole steps around the days on which some of these zones change their clocks.
MOMENTS = st.builds(
    lambda day, steps: dt.datetime(2026, *day, tzinfo=dt.UTC) + steps * STEP,
    st.sampled_from([(3, 7), (3, 28), (4, 4), (9, 26), (10, 24), (10, 31), (2, 27)]),
    st.integers(0, 2 * 24 * 6),
)
CAPS = st.fixed_dictionaries(
    {"letters": st.integers(1, 3), "within": st.sampled_from(["20h", "2d", "7d", "1mo"])}
)
RULES = st.fixed_dictionaries(
    {
        "caps": st.lists(CAPS, max_size=2),
        "quiet_hours": st.sampled_from(
            [{}, {"from": "21:00", "to": "08:00"}, {"from": "02:10", "to": "02:40"}]
        ),
        "windows": st.sampled_from([[], [{"purposes": ["ask"], "days": ["tue", "wed"]}]]),
        "blackout": st.sampled_from([[], [{"from": "03-29"}, {"easter": -2}]]),
        "ask_budget": st.sampled_from([{}, {"asks": 2, "within": "7d", "apart": "3d"}]),
    }
)


def ledger(rules: dict[str, Any], history: list[dt.timedelta], now: dt.datetime) -> Ledger:
    """What the member had already: every second letter was an ask."""
    found = Ledger(sending_rules.of(rules))
    for place, ago in enumerate(history):
        purpose = "ask" if place % 2 else "value"
        found.note(Message(member_id=1, purpose=purpose), now - ago)
    return found


@settings(max_examples=80, deadline=None)
@given(
    RULES,
    st.lists(st.integers(0, 12 * 24 * 6).map(lambda steps: steps * STEP), max_size=5),
    MOMENTS,
    ZONES,
    st.sampled_from(["value", "ask", "dunning"]),
)
def test_a_letter_leaves_at_the_first_moment_that_every_rule_allows(
    rules: dict[str, Any], history: list[dt.timedelta], now: dt.datetime, zone: str, purpose: str
) -> None:
    until = now + 4 * DAY
    message = Message(
        pk=1, member=Member(pk=1, time_zone=zone), purpose=purpose, not_after=until, first_due_at=now
    )

    def verdict(at: dt.datetime) -> Verdict:
        return Room(ledger(rules, history, now), conversations.Talks(), {}, at).find(message)

    found = verdict(now)
    first = found.until or (until + STEP if found.reason else now)
    assert now <= first
    assert found.reason.startswith("no_room") == (first > until)
    if first <= until:
        assert verdict(first) == Verdict()
    for steps in range((min(first, until) - now) // STEP):
        assert verdict(now + steps * STEP) != Verdict()
