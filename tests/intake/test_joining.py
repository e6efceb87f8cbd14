"""People join on a page of the house, or by the hand of somebody who works here: once, checked, and welcomed."""

import datetime as dt
import html
import re

import pytest
from django.test import Client

from intake.joining import newcomers
from intake.models import JoinPage
from lifecycle import clock
from mail.models import Message
from members import consent, subscriptions
from members.models import Event, Member, Plan, Subscription
from members.models.member import Stage
from office.models import User
from relationship.models import Task
from tests.dashboard import club

pytestmark = pytest.mark.django_db
ADA = {"first_name": "Ada", "last_name": "Lund", "email": "ada@example.com", "joining_reason": "Company"}


@pytest.fixture(autouse=True)
def _clock(settings, tmp_path, now):
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())


@pytest.fixture
def open_page(now: dt.datetime) -> JoinPage:
    plan = Plan.objects.create(
        slug="full",
        name="Full",
        sentence="Full, 900 kr a year",
        amount=90000,
        currency="DKK",
        interval="year",
    )
    news = "You may write to me about news"
    return JoinPage.objects.create(
        slug="full", plan=plan, title="Join us", reasons=["Company"], news=news, created_at=now
    )


def shown(address: str = "/join/full/") -> str:
    return html.unescape(Client().get(address).content.decode())


def filled(**said: str) -> dict[str, str]:
    found = re.search(r'name="ticket" value="([^"]+)"', shown())
    assert found
    return {**ADA, "ticket": found[1], **said}


def test_the_page_says_the_price_and_changes_nothing_when_it_is_opened(open_page: JoinPage) -> None:
    assert "Full, 900 kr a year" in shown()
    assert not Member.objects.exists()


def test_joining_makes_a_member_with_a_contract_and_the_first_letter_leaves(
    open_page: JoinPage, now: dt.datetime
) -> None:
    club.publish(now - dt.timedelta(days=1))
    answer = Client().post("/join/full/", filled(news="yes", told_by="Ole"))
    assert answer["Location"] == "/join/full/welcome/"
    member = Member.objects.get()
    assert (member.joining_reason, member.told_by, member.source) == ("Company", "Ole", "page")
    contract = Subscription.objects.get()
    assert (contract.amount, contract.status) == (90000, "active")
    assert contract.current_period_end == now.replace(year=2027)
    allowed = consent.standing([member.pk])
    assert allowed[member.pk, "news"].proof == "join page full: You may write to me about news"
    clock.tick(now + dt.timedelta(seconds=5))
    assert Message.objects.get(member=member).status == "sent"
    assert Task.objects.get(member=member).title == "Ask Ada Lund for the payment: 900 kr a year"


def test_the_same_form_sent_twice_is_one_member(open_page: JoinPage) -> None:
    form = filled()
    for _ in range(2):
        assert Client().post("/join/full/", form).status_code == 302
    assert Member.objects.count() == Event.objects.filter(name="member.signed_up").count() == 1


def test_who_is_a_member_already_gets_the_same_answer_and_stays_as_they_are(open_page: JoinPage) -> None:
    Client().post("/join/full/", filled())
    again = Client().post("/join/full/", filled(email="ADA@example.com", first_name="ada", told_by="x"))
    assert again["Location"] == "/join/full/welcome/"
    assert Member.objects.get().told_by == ""
    assert Subscription.objects.count() == 1


def test_who_left_comes_back_with_the_old_number(open_page: JoinPage, now: dt.datetime) -> None:
    Client().post("/join/full/", filled())
    member, row = Member.objects.get(), Subscription.objects.get()
    ended = ("subscription.ended", member, row.source, row.external_id, now, "over")
    subscriptions.apply(subscriptions.Change(*ended), now)
    assert Member.objects.get().stage == Stage.FORMER
    Client().post("/join/full/", filled())
    assert Member.objects.get().stage != Stage.FORMER
    assert Event.objects.filter(name="member.signed_up").count() == 1


def test_a_family_shares_an_address(open_page: JoinPage) -> None:
    Client().post("/join/full/", filled())
    Client().post("/join/full/", filled(first_name="Bo"))
    assert Member.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"first_name": " "}, "first_name"),
        ({"email": "", "phone": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"phone": "1\x002"}, "phone"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(
    open_page: JoinPage, said: dict[str, str], field: str
) -> None:
    answer = Client().post("/join/full/", filled(told_by="Grandmother", **said))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{field}-error"' in text
    assert "Grandmother" in text
    assert not Member.objects.exists()


def test_a_machine_that_fills_in_everything_is_thanked_and_not_written_down(open_page: JoinPage) -> None:
    assert Client().post("/join/full/", filled(website="https://spam.example")).status_code == 302
    assert not Member.objects.exists()


@pytest.mark.parametrize("ticket", ["", "x" * 60])
def test_a_form_that_was_never_opened_here_is_shown_again(open_page: JoinPage, ticket: str) -> None:
    assert Client().post("/join/full/", filled(ticket=ticket)).status_code == 422
    assert not Member.objects.exists()


def test_a_closed_page_lets_nobody_in(open_page: JoinPage, now: dt.datetime) -> None:
    form = filled()
    JoinPage.objects.update(closed_at=now)
    assert Client().post("/join/full/", form).status_code == 410
    assert not Member.objects.exists()


def test_the_page_may_stand_in_a_frame_and_no_other_page_may(open_page: JoinPage) -> None:
    answer = Client().get("/join/full/")
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert "frame-ancestors 'none'" in Client().get("/login/")["Content-Security-Policy"]


class TestByHand:
    """Staff let somebody in."""

    @pytest.fixture
    def anna(self, client: Client) -> Client:
        client.force_login(User.objects.create_user("anna", first_name="Anna", role="staff"))
        return client

    def test_four_fields_are_enough(self, anna: Client, open_page: JoinPage) -> None:
        form = anna.get("/members/new/").content.decode()
        ticket = re.search(r'name="ticket" value="([^"]+)"', form)
        assert ticket
        said = {"first_name": "Ole", "phone": "30 12 34 56", "plan": "full", "ticket": ticket[1]}
        for _ in range(2):
            answer = anna.post("/members/new/", {**said, "anyway": "yes"})
        ole = Member.objects.get()
        assert answer["Location"] == f"/members/{ole.uuid}/"
        assert (ole.phone, ole.source) == ("30 12 34 56", "staff")
        proof = consent.standing([ole.pk])[ole.pk, "membership"].proof
        assert proof == "told Anna"

    def test_who_seems_to_be_here_is_asked_about_first(self, anna: Client, open_page: JoinPage) -> None:
        Client().post("/join/full/", filled())
        answer = anna.post("/members/new/", {**ADA, "ticket": "a"})
        assert answer.status_code == 422
        assert "Is it the same person?" in answer.content.decode()
        assert Member.objects.count() == 1
        anna.post("/members/new/", {**ADA, "ticket": "a", "anyway": "yes"})
        assert Member.objects.count() == 2

    def test_a_page_for_joining_is_made_changed_closed_and_opened(
        self, client: Client, now: dt.datetime
    ) -> None:
        client.force_login(User.objects.create_user("eve", role="editor"))
        plan = Plan.objects.create(slug="full", name="Full")
        assert "Make a page" in client.get("/members/joining/").content.decode()
        client.post("/members/joining/new", {"plan": plan.slug})
        assert "QR code" in client.get("/members/joining/full/").content.decode()
        assert client.get("/members/joining/full/code.svg")["Content-Type"] == "image/svg+xml"
        client.post("/members/joining/full/", {"title": "Come in", "reasons": "One\n\nTwo"})
        found = JoinPage.objects.get()
        assert (found.title, found.reasons, found.asks_phone, found.news) == (
            "Come in",
            ["One", "Two"],
            False,
            "",
        )
        client.post("/members/joining/full/", {"do": "close"})
        assert Client().get("/join/full/").status_code == 410
        client.post("/members/joining/full/", {"do": "open"})
        assert Client().get("/join/full/").status_code == 200


def test_nobody_is_named_by_an_empty_form() -> None:
    assert newcomers.same_person({"first_name": "Ada"}) is None
