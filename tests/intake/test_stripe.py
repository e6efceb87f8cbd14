"""Stripe tells of customers, contracts and money; old shapes and new ones mean the same."""

import datetime as dt
import random
from typing import Any

import pytest

from intake import applying, signups
from intake.models import Delivery
from members.models import Event, Member, Payment, Subscription
from tests.intake import post, register
from tests.intake import stripe_shapes as shapes
from tests.intake.stripe_shapes import DAY, MONTH, T0

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
LEAVES = {"cancel_at_period_end": True, "canceled_at": T0 + 9 * DAY}
ASKED = {
    "cancellation_details": {"comment": None, "feedback": "too_expensive", "reason": "cancellation_requested"}
}


def when(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def tell(*events: dict[str, Any]) -> None:
    for one in events:
        assert post.stripe(one).status_code in (200, 202)
    while applying.apply_waiting(NOW):
        pass


def outcome(ident: str) -> tuple[str, str]:
    found = Delivery.objects.get(provider_id=ident)
    return found.status, found.reason


def names() -> list[str]:
    told = Event.objects.exclude(name__in=("stage.entered", "member.updated")).order_by("occurred_at", "pk")
    return list(told.values_list("name", flat=True))


def a_life(*, new: bool) -> list[dict[str, Any]]:
    """Joins, decides to leave, takes it back, cannot pay, pays, leaves for good."""

    def sub(**said: Any) -> dict[str, Any]:
        return shapes.subscription(new=new, **said)

    def bill(**said: Any) -> dict[str, Any]:
        return shapes.invoice(new=new, **said)

    period = {"items": {"data": []}, "latest_invoice": "in_0"} if new else {"current_period_end": T0 + MONTH}
    updated, renewal = "customer.subscription.updated", T0 + MONTH
    later = {"period_end": T0 + 59 * DAY}
    return [
        shapes.event("evt_1", "customer.created", T0, shapes.customer()),
        shapes.event("evt_2", "customer.subscription.created", T0 + 1, sub()),
        shapes.event("evt_3", updated, T0 + 9 * DAY, sub(**LEAVES, **ASKED), {"cancel_at_period_end": False}),
        shapes.event(
            "evt_4", updated, T0 + 11 * DAY, sub(), {"cancel_at_period_end": True, "canceled_at": 1}
        ),
        shapes.event("evt_5", "invoice.payment_failed", renewal, bill(amount_paid=0)),
        shapes.event("evt_6", updated, renewal, sub(**later, status="past_due"), {"status": "active"}),
        shapes.event("evt_7", "invoice.paid", renewal + 60, bill()),
        shapes.event("evt_8", "invoice.payment_succeeded", renewal + 61, bill()),
        shapes.event("evt_9", updated, renewal + 60, sub(**later), {"status": "past_due"}),
        shapes.event("evt_10", updated, renewal + 90, sub(**later), period),
        shapes.event("evt_11", "customer.updated", renewal + DAY, shapes.customer(name="Ida Lund"), {}),
        shapes.event(
            "evt_12",
            "customer.subscription.deleted",
            renewal + 9 * DAY,
            sub(
                **later, status="canceled", canceled_at=renewal + 9 * DAY, ended_at=renewal + 9 * DAY, **ASKED
            ),
        ),
        shapes.event("evt_13", "invoice.paid", renewal + 10 * DAY, bill(id="in_2", status_transitions={})),
    ]


TOLD = [
    "member.signed_up",
    "subscription.started",
    "subscription.cancelled",
    "subscription.resumed",
    "payment.failed",
    "subscription.past_due",
    "payment.succeeded",
    "subscription.renewed",
    "subscription.changed",
    "subscription.changed",
    "subscription.cancelled",
    "subscription.ended",
    "payment.succeeded",
    "subscription.renewed",
]


@pytest.mark.parametrize("new", [False, True], ids=["old shapes", "new shapes"])
def test_a_life_is_told_in_the_words_of_the_house(till: str, new: bool) -> None:
    tell(*a_life(new=new))
    assert sorted(names()) == sorted(TOLD)
    ida, contract = Member.objects.get(), Subscription.objects.get()
    assert (ida.first_name, ida.last_name, ida.locale, ida.country) == ("Ida", "Lund", "da-DK", "DK")
    assert (ida.stage, ida.stage_since, ida.flag) == ("former", when(T0 + MONTH + 9 * DAY), "new from Stripe")
    assert (contract.status, contract.amount, contract.currency, contract.interval) == (
        "ended",
        9800,
        "DKK",
        "month",
    )
    assert contract.plan is not None
    assert contract.plan.slug == "price_gold"
    assert (contract.cancel_reason, contract.voluntary) == ("too_expensive", True)
    assert list(Payment.objects.order_by("external_id").values_list("external_id", "status", "amount")) == [
        ("in_1", "succeeded", 9800),
        ("in_2", "succeeded", 9800),
    ]
    assert set(Payment.objects.values_list("subscription", flat=True)) == {contract.pk}


@pytest.mark.parametrize("new", [False, True], ids=["old shapes", "new shapes"])
@pytest.mark.parametrize("seed", range(4))
def test_a_life_told_twice_and_shuffled_ends_the_same(till: str, new: bool, seed: int) -> None:
    tell(*a_life(new=new))
    in_order = register.dump()
    for model in (Delivery, Payment, Subscription, Member):
        model.objects.all().delete()
    chaos = random.Random(seed)
    events = a_life(new=new) * 2
    chaos.shuffle(events)
    half = chaos.randrange(len(events))
    tell(*events[:half])
    tell(*events[half:])
    assert register.dump() == in_order


def test_a_decision_to_leave_names_its_last_day(till: str) -> None:
    tell(*a_life(new=True)[:3])
    contract = Subscription.objects.get()
    assert (contract.status, contract.access_ends_at) == ("cancelled", when(T0 + MONTH))
    assert Member.objects.get().stage == "onboarding"
    told = Event.objects.get(name="subscription.cancelled").data
    assert (told["reason"], told["voluntary"]) == ("too_expensive", True)


def test_the_two_events_of_one_payment_count_once(till: str) -> None:
    tell(*a_life(new=False)[:2], *a_life(new=False)[6:8])
    assert names().count("payment.succeeded") == names().count("subscription.renewed") == 1
    assert Subscription.objects.get().current_period_end == when(T0 + 59 * DAY)


@pytest.mark.parametrize(
    ("said", "previous", "name"),
    [
        ({"pause_collection": {"behavior": "void"}}, {"pause_collection": None}, "subscription.paused"),
        ({}, {"pause_collection": {"behavior": "void"}}, "subscription.resumed"),
        ({"cancel_at": T0 + MONTH}, {"cancel_at": None}, "subscription.cancelled"),
        ({}, {"cancel_at": T0 + MONTH}, "subscription.resumed"),
        ({"cancel_at": T0 + MONTH}, {"cancel_at": T0 + DAY}, "subscription.changed"),
        ({"status": "unpaid"}, {"status": "past_due"}, "subscription.changed"),
        ({"status": "past_due"}, {"status": "active"}, "subscription.past_due"),
        ({"status": "active"}, {"status": "incomplete"}, "subscription.started"),
        ({"status": "active"}, {"status": "trialing"}, "subscription.changed"),
        ({"status": "paused"}, {"status": "trialing"}, "subscription.paused"),
        ({"status": "active"}, {"status": "paused"}, "subscription.resumed"),
        ({}, {"metadata": {}}, "subscription.changed"),
        ({"status": "canceled"}, {"status": "active"}, "subscription.ended"),
    ],
)
def test_an_update_is_named_by_what_it_changed(
    till: str, said: dict[str, Any], previous: dict[str, Any], name: str
) -> None:
    obj = shapes.subscription(new=True, **said)
    tell(
        shapes.event("evt_1", "customer.created", T0, shapes.customer()),
        shapes.event("evt_2", "customer.subscription.updated", T0 + DAY, obj, previous),
    )
    assert outcome("evt_2") == ("applied", "")
    assert names()[-1] == name


def test_a_new_period_alone_starts_nothing(till: str) -> None:
    obj = shapes.subscription(new=False)
    previous = {"current_period_end": T0, "latest_invoice": "in_0"}
    tell(
        shapes.event("evt_1", "customer.created", T0, shapes.customer()),
        shapes.event("evt_2", "customer.subscription.updated", T0 + DAY, obj, previous),
    )
    assert Event.objects.get(name="subscription.changed").handled_at == NOW


def test_a_contract_whose_first_payment_never_came_is_not_needed(till: str) -> None:
    obj = shapes.subscription(new=True, status="incomplete")
    tell(shapes.event("evt_1", "customer.subscription.created", T0, obj))
    assert outcome("evt_1")[0] == "ignored"


def test_a_trial_is_told_and_its_end_announced(till: str) -> None:
    obj = shapes.subscription(new=True, status="trialing", trial_end=T0 + 14 * DAY)
    tell(
        shapes.event("evt_1", "customer.created", T0, shapes.customer()),
        shapes.event("evt_2", "customer.subscription.created", T0, obj),
        shapes.event("evt_3", "customer.subscription.trial_will_end", T0 + 11 * DAY, obj),
    )
    assert Subscription.objects.get().trial_ends_at == when(T0 + 14 * DAY)
    assert (Member.objects.get().status, names()[-1]) == ("trialing", "subscription.trial_ending")


def test_nothing_paid_is_no_payment(till: str) -> None:
    free = shapes.invoice(new=True, amount_paid=0, billing_reason="subscription_create")
    tell(
        shapes.event("evt_1", "customer.created", T0, shapes.customer()),
        shapes.event("evt_2", "invoice.paid", T0, free),
    )
    assert outcome("evt_2")[0] == "ignored"
    assert not Payment.objects.exists()


def test_a_charge_counts_only_where_no_invoice_can_belong_to_it(till: str) -> None:
    tell(
        shapes.event("evt_1", "customer.created", T0, shapes.customer()),
        shapes.event("evt_2", "charge.succeeded", T0, shapes.charge(invoice=None)),
        shapes.event("evt_3", "charge.succeeded", T0, shapes.charge(id="ch_2", invoice="in_1")),
        shapes.event("evt_4", "charge.succeeded", T0, shapes.charge(id="ch_3")),
    )
    assert [outcome(f"evt_{number}")[0] for number in (2, 3, 4)] == ["applied", "ignored", "ignored"]
    assert Payment.objects.get().external_id == "ch_1"


def test_money_that_goes_back_goes_back_on_its_payment(till: str) -> None:
    whole = shapes.charge(invoice="in_1", amount=9800, amount_refunded=9800, refunded=True)
    part = shapes.charge(invoice="in_1", amount=9800, amount_refunded=3000)
    life = a_life(new=False)
    tell(
        *life[:2],
        life[6],
        shapes.event("evt_20", "charge.refunded", T0 + 40 * DAY, part, {"amount_refunded": 1000}),
    )
    assert Payment.objects.get().status == "succeeded"
    assert Event.objects.get(name="payment.refunded").data["amount"] == 2000
    tell(shapes.event("evt_21", "charge.refunded", T0 + 41 * DAY, whole, {"amount_refunded": 3000}))
    assert (Payment.objects.get().status, Payment.objects.get().amount) == ("refunded", 9800)
    assert Event.objects.filter(name="payment.refunded").latest("pk").data["amount"] == 6800


def test_what_the_house_has_no_use_for_is_kept_and_not_needed(till: str) -> None:
    tell(shapes.event("evt_1", "plan.created", T0, {"id": "gold"}))
    assert outcome("evt_1") == ("ignored", "not needed: plan.created")


@pytest.mark.parametrize(
    "broken", [{}, {"data": {"object": []}, "created": 1}, {"data": {"object": {}}, "created": "x"}]
)
def test_a_broken_event_is_set_aside(till: str, broken: dict[str, Any]) -> None:
    tell({"id": "evt_1", "type": "customer.created", **broken})
    assert outcome("evt_1")[0] == "parked"


SIGNUP = {"external_id": "c-7", "email": "ida@example.com", "first_name": "Ida", "last_name": "Holm-Lund"}


@pytest.mark.parametrize("first", ["house", "stripe"])
@pytest.mark.parametrize("link", ["metadata", "id", "address"])
def test_house_and_stripe_mean_the_same_member_whoever_is_first(till: str, first: str, link: str) -> None:
    metadata = {"external_id": "c-7"} if link == "metadata" else {}
    ids = {"external_ids": {"stripe": "cus_1"}} if link == "id" else {}
    told = shapes.event("evt_1", "customer.created", T0, shapes.customer(metadata=metadata))
    contract = shapes.event("evt_2", "customer.subscription.created", T0, shapes.subscription(new=True))
    joined = {**SIGNUP, **ids, "joined_at": "2026-01-01T00:00:00Z"}
    if first == "house":
        assert signups.sign_up(joined, NOW, "api")[1]
        tell(contract, told)
    else:
        tell(contract, told)
        assert signups.sign_up(joined, NOW, "api")[1]
    ida = Member.objects.get()
    assert sorted(map(str, ida.external_ids.all())) == ["house:c-7", "stripe:cus_1"]
    assert (ida.last_name, ida.flag, ida.status) == ("Holm-Lund", "", "active")
    assert names().count("member.signed_up") == 1


def test_an_address_that_two_share_links_nobody(till: str) -> None:
    for name in ("c-7", "c-8"):
        signups.sign_up({**SIGNUP, "external_id": name}, NOW, "api")
    tell(shapes.event("evt_1", "customer.created", T0, shapes.customer()))
    assert Member.objects.filter(flag="new from Stripe").count() == 1
    assert Member.objects.count() == 3


def test_a_contract_of_an_unknown_customer_waits(till: str) -> None:
    tell(shapes.event("evt_1", "customer.subscription.created", T0, shapes.subscription(new=True)))
    found = Delivery.objects.get()
    assert (found.status, found.waits_for_source, found.waits_for) == ("waiting", "stripe", "cus_1")
