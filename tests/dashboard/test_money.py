import datetime as dt

from django.test import Client

from dashboard.questions import money
from members import payments, plans
from members.models import Member
from tests import cast
from tests.members.contracts import MONTHLY, YEARLY, day, tell

NOW = dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC)


def ida() -> Member:
    """Trial, then a price, a higher one, a pause; and another plan after an absence."""
    member = cast.join("ida", day("2024-01-01"), quiet=True, first_name="Ida").member
    tell(
        member,
        "started",
        "2024-01-01",
        "a",
        plan=plans.named("full"),
        trial_ends_at=day("2024-01-15"),
        **MONTHLY,
    )
    tell(member, "changed", "2024-06-01", "a", amount=12000)
    tell(member, "ended", "2024-12-01", "a")
    tell(member, "started", "2025-03-01", "b", plan=plans.named("passive"), **YEARLY)
    tell(member, "paused", "2025-04-01", "b")
    tell(member, "resumed", "2025-05-01", "b")
    pay(member, "1", 10000)
    pay(member, "2", 90000)
    return member


def pay(member: Member, ident: str, amount: int) -> None:
    receipt = payments.Receipt(
        "payment.succeeded", member, "house", ident, amount, "DKK", day("2025-03-01"), ident
    )
    payments.apply(receipt, NOW, quiet=True)


def test_every_price_is_told_with_its_time(db: None) -> None:
    told = money.of(ida(), NOW)
    assert [(line.text, line.note, line.since.date().isoformat()) for line in told.lines] == [
        ("Passive, 900 kr a year", "", "2025-05-01"),
        ("Passive, 900 kr a year", "paused", "2025-04-01"),
        ("Passive, 900 kr a year", "", "2025-03-01"),
        ("Full, 120 kr a month", "", "2024-06-01"),
        ("Full, 100 kr a month", "", "2024-01-15"),
        ("Full, 100 kr a month", "trial", "2024-01-01"),
    ]
    assert told.price_since == day("2025-03-01")
    assert (told.per_month, told.paid, told.returns) == (["75 kr"], ["1,000 kr"], 1)
    assert told.days == 31 + 305


def test_the_page_tells_of_it(staff: Client) -> None:
    page = staff.get(f"/members/{ida().uuid}/").content.decode()
    for said in (
        "Membership and money",
        "75 kr",
        "1,000 kr",
        "Full, 120 kr a month",
        "paused",
        "Price since",
    ):
        assert said in page


def test_nothing_stands_there_of_somebody_without_a_contract(staff: Client) -> None:
    member = cast.join("per", day("2024-01-01"), quiet=True, first_name="Per").member
    assert "Membership and money" not in staff.get(f"/members/{member.uuid}/").content.decode()
