"""An offer in a letter: made by rules when the letter leaves, accepted once on a page, done by a person."""

import datetime as dt
import html
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api import links
from flows import checking, publishing
from lifecycle import clock
from mail import previewing, reading
from mail.models import LetterVersion, Message
from members import erasure, events, exporting, fact_keeping, merging_members, usage
from members.models import Event, Member, MemberFacts
from relationship.models import Task
from tests import cast
from tests.winback import offering
from winback.models import MadeOffer, Offer
from winback.offers import making, rules

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(settings, tmp_path, now):
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())


@pytest.fixture
def tell_time(settings):
    """Moves the clock that the pages read."""
    return lambda moment: settings.TEST_CLOCK.write_text(moment.isoformat())


@pytest.fixture
def per(now: dt.datetime) -> Member:
    """Reads English, joined a year ago, pays €100 a month."""
    member = cast.per(now - 400 * DAY).member
    Event.objects.update(handled_at=now)
    offering.pays(member, now)
    return member


def visit(member: Member, now: dt.datetime, name: str = "back") -> None:
    """What lets somebody into the flow, and the tick that sends its letter."""
    key = f"{name}:{member.pk}:{now:%Y%m%d}"
    events.record(events.Draft(f"{name}.visited", member, now, key), now)
    clock.tick(now)


@pytest.fixture
def made(per: Member, now: dt.datetime) -> MadeOffer:
    """Per was offered three months at 30 % off."""
    offering.store(offering.TOP, offering.WEEKEND)
    offering.publish(now)
    visit(per, now)
    return MadeOffer.objects.get()


def address(made: MadeOffer) -> str:
    """Where the button of the letter leads."""
    page = reading.read(made.message, made.made_at).html
    found = re.findall(r'href="[^"]*(/u/offer/[^"]+)"', page)
    assert len(set(found)) == 1
    return found[0]


def shown(made: MadeOffer) -> str:
    return html.unescape(Client().get(address(made)).content.decode())


def state() -> tuple[object, ...]:
    return (
        list(MadeOffer.objects.values()),
        list(Event.objects.values("pk", "name", "data", "handled_at")),
        list(Task.objects.values()),
        list(MemberFacts.objects.values()),
    )


def test_a_letter_that_leaves_makes_the_offer_with_the_price_of_the_member(made: MadeOffer, now) -> None:
    letter = reading.read(made.message, now)
    for part in (letter.html, letter.text):
        assert "Three months at 30 % off" in part
        assert "€70 a month instead of €100 a month for three months." in part
        assert "It stands until 16 March 2026." in part
        assert "You are welcome any day." not in part
    assert address(made) in letter.text
    assert (made.made_at, made.terms["usual"], made.terms["price"]) == (now, 10_000, 7_000)
    told = Event.objects.get(name="offer.made")
    assert (told.data["offer"], told.data["percent"], told.handled_at) == ("top", 30, now)
    clock.tick(now)
    assert MemberFacts.objects.get(member=made.member).offers_12m == 1


def test_a_danish_reader_is_offered_it_in_danish(now: dt.datetime) -> None:
    ingrid = cast.ingrid(now - 400 * DAY).member
    offering.pays(ingrid, now)
    offering.store(offering.TOP, offering.WEEKEND)
    offering.publish(now)
    clock.tick(now)
    visit(ingrid, now)
    letter = reading.read(offering.letter_to(ingrid), now)
    assert "70 € om måneden i stedet for 100 € om måneden" in letter.text
    assert "Det gælder til og med 16. marts 2026." in letter.text
    page = shown(MadeOffer.objects.get())
    assert '<html lang="da">' in page
    assert "90 dage med 30 % rabat" in page


def test_whoever_only_looks_changes_nothing(made: MadeOffer) -> None:
    before = state()
    for tricks in ("", "?accept=1", "?_method=POST"):
        assert Client().get(address(made) + tricks).status_code == 200
        assert Client().head(address(made) + tricks).status_code == 200
    assert Client().put(address(made)).status_code == 405
    assert state() == before


def test_it_is_accepted_once_and_somebody_sees_to_it(made: MadeOffer, now: dt.datetime, tell_time) -> None:
    assert "Three months at 30 % off" in shown(made)
    for _ in range(2):
        assert Client().post(address(made)).status_code == 302
    clock.tick(now)
    made.refresh_from_db()
    assert made.accepted_at == now
    assert Event.objects.filter(name="offer.accepted").count() == 1
    task = Task.objects.get()
    assert task.title == "Give Per what they accepted: Three months at 30 % off"
    assert task.because == "accepted on 2 March 2026. €70 a month instead of €100 a month for three months."
    assert (task.is_money, task.due_at) == (True, now + 3 * DAY)
    assert "You accepted this on 2 March 2026" in shown(made)
    tell_time(now + 100 * DAY)
    assert "You accepted this on 2 March 2026" in shown(made)


def test_after_its_last_day_it_is_kindly_over(made: MadeOffer, tell_time) -> None:
    tell_time(made.until - dt.timedelta(seconds=1))
    assert "Yes, I would like that" in shown(made)
    tell_time(made.until)
    assert "This offer is over" in shown(made)
    Client().post(address(made))
    made.refresh_from_db()
    assert made.accepted_at is None
    assert not Event.objects.filter(name="offer.accepted").exists()


def test_what_was_promised_stands_whatever_the_offer_says_later(made: MadeOffer, now: dt.datetime) -> None:
    made.offer.words.update(what="Nothing", price="")
    Offer.objects.update(retired_at=now, percent=5)
    assert "Three months at 30 % off" in shown(made)
    Client().post(address(made))
    made.refresh_from_db()
    assert made.accepted_at == now


def test_links_that_are_forged_foreign_or_of_somebody_erased_are_alike(made: MadeOffer, now) -> None:
    good = address(made)
    token = good.split("/")[3]
    bad = [token[:-1] + "x", links.token("cancel", made.uuid), links.token("offer", made.member.uuid)]
    bad += [links.token("offer", made.uuid, "x"), "x", "A" * 60]
    for one in bad:
        assert Client().get(f"/u/offer/{one}/").status_code == 404
        assert Client().post(f"/u/offer/{one}/").status_code == 404
    erasure.erase(made.member, None, now)
    assert Client().post(good).status_code == 404
    made.refresh_from_db()
    assert (made.accepted_at, made.terms) == (None, {})


def test_nobody_is_made_two_offers_within_the_months_of_the_rule(made: MadeOffer, per: Member, now) -> None:
    visit(per, now + 40 * DAY)
    letter = reading.read(offering.letter_to(per), now)
    assert "You are welcome any day." in letter.text
    assert "30 %" not in letter.text
    assert MadeOffer.objects.count() == 1
    visit(per, now + 370 * DAY)
    assert MadeOffer.objects.count() == 2


@pytest.mark.parametrize(
    ("offer", "plan", "amount", "made"),
    [
        ({}, {}, 10_000, "top"),
        ({}, {"cost_to_serve": 5_000}, 10_000, "top"),
        ({}, {"cost_to_serve": 5_001}, 10_000, "weekend"),  # 7000 - 5001 is less than 20 per cent of 10000
        ({"floor_percent": 0}, {"cost_to_serve": 7_000}, 10_000, "top"),
        ({"floor_percent": 70}, {}, 10_000, "top"),
        ({"floor_percent": 71}, {}, 10_000, "weekend"),
        ({}, {}, None, "weekend"),
        ({}, {}, 0, "weekend"),
        ({"band": "top"}, {}, 10_000, "weekend"),
        ({"band": "middle"}, {}, 10_000, "top"),
        ({"kind": "free", "percent": None, "periods": 3}, {"cost_to_serve": 5_500}, 10_000, "top"),
        ({"kind": "free", "percent": None, "periods": 3}, {"cost_to_serve": 5_501}, 10_000, "weekend"),
    ],
)
def test_the_floor_the_price_and_the_band_say_which_offer_of_the_chain_is_made(
    now: dt.datetime, offer: dict, plan: dict, amount: int | None, made: str
) -> None:
    member = cast.per(now - 400 * DAY).member
    offering.pays(member, now, amount, **plan)
    offering.store({**offering.TOP, **offer}, offering.WEEKEND)
    offering.publish(now)
    clock.tick(now)
    visit(member, now)
    assert MadeOffer.objects.get().offer.slug == made


def test_who_had_stopped_coming_gets_no_money_off(per: Member, now: dt.datetime) -> None:
    usage.record_many([usage.Use(per.pk, "door", "u", "usage.visit", now - 200 * DAY)], now)
    fact_keeping.recompute([per.pk], now)
    assert MemberFacts.objects.get(member=per).pulse == "sleeping"
    offering.store(offering.TOP, offering.WEEKEND)
    offering.publish(now)
    visit(per, now)
    assert MadeOffer.objects.get().offer.slug == "weekend"


@pytest.mark.parametrize(("seen_before_the_end", "made"), [(130, "weekend"), (20, "top")])
def test_a_former_member_who_slept_before_leaving_is_offered_something_else(
    per: Member, now: dt.datetime, seen_before_the_end: int, made: str
) -> None:
    ended = now - 30 * DAY
    at = ended - seen_before_the_end * DAY
    usage.record_many([usage.Use(per.pk, "door", "u", "usage.visit", at)], now)
    per.subscriptions.update(status="ended", ended_at=ended)
    Member.objects.filter(pk=per.pk).update(stage="former", stage_since=ended, status="ended")
    fact_keeping.recompute([per.pk], now)
    offering.store(offering.TOP, offering.WEEKEND)
    offering.publish(now)
    visit(per, now)
    assert MadeOffer.objects.get().offer.slug == made


def test_bands_are_fifths_of_what_members_paid(now: dt.datetime) -> None:
    people = [cast.join(f"p{number}", now, quiet=True).member for number in range(20)]
    for number, member in enumerate(people, 1):
        MemberFacts.objects.filter(member=member).update(lifetime_value=number * 100, currency="EUR")
    bands = [standing.band for _pk, standing in sorted(rules.standings(people).items())]
    assert bands == ["low"] * 4 + ["middle"] * 12 + ["top"] * 4
    MemberFacts.objects.update(lifetime_value=500)
    assert {standing.band for standing in rules.standings(people).values()} == {"middle"}
    MemberFacts.objects.filter(member__in=people[9:]).update(lifetime_value=0)
    assert {standing.band for standing in rules.standings(people).values()} == {"middle"}


def test_no_offer_leaves_while_a_complaint_is_open(per: Member, now: dt.datetime) -> None:
    offering.store(offering.TOP, offering.WEEKEND)
    offering.publish(now)
    events.record(events.Draft("complaint.made", per, now - DAY, "c"), now)
    visit(per, now)
    letter = Message.objects.get()
    assert letter.status == "queued"
    assert letter.reason.startswith("postponed: complaint")
    assert not MadeOffer.objects.exists()
    events.record(events.Draft("complaint.closed", per, now + DAY, "d"), now + DAY)
    clock.tick(now + 2 * DAY)
    assert MadeOffer.objects.get().made_at == now + 2 * DAY


def test_a_letter_that_is_put_back_makes_the_offer_once(per: Member, now: dt.datetime) -> None:
    offering.store(offering.TOP, offering.WEEKEND)
    offering.publish(now)
    visit(per, now)
    message = Message.objects.select_related("member", "letter_version").get()
    for _ in range(2):
        making.prepare([message], now + DAY)
    assert MadeOffer.objects.count() == 1
    assert Event.objects.filter(name="offer.made").count() == 1


def test_reading_a_letter_before_it_leaves_offers_nothing(per: Member, now: dt.datetime) -> None:
    offering.store(offering.TOP, offering.WEEKEND)
    offering.publish(now)
    version = LetterVersion.objects.get()
    before = state()
    assert "€70 a month instead of €100 a month" in previewing.preview(version, "en", per).text
    assert "Three months at 30 % off" in previewing.preview(version, "en").text
    assert "rabat" in previewing.preview(version, "da", per).text
    assert "You are welcome any day." in previewing.on_paper(version, [per])[per.pk].text
    assert state() == before


def test_many_offers_ask_no_more_of_the_database_than_one(now: dt.datetime) -> None:
    offering.store(offering.TOP, offering.WEEKEND)
    offering.publish(now)
    people = [
        cast.join(f"p{number}", now - 300 * DAY, email=f"p{number}@example.com", locale="nl").member
        for number in range(9)
    ]
    for member in people:
        offering.pays(member, now)
    clock.tick(now)
    version = LetterVersion.objects.get()
    letters = [
        Message.objects.create(
            member=member, letter_version=version, key=f"k{member.pk}", purpose="value", due_at=now,
            first_due_at=now, not_after=now, created_at=now,
        )
        for member in people
    ]  # fmt: skip
    counts = []
    for batch in (letters[:2], letters[2:]):
        with CaptureQueriesContext(connection) as queries:
            making.prepare(batch, now)
        counts.append(len(queries))
    assert MadeOffer.objects.count() == 9
    assert counts[0] == counts[1]


def test_offers_are_exported_and_follow_a_merge(made: MadeOffer, per: Member, now: dt.datetime) -> None:
    assert exporting.everything(per, now)["winback.MadeOffer"][0]["terms"]["percent"] == 30
    kept = cast.ingrid(now).member
    merging_members.merge(kept, per, None, now)
    made.refresh_from_db()
    assert made.member == kept
    Client().post(address(made))
    assert Event.objects.get(name="offer.accepted").member == kept


def test_a_receipt_offers_nothing_and_a_letter_makes_one_offer(now: dt.datetime) -> None:
    offering.store(offering.TOP, offering.WEEKEND)
    with pytest.raises(checking.FlowErrors, match="makes no offer"):
        offering.publish(now, purpose="transactional", topic="")
    two = offering.flow()
    two["letters"][0]["da"]["blocks"][1]["offer"] = "weekend"  # type: ignore[index]
    with pytest.raises(checking.FlowErrors, match="one offer in a letter, not top, weekend"):
        publishing.publish(two, now, without_face=True)


@pytest.mark.parametrize(
    ("trade", "slug", "steps"),
    [
        ("newspaper", "come-back", [("top", 30), ("middle", 20), ("low", 10), ("", None)]),
        ("saas", "come-back", [("top", 30), ("middle", 20), ("low", 10), ("", None)]),
        ("gym", "start-again", [("top", 50), ("middle", None)]),
        ("club", "guest-evening", [("top", None), ("middle", None)]),
    ],
)
def test_every_trade_brings_its_bands(trade: str, slug: str, steps: list[tuple[str, int | None]]) -> None:
    call_command("choose_trade", trade)
    named, every = rules.ready([slug])
    assert [(one.band, one.percent) for one in rules.chain(named[slug], every)] == steps
    is_money = [one.kind in Offer.MONEY for one in Offer.objects.all()]
    assert any(is_money) == (trade != "club")
