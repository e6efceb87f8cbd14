"""Until when the card that pays a contract is valid: as Stripe tells it, the house's own systems, and lists."""

import datetime as dt
import random
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from intake import applying, events, signups
from intake.models import Delivery
from members import erasure, facts
from members.models import Card, Event, Member, Subscription
from tests.intake import post, register
from tests.intake import stripe_shapes as shapes
from tests.intake.stripe_shapes import DAY, T0

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db
BEGUN = [
    shapes.event("evt_1", "customer.created", T0, shapes.customer()),
    shapes.event("evt_2", "customer.subscription.created", T0 + 1, shapes.subscription(new=True)),
]


def tell(*told: dict[str, Any]) -> None:
    for one in told:
        assert post.stripe(one).status_code in (200, 202)
    while applying.apply_waiting(NOW):
        pass


def said(kind: str, day: int, obj: dict[str, Any], previous: dict[str, Any] | None = None) -> dict[str, Any]:
    return shapes.event(f"evt_{kind}_{day}_{obj['id']}", kind, T0 + day * DAY, obj, previous)


def until() -> str:
    value = Subscription.objects.get().card_expires_at
    return f"{value:%Y-%m-%d %H:%M}" if value else ""


def count(name: str) -> int:
    return Event.objects.filter(name=name).count()


def test_a_card_is_valid_through_the_last_day_of_its_month(till: str) -> None:
    tell(*BEGUN, said("payment_method.attached", 1, shapes.payment_method("pm_1", 2028, 2)))
    assert until() == "2028-02-29 12:00"
    assert count("card.replaced") == 0


def test_an_old_source_is_a_card_too_and_says_when_it_expires(till: str) -> None:
    tell(*BEGUN, said("customer.source.expiring", 1, shapes.card("card_1", 2026, 1)))
    assert until() == "2026-01-31 12:00"
    told = Event.objects.get(name="payment_method.expiring")
    assert told.data == {"expires": "2026-01-31"}


def test_the_card_that_the_bank_sent_is_another_one(till: str) -> None:
    tell(
        *BEGUN,
        said("payment_method.attached", 1, shapes.payment_method("pm_1", 2026, 3)),
        said("payment_method.automatically_updated", 9, shapes.payment_method("pm_1", 2029, 3)),
    )
    assert until() == "2029-03-31 12:00"
    assert count("card.replaced") == 1


def test_a_changed_address_of_the_same_card_replaces_nothing(till: str) -> None:
    tell(
        *BEGUN,
        said("payment_method.attached", 1, shapes.payment_method("pm_1", 2026, 3)),
        said("payment_method.updated", 9, shapes.payment_method("pm_1", 2026, 3, billing_details={})),
    )
    assert (until(), count("card.replaced")) == ("2026-03-31 12:00", 0)


def test_the_usual_card_of_the_customer_pays_and_the_contract_s_own_before_it(till: str) -> None:
    tell(
        *BEGUN,
        said("payment_method.attached", 1, shapes.payment_method("pm_1", 2027, 3)),
        said("payment_method.attached", 2, shapes.payment_method("pm_2", 2028, 3)),
        said(
            "customer.updated",
            3,
            shapes.customer(invoice_settings={"default_payment_method": "pm_1"}),
            {"invoice_settings": {}},
        ),
    )
    assert until() == "2027-03-31 12:00"
    own = shapes.subscription(new=True, default_payment_method="pm_2")
    tell(said("customer.subscription.updated", 4, own, {"default_payment_method": None}))
    assert until() == "2028-03-31 12:00"


def test_a_card_that_is_named_before_it_is_known_is_unknown_not_the_old_one(till: str) -> None:
    own = shapes.subscription(new=True, default_payment_method="pm_2")
    tell(
        *BEGUN,
        said("payment_method.attached", 1, shapes.payment_method("pm_1", 2026, 3)),
        said("customer.subscription.updated", 4, own, {"default_payment_method": "pm_1"}),
    )
    assert (until(), count("card.replaced")) == ("", 1)
    tell(said("payment_method.attached", 3, shapes.payment_method("pm_2", 2030, 1)))
    assert (until(), count("card.replaced")) == ("2030-01-31 12:00", 1)


def test_a_card_that_was_taken_away_pays_nothing(till: str) -> None:
    gone = shapes.payment_method("pm_1", 2027, 3, customer=None)
    tell(
        *BEGUN,
        said("payment_method.attached", 1, shapes.payment_method("pm_1", 2027, 3)),
        said("payment_method.detached", 2, gone, {"customer": "cus_1"}),
    )
    assert until() == ""


def test_a_card_taken_away_before_anybody_heard_of_it_waits_for_it(till: str) -> None:
    gone = shapes.payment_method("pm_1", 2027, 3, customer=None)
    tell(*BEGUN, said("payment_method.detached", 2, gone))
    assert Delivery.objects.filter(status="waiting").count() == 1
    tell(said("payment_method.attached", 1, shapes.payment_method("pm_1", 2027, 3)))
    assert not Delivery.objects.filter(status="waiting").exists()
    assert (until(), Card.objects.get().is_removed) == ("", True)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_ends_the_same(till: str, seed: int) -> None:
    told = [
        *BEGUN,
        said("payment_method.attached", 1, shapes.payment_method("pm_1", 2026, 3)),
        said("customer.source.expiring", 60, shapes.card("pm_1", 2026, 3)),
        said("payment_method.attached", 62, shapes.payment_method("pm_2", 2029, 3)),
        said(
            "customer.updated",
            62,
            shapes.customer(invoice_settings={"default_payment_method": "pm_2"}),
            {"invoice_settings": {}},
        ),
        said(
            "payment_method.detached",
            63,
            shapes.payment_method("pm_1", 2026, 3, customer=None),
            {"customer": "cus_1"},
        ),
        said("payment_method.automatically_updated", 70, shapes.payment_method("pm_2", 2029, 4)),
    ] * 2
    random.Random(seed).shuffle(told)
    tell(*told)
    assert until() == "2029-04-30 12:00"
    assert len(register.dump()["cards"]) == 2


def test_what_is_no_card_is_not_needed(till: str) -> None:
    debit = {"id": "pm_9", "customer": "cus_1", "type": "sepa_debit", "sepa_debit": {}, "metadata": {}}
    tell(*BEGUN, said("payment_method.attached", 1, debit))
    assert not Card.objects.exists()


def joins(**contract: Any) -> Member:
    body = {"external_id": "c-1", "first_name": "Ida", "subscription": {"external_id": "s-1", **contract}}
    return signups.sign_up(body, NOW, "api")[0]


def happens(name: str, day: int, **data: Any) -> list[str]:
    at = NOW + dt.timedelta(days=day)
    one = {"id": f"{name}-{day}", "member": "c-1", "name": name, "occurred_at": at.isoformat(), "data": data}
    return list(events.take([one], at).rejected.values())


@pytest.mark.parametrize("written", ["2027-03", "2027-03-09", "03/27", "3/2027"])
def test_a_signup_says_the_month_as_people_write_it(written: str) -> None:
    joins(card_expires=written)
    assert until() == "2027-03-31 12:00"


@pytest.mark.parametrize("written", ["2027-13", "March", "31.03.2027", "00/27"])
def test_what_is_no_month_is_refused_by_name(written: str) -> None:
    joins()
    assert "card_expires" in happens("subscription.changed", 1, card_expires=written)[0]
    assert "card_expires" in happens("payment_method.attached", 1, card_expires=written)[0]


def test_the_newest_word_about_a_card_counts_whichever_event_says_it() -> None:
    joins(card_expires="2027-03")
    assert not happens("payment_method.updated", 3, card_expires="2029-03")
    assert until() == "2029-03-31 12:00"
    assert not happens("subscription.changed", 2, card_expires="2027-04")  # told late
    assert until() == "2029-03-31 12:00"
    assert not happens("subscription.changed", 5, card_expires="2030-05")
    assert until() == "2030-05-31 12:00"
    assert count("card.replaced") == 2


def test_a_card_may_be_told_before_its_contract_and_be_taken_away() -> None:
    body = {"external_id": "c-1", "first_name": "Ida"}
    signups.sign_up(body, NOW, "api")
    assert not happens("payment_method.attached", 1, exp_year=2028, exp_month=5)
    assert not happens("subscription.started", 1, external_id="s-1", status="active")
    assert until() == "2028-05-31 12:00"
    assert not happens("payment_method.detached", 2)
    assert until() == ""


def test_a_payment_method_without_a_card_is_an_event_like_any_other() -> None:
    joins()
    assert not happens("payment_method.attached", 1, kind="invoice")
    assert count("payment_method.attached") == 1
    assert not Card.objects.exists()


def test_a_list_of_contracts_says_it_in_a_column(tmp_path: Path) -> None:
    joins()
    file = tmp_path / "contracts.csv"
    file.write_text("external_id,member,card_expires\ns-1,c-1,2028-01\n")
    told = StringIO()
    call_command("import_csv", "subscriptions", file, stdout=told)
    assert "updated=1" in told.getvalue()
    assert until() == "2028-01-31 12:00"
    call_command("import_csv", "subscriptions", file, stdout=told)
    assert "unchanged=1" in told.getvalue()


def test_an_erased_member_has_no_card() -> None:
    member = joins(card_expires="2027-03")
    happens("payment_method.updated", 3, card_expires="2029-03", external_id="my-visa-4242")
    erasure.erase(member, None, NOW)
    assert until() == ""
    assert not Card.objects.exists()


def test_days_until_the_card_expires_are_a_fact() -> None:
    member = joins(card_expires="2026-12")
    member.facts.card_expires_at = Subscription.objects.get().card_expires_at
    fact = facts.FACTS["card_expires_days"]
    assert fact.read(member, NOW) == 41
    assert fact.read(member, NOW + dt.timedelta(days=60)) == -19
