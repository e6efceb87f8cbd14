"""Payments: each one once, whatever the order."""

import datetime as dt
import itertools

import pytest
from django.db import transaction

from members import merging
from members.models import Event, Member, Payment
from tests import cast
from tests.members import told

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
AT = dt.datetime(2026, 2, 1, 10, tzinfo=dt.UTC)


@pytest.fixture
def member(db: None) -> Member:
    return cast.join("lone", AT, quiet=True).member


def test_any_order_of_failing_paying_and_paying_back_ends_the_same(member: Member) -> None:
    story = [("failed", AT), ("succeeded", AT + DAY), ("refunded", AT + 2 * DAY)]
    ends = set()
    for order in itertools.permutations([*story, story[1]]):
        with transaction.atomic():
            for name, at in order:
                told.pay(member, name, at, amount=90000 if name != "refunded" else 30000)
            row = Payment.objects.get()
            ends.add(
                (row.status, row.amount, row.paid_at, Event.objects.filter(name__startswith="pay").count())
            )
            transaction.set_rollback(True)
    assert ends == {("refunded", 90000, AT + DAY, 3)}


def test_of_the_same_second_what_came_wins_over_what_failed(member: Member) -> None:
    told.pay(member, "succeeded", AT)
    assert told.pay(member, "failed", AT).status == "succeeded"


def test_a_payment_that_comes_before_its_contract_is_tied_to_it_later(member: Member) -> None:
    told.pay(member, "succeeded", AT, names="s-1")
    assert Payment.objects.get().subscription is None
    row = told.say(member, "started", AT - DAY)
    assert Payment.objects.get().subscription == row
    assert Event.objects.get(name="payment.succeeded").subscription == row


def test_a_payment_of_somebody_else_is_refused(member: Member) -> None:
    told.pay(member, "succeeded", AT)
    other = cast.join("per", AT, quiet=True).member
    with pytest.raises(merging.NotTheirs):
        told.pay(other, "refunded", AT + DAY)
    assert Payment.objects.get().status == "succeeded"
