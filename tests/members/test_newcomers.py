"""Many members registered at once stand where each alone would have been placed."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lifecycle import trades
from members import fact_keeping, newcomers, plans
from members.models import Consent, Event, Member, MemberFacts, Segment, StageRule
from members.newcomers import Newcomer

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
BLANK = dict.fromkeys(("email", "first_name", "last_name"), "")


def newcomer(name: str, joined_at: dt.datetime, plan: str = "") -> Newcomer:
    return Newcomer(name, plans.named(plan), {**BLANK, "first_name": name, "joined_at": joined_at})


def register(people: list[Newcomer], now: dt.datetime) -> dict[str, Member]:
    keys = newcomers.register(people, now, proof="joined (list.csv)", source="import")
    return {name: Member.objects.get(pk=key) for name, key in keys.items()}


def test_time_alone_places_them_with_one_line_each(now: dt.datetime) -> None:
    trades.choose("club", now)
    found = register([newcomer("new", now - 30 * DAY), newcomer("old", now - 91 * DAY)], now)
    assert {name: one.stage for name, one in found.items()} == {"new": "onboarding", "old": "value"}
    lines = [list(one.stage_changes.values_list("kind", "to_stage")) for one in found.values()]
    assert lines == [[("placed", "onboarding")], [("placed", "value")]]


def test_a_rule_that_proves_more_leads_deeper(now: dt.datetime) -> None:
    trades.choose("club", now)
    asks = {"fact": "days_since_joined", "op": ">=", "value": 300}
    StageRule.objects.filter(to="relationship").update(enter=asks)
    found = register([newcomer("old", now - 91 * DAY), newcomer("older", now - 400 * DAY)], now)
    assert {name: one.stage for name, one in found.items()} == {"old": "value", "older": "relationship"}
    assert found["older"].stage_changes.latest("pk").values["days_since_joined"] == 400


def test_their_facts_are_those_that_would_be_computed(now: dt.datetime) -> None:
    plan = plans.named("adult")
    assert plan
    plan.first_use_on = (now - 300 * DAY).date()
    plan.save()
    found = register([newcomer("a", now - 200 * DAY, "adult"), newcomer("b", now - DAY)], now)
    keys = [one.pk for one in found.values()]
    before = list(MemberFacts.objects.filter(pk__in=keys).order_by("pk").values())
    assert [row["pulse"] for row in before] == ["sleeping", "unknown"]
    fact_keeping.recompute(keys, now)
    MemberFacts.objects.update(stages_due=False)
    assert list(MemberFacts.objects.filter(pk__in=keys).order_by("pk").values()) == before


def test_nothing_follows_and_consent_has_its_proof(now: dt.datetime) -> None:
    found = register([newcomer("a", now - DAY)], now)
    event = Event.objects.get()
    assert (event.name, event.handled_at, event.member) == ("member.signed_up", now, found["a"])
    assert Consent.objects.get().proof == "joined (list.csv)"
    assert not MemberFacts.objects.exclude(dirty_at=None, stages_due=False).exists()


def test_they_are_in_their_segments_at_once(now: dt.datetime) -> None:
    asks = {"fact": "days_since_joined", "op": ">=", "value": 90}
    group = Segment.objects.create(
        slug="long", name="Long here", condition=asks, created_at=now, evaluated_at=now
    )
    found = register([newcomer("new", now - DAY), newcomer("old", now - 91 * DAY)], now)
    assert list(group.memberships.values_list("member", flat=True)) == [found["old"].pk]


def test_their_number_costs_no_query(now: dt.datetime) -> None:
    trades.choose("club", now)
    counts = []
    for batch, number in enumerate((1, 40)):
        people = [newcomer(f"{batch}-{place}", now - 91 * DAY) for place in range(number)]
        with CaptureQueriesContext(connection) as seen:
            newcomers.register(people, now, proof="p", source="import")
        counts.append(len(seen))
    assert counts[0] == counts[1]
