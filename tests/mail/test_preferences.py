"""The pages behind the links of a letter: they show on GET, act on POST, and say what they did."""

import datetime as dt
import uuid

import pytest
from django.test import Client

from api import links
from lifecycle import clock, journey
from mail import arbitration, double_opt_in
from mail.models import Message
from members import answering, consent, letter_pauses
from members.models import Consent, Event, LetterPause, Member, Topic, TopicWords
from office import clock as time
from office.models import House, User
from tests import cast, sinks
from tests.mail import letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def ingrid(now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> Member:
    """A Danish member who allowed news; the doors read the clock of the test."""
    monkeypatch.setattr(time, "now", lambda: now)
    found = cast.ingrid(now - dt.timedelta(days=1)).member
    consent.grant(found, "news", now - dt.timedelta(days=1), now, proof="form", source="form")
    Event.objects.update(handled_at=now)
    return found


def page(purpose: str, member: Member, *more: str) -> str:
    return links.url(purpose, member.uuid, *more)


def granted(member: Member) -> set[str]:
    return {topic for (_pk, topic), line in consent.standing([member.pk]).items() if line.granted}


@pytest.mark.parametrize("method", ["get", "head"])
def test_whoever_only_looks_changes_nothing(ingrid: Member, client: Client, method: str) -> None:
    Topic.objects.create(slug="offers", double_opt_in=True)
    before = Consent.objects.count(), Event.objects.count()
    for address in (
        page("preferences", ingrid),
        page("unsubscribe", ingrid, "news"),
        page("confirm", ingrid, "offers"),
    ):
        answer = getattr(client, method)(address, {"deed": "stop", "topic": "offers", "months": "3"})
        assert answer.status_code == 200
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
    assert (Consent.objects.count(), Event.objects.count()) == before
    assert not LetterPause.objects.exists()


def test_a_choice_says_what_it_changed_and_can_be_taken_back(ingrid: Member, client: Client) -> None:
    TopicWords.objects.create(
        topic=Topic.objects.create(slug="news"),
        language="da",
        name="Nyt fra klubben",
        description="Hver måned.",
    )
    said = client.post(
        page("preferences", ingrid), {"deed": "choose", "topic": ["membership"]}
    ).content.decode()
    assert "Nyt fra klubben" in said
    assert 'name="topic" value="news"' in said
    assert "i•••@example.com" in said
    assert ingrid.email not in said
    assert granted(ingrid) == {"membership"}
    line = consent.standing([ingrid.pk])[ingrid.pk, "news"]
    assert line.proof == "preference page: “Nyt fra klubben” – Hver måned."
    assert Event.objects.get(name="mail.unsubscribed").data == {"topic": "news"}
    client.post(page("preferences", ingrid), {"deed": "choose", "topic": ["membership", "news"]})
    assert granted(ingrid) == {"membership", "news"}


def test_everything_can_be_stopped_at_once(ingrid: Member, client: Client) -> None:
    client.post(page("preferences", ingrid), {"deed": "stop"})
    assert granted(ingrid) == set()
    client.post(page("preferences", ingrid), {"deed": "stop"})
    assert Event.objects.filter(name="mail.unsubscribed").count() == 2


def test_one_click_of_a_mail_program_withdraws_the_topic_once(ingrid: Member, client: Client) -> None:
    for _ in range(2):
        answer = client.post(page("unsubscribe", ingrid, "news"), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert granted(ingrid) == {"membership"}
    assert Event.objects.filter(name="mail.unsubscribed").count() == 1


def test_a_rest_postpones_letters_but_no_reminder_of_a_payment(
    ingrid: Member, client: Client, now: dt.datetime
) -> None:
    client.post(page("preferences", ingrid), {"deed": "pause", "months": "1"})
    value = letters.due(ingrid, now, purpose="value", valid=90)
    soon = letters.due(ingrid, now, purpose="value", valid=3)
    dunning = letters.due(ingrid, now, purpose="dunning")
    verdicts = arbitration.foresee([value, soon, dunning], now)
    until = letter_pauses.running([ingrid.pk], now)[ingrid.pk]
    assert verdicts[value.pk].until == until
    assert verdicts[soon.pk].reason.startswith("no_room: pause")
    assert verdicts[dunning.pk] == arbitration.Verdict()
    client.post(page("preferences", ingrid), {"deed": "resume"})
    assert arbitration.foresee([value], now)[value.pk] == arbitration.Verdict()


def test_forged_unknown_and_erased_get_the_same_answer(
    ingrid: Member, client: Client, now: dt.datetime
) -> None:
    from members import erasure

    addresses = [page("preferences", ingrid), links.url("preferences", uuid.uuid4()), "/u/preferences/x/"]
    erasure.erase(ingrid, None, now)
    answers = [client.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.content for answer in answers}) == 1


def answer(now: dt.datetime) -> None:
    answering.answer(journey.answers, now)


def test_a_yes_that_needs_a_second_one_counts_after_the_letter(
    ingrid: Member, client: Client, sink: sinks.Sink, now: dt.datetime
) -> None:
    Topic.objects.create(slug="offers", double_opt_in=True)
    consent.grant(ingrid, "offers", now, now, proof="ticked", source="api")
    assert "offers" not in granted(ingrid)
    clock.tick(now)
    (letter,) = sink.to(ingrid.email)
    assert letter["List-Unsubscribe"] is None
    body = letter.get_body(("plain",))
    assert body is not None
    link = next(word for word in str(body.get_content()).split() if "/u/confirm/" in word).strip("()")
    assert "offers" not in granted(ingrid)
    client.get(link)
    assert "offers" not in granted(ingrid)
    client.post(link)
    assert "offers" in granted(ingrid)
    assert consent.standing([ingrid.pk])[ingrid.pk, "offers"].proof.startswith("confirmed by the link")
    consent.grant(ingrid, "offers", now, now, proof="ticked again", source="api")
    assert "offers" in granted(ingrid)


def test_no_second_yes_after_a_no(ingrid: Member, client: Client, now: dt.datetime) -> None:
    Topic.objects.create(slug="offers", double_opt_in=True)
    consent.grant(ingrid, "offers", now, now, proof="ticked", source="api")
    client.post(page("preferences", ingrid), {"deed": "stop"})
    client.post(page("confirm", ingrid, "offers"))
    assert granted(ingrid) == set()


def test_the_letter_is_sent_once_and_again_at_most_twice(ingrid: Member, now: dt.datetime) -> None:
    Topic.objects.create(slug="offers", double_opt_in=True)
    consent.grant(ingrid, "offers", now, now, proof="ticked", source="api")
    event = Event.objects.get(name="consent.asked")
    double_opt_in.ask([event], now)
    double_opt_in.ask([event], now)
    assert Message.objects.count() == 1
    days = [double_opt_in.ask_again(ingrid, "offers", now + dt.timedelta(days=day)) for day in (0, 2, 4, 6)]
    assert days == [False, True, True, False]


def test_a_house_that_always_asks_twice_does_so_for_every_kind_but_the_membership(
    ingrid: Member, now: dt.datetime
) -> None:
    consent.grant(ingrid, "news", now, now, proof="ticked", source="api")
    House.objects.update_or_create(defaults={"asks_twice": True})
    for topic in ("news", "offers", consent.MEMBERSHIP):
        consent.grant(ingrid, topic, now, now, proof="ticked", source="api")
    assert granted(ingrid) == {"news", consent.MEMBERSHIP}  # who said yes before is not asked again
    assert consent.standing([ingrid.pk])[ingrid.pk, "offers"].pending


def test_owners_switch_it_on_for_the_house(client: Client) -> None:
    house, _new = House.objects.get_or_create()
    client.force_login(User.objects.create_user("olga", role="owner", is_staff=True))
    desk = f"/admin/office/house/{house.pk}/change/"
    assert "Ask twice before any letters" in client.get(desk).content.decode()
    client.post(desk, {"name": "Club", "language": "en", "asks_twice": "on"})
    house.refresh_from_db()
    assert house.asks_twice


def test_a_yes_that_waits_is_not_taken_back_by_choosing_among_the_others(
    ingrid: Member, client: Client, now: dt.datetime
) -> None:
    Topic.objects.create(slug="offers", double_opt_in=True)
    consent.grant(ingrid, "offers", now, now, proof="ticked", source="api")
    client.post(page("preferences", ingrid), {"deed": "choose", "topic": [consent.MEMBERSHIP]})
    assert granted(ingrid) == {consent.MEMBERSHIP}
    client.post(page("confirm", ingrid, "offers"))
    assert granted(ingrid) == {consent.MEMBERSHIP, "offers"}
