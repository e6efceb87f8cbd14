"""What arrived is understood later, each message for itself."""

import datetime as dt
from typing import Any

import pytest

from intake import applying
from intake.models import Delivery, Endpoint
from members import events, identity
from members.models import Event, Member
from tests.conftest import NOW
from tests.intake import post

AT = "2026-03-02T22:00:00Z"
WIM = {"external_id": "wim", "first_name": "Wim"}


def outcome(ident: str) -> tuple[str, str]:
    found = Delivery.objects.get(provider_id=ident)
    return found.status, found.reason


def test_a_poisoned_message_is_set_aside_and_the_next_go_on(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = events.record

    def explode(draft: events.Draft, now: dt.datetime, **options: Any) -> Event | None:
        if draft.name == "poison.taken":
            Event.objects.create(member=draft.member, name="x", occurred_at=now, recorded_at=now, key="half")
            raise RuntimeError("it burns")
        return real(draft, now, **options)

    monkeypatch.setattr(events, "record", explode)
    post.generic(secret, "member.signed_up", AT, WIM, "m-1")
    post.generic(secret, "poison.taken", AT, {"member": "wim"}, "m-2")
    post.generic(secret, "poll.answered", AT, {"member": "wim"}, "m-3")
    assert applying.apply_waiting(NOW) == 3
    assert outcome("m-2") == ("parked", "RuntimeError: it burns")
    assert outcome("m-3") == ("applied", "")
    assert not Event.objects.filter(key="half").exists()
    assert applying.apply_waiting(NOW) == 0
    monkeypatch.undo()
    applying.replay(Delivery.objects.get(provider_id="m-2"), NOW)
    assert applying.apply_waiting(NOW) == 1
    assert outcome("m-2") == ("applied", "")


def test_who_is_not_known_yet_is_waited_for_and_found_in_the_same_pass(secret: str) -> None:
    post.generic(secret, "poll.answered", AT, {"member": "wim"}, "m-1")
    assert applying.apply_waiting(NOW) == 1
    status, reason = outcome("m-1")
    assert status == "waiting"
    assert "wim" in reason
    assert applying.apply_waiting(NOW) == 0
    post.generic(secret, "member.signed_up", AT, WIM, "m-2")
    assert applying.apply_waiting(NOW) == 2
    assert outcome("m-1") == ("applied", "")


def test_a_contract_without_an_id_is_waited_for(secret: str) -> None:
    post.generic(secret, "member.signed_up", AT, WIM, "m-1")
    post.generic(secret, "subscription.cancelled", "2026-03-02T22:20:00Z", {"member": "wim"}, "m-2")
    applying.apply_waiting(NOW)
    assert outcome("m-2")[0] == "waiting"
    assert applying.apply_waiting(NOW) == 0
    post.generic(secret, "subscription.started", AT, {"member": "wim", "external_id": "s-1"}, "m-3")
    applying.apply_waiting(NOW)
    assert outcome("m-2")[0] == "applied"
    assert Member.objects.get().subscriptions.get().status == "cancelled"


def test_which_of_several_contracts_is_meant_must_be_said(secret: str) -> None:
    post.generic(secret, "member.signed_up", AT, WIM, "m-1")
    for name in ("s-1", "s-2"):
        post.generic(secret, "subscription.started", AT, {"member": "wim", "external_id": name}, name)
    post.generic(secret, "subscription.ended", AT, {"member": "wim"}, "m-2")
    applying.apply_waiting(NOW)
    assert outcome("m-2")[0] == "parked"
    assert "external_id" in outcome("m-2")[1]


@pytest.mark.parametrize(
    ("kind", "at", "data", "named"),
    [
        ("member.signed_up", AT, {"external_id": "x"}, "email"),
        ("member.signed_up", AT, {**WIM, "subscription": {"amount": 1.5}}, "subscription.amount"),
        ("member.signed_up", AT, {**WIM, "consents": [{"topic": "news"}]}, "consents.0.granted"),
        ("member.signed_up", AT, {**WIM, "nick": "W"}, "nick"),
        ("member.signed_up", "yesterday", WIM, "timestamp"),
        ("member.signed_up", "2026-03-02T22:36:00Z", WIM, "timestamp"),
        ("member.signed_up", AT, [], "data"),
        ("Member", AT, {}, "type"),
        ("subscription.upgraded", AT, {"member": "x"}, "subscription.changed"),
        ("subscription.started", AT, {"external_id": "s-1"}, "member"),
        ("subscription.started", AT, {"member": "x", "ended_at": "soon"}, "ended_at"),
        ("payment.succeeded", AT, {"member": "x", "external_id": "p"}, "amount"),
        ("usage.lesson", AT, {"member": "x", "quantity": "many"}, "data.quantity"),
        ("poll.answered", AT, {}, "member"),
    ],
)
def test_what_cannot_be_understood_is_set_aside_naming_the_field(
    secret: str, kind: str, at: str, data: Any, named: str
) -> None:
    post.generic(secret, kind, at, data, "m-1")
    applying.apply_waiting(NOW)
    status, reason = outcome("m-1")
    assert status == "parked"
    assert named in reason
    assert not Member.objects.exists()


def test_names_of_the_house_are_not_taken_from_others(secret: str) -> None:
    post.generic(secret, "mail.clicked", AT, {"member": "wim"}, "m-1")
    applying.apply_waiting(NOW)
    assert outcome("m-1")[0] == "ignored"


def test_use_is_counted_once(secret: str) -> None:
    post.generic(secret, "member.signed_up", AT, WIM, "m-1")
    for ident in ("m-2", "m-3"):
        post.generic(secret, "usage.lesson", AT, {"member": "wim", "quantity": "1.5"}, ident)
    applying.apply_waiting(NOW)
    day = Member.objects.get().usage_days.get()
    assert (day.count, float(day.quantity)) == (2, 3.0)
    assert not Event.objects.filter(name="usage.lesson").exists()


def test_a_contract_of_somebody_else_is_not_touched(secret: str) -> None:
    for name in ("wim", "ida"):
        post.generic(secret, "member.signed_up", AT, {"external_id": name, "first_name": name}, name)
    post.generic(secret, "subscription.started", AT, {"member": "wim", "external_id": "s-1"}, "m-1")
    post.generic(secret, "subscription.ended", AT, {"member": "ida", "external_id": "s-1"}, "m-2")
    applying.apply_waiting(NOW)
    assert outcome("m-2")[0] == "parked"
    assert identity.named(["wim"])["wim"].status == "active"


def test_consents_come_with_an_update_once(secret: str) -> None:
    post.generic(secret, "member.signed_up", AT, WIM, "m-1")
    refusal = {"external_id": "wim", "consents": [{"topic": "news", "granted": False}]}
    post.generic(secret, "member.updated", AT, refusal, "m-2")
    applying.apply_waiting(NOW)
    applying.replay(Delivery.objects.get(provider_id="m-2"), NOW)
    applying.apply_waiting(NOW)
    assert Member.objects.get().consents.filter(topic="news", granted=False).count() == 1


def test_a_batch_ends_where_it_was_asked_to(secret: str) -> None:
    door = Endpoint.objects.get()
    Delivery.objects.bulk_create(
        Delivery(endpoint=door, provider_id=f"m-{number}", received_at=NOW, body="{}") for number in range(5)
    )
    assert applying.apply_waiting(NOW, 3) == 3
    assert applying.apply_waiting(NOW, 3) == 2
    assert applying.apply_waiting(NOW, 3) == 0
