"""A large believable database, made fast."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from lifecycle import invariants
from members.models import Member, MemberFacts, Usage, UsageDay
from office import clock

pytestmark = pytest.mark.django_db(transaction=True)


def test_members_with_use_and_facts_are_made_and_only_into_an_empty_database() -> None:
    call_command("generate", "--members", "150", "--usage", "2000", verbosity=0)
    assert Member.objects.count() == MemberFacts.objects.filter(computed_at__isnull=False).count() == 150
    assert 1000 < Usage.objects.count() == UsageDay.objects.aggregate(all=Sum("count"))["all"] < 3000
    assert MemberFacts.objects.filter(consumption_28d__gt=0, pulse="awake").exists()
    assert Member.objects.filter(stage="former", facts__former_since__isnull=False).exists()
    moment = invariants.Moment(clock.now()) if hasattr(invariants, "Moment") else None
    assert moment is None or not [broken.rule for broken in invariants.broken(moment, in_time=False)]
    with pytest.raises(CommandError, match="not empty"):
        call_command("generate", "--members", "1")


def test_the_same_seed_makes_the_same_members() -> None:
    from random import Random

    from lifecycle.generating import people

    now = clock.now()
    assert people.invent(Random(3), 1, now) == people.invent(Random(3), 1, now)
