"""A small town whose people, in a few weeks, do everything that the ready flows of a trade listen for."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from members import moving
from members.models import Member, MemberTag, Plan
from office.models import User
from tests.stories import playing

START = dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC)  # a Monday; clocks are put forward four weeks later
DAYS = 45
END = START + dt.timedelta(days=DAYS)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
YEARLY = {"plan": "annual", "status": "active", "amount": 90000, "currency": "EUR", "interval": "year"}
MONTHLY = {"plan": "standard", "status": "active", "amount": 4900, "currency": "EUR", "interval": "month"}
Deed = Callable[[], object]


class Town:
    """Says what happens, moment by moment. `deeds` are in the order in which they come, all times aware."""

    def __init__(self, house: playing.House) -> None:
        self.house = house
        self.karen = User.objects.create(username="karen", role=User.Role.OWNER)
        self._deeds: list[tuple[dt.datetime, Deed]] = []

    def history(self) -> Iterator[tuple[dt.datetime, Deed]]:
        """What came before the flows were published, in order."""
        return iter(sorted((one for one in self._deeds if one[0] < START), key=lambda one: one[0]))

    def days(self) -> Iterator[tuple[dt.datetime, Deed]]:
        """What comes after it, in order."""
        return iter(sorted((one for one in self._deeds if one[0] >= START), key=lambda one: one[0]))

    def settle(self, quiet_after: int) -> None:
        """Everybody who lives here. `quiet_after`: days without use after which the trade calls somebody quiet."""
        self._regulars(quiet_after)
        self._milestones()
        self._closer_ones()
        self._terms()
        self._newcomers()
        self._leavers()
        self._payers()

    def _regulars(self, quiet_after: int) -> None:
        """Those who use it as always, one who falls quiet, and one who comes back from it."""
        for who, joined in (("anni", 355), ("hal", 172), ("sam", 78), ("una", 15)):
            self.member(who, -joined, MONTHLY)
            if who != "una":
                self.stage(who, "value", -joined / 2)
            for day in range(max(-joined, -60) + 1, DAYS, 2):
                self.use(who, day)
        for who in ("quinn", "wren"):
            self.member(who, -500, YEARLY)
            self.stage(who, "value", -300)
            for day in range(-quiet_after - 90, 5 - quiet_after, 4):
                self.use(who, day)
        self.use("wren", 40)

    def _milestones(self) -> None:
        for who, before in (("fay", 49), ("hundt", 99)):
            self.member(who, -300, MONTHLY)
            self.stage(who, "value", -200)
            for place in range(before):
                self.use(who, -40 + place / 3, "usage.visit")
            for day in (3, 9, 15, 21, 27, 33, 39):
                self.use(who, day, "usage.visit")
        self.member("tess", -89, MONTHLY)

    def _closer_ones(self) -> None:
        """Those who come closer, who could be asked for something, and who are at the heart."""
        for who in ("rex", "ruth", "rita"):
            self.member(who, -250, MONTHLY)
            self.stage(who, "value", -150)
            for day in range(-60, DAYS, 3):
                self.use(who, day)
        self.stage("rex", "relationship", -29.9)
        self.at(-10, lambda: MemberTag.objects.create(member=self._find("rex"), tag="candidate"))
        self.stage("ruth", "relationship", 2.3)
        self.stage("rita", "relationship", 3.4)
        self.event("ruth", "letter.replied", 30.2)
        self.event("rex", "referral.signed_up", 12.1)
        self.member("amber", -400, MONTHLY, account="Acme")
        self.stage("amber", "relationship", -100)
        self.stage("amber", "ambassador", 5.2)
        self.member("cody", -172, MONTHLY, account="Acme")
        self.stage("cody", "relationship", -80)

    def _terms(self) -> None:
        """Terms, trials and cards that come to their end."""
        for who in ("rene", "resa", "rolf"):
            ends = {"current_period_end": self.iso(40), "started_at": self.iso(-325)}
            self.member(who, -325, {**YEARLY, **ends})
            self.stage(who, "value", -200)
        self.contract("rene", "renewed", 39.9, current_period_end=self.iso(405), status="active")
        self.event("rene", "payment.succeeded", 31.1, external_id="p-rene", amount=90000, currency="EUR")
        self.contract("resa", "past_due", 28.2)
        self.contract("rolf", "cancelled", 20.3, effective_at=self.iso(40), reason="price")
        self.member("trix", -10, {**MONTHLY, "status": "trialing", "trial_ends_at": self.iso(21)})
        self.member("cora", -100, {**MONTHLY, "card_expires": "2026-04"})
        self.member("carl", -100, {**MONTHLY, "card_expires": "2026-04"})
        self.event("carl", "payment_method.updated", 12.2, card_expires="2029-01")
        self.event("cora", "payment_method.updated", 35.2, card_expires="2029-02")

    def _newcomers(self) -> None:
        for place, who in enumerate(("nora", "nils", "nick", "nell", "nino", "nana")):
            day = 1 + place * 1.37
            trial = {**MONTHLY, "status": "trialing", "trial_ends_at": self.iso(day + 14)}
            more = {"account": "Acme"} if place % 2 else {}
            zone = "America/New_York" if place == 3 else "Europe/Copenhagen"
            self.member(who, day, trial if place > 2 else MONTHLY, time_zone=zone, **more)
            for use in range(place % 4 * 3):
                self.use(who, day + 0.4 + use * 1.1, "usage.visit")
            if place in (0, 1, 4):
                self.event(
                    who, "payment.succeeded", day + 3, external_id=f"p-{who}", amount=4900, currency="EUR"
                )
        self.contract("nick", "cancelled", 12.4, effective_at=self.iso(20), reason="no_time")
        self.contract("nell", "trial_ending", 14.2)
        self.contract("nell", "ended", 19.1)
        self.contract("nino", "changed", 20.2, status="active")

    def _leavers(self) -> None:
        for who, reason in (
            ("gaby", "price"),
            ("gus", "no_use"),
            ("gil", "conflict"),
            ("gun", "missing_feature"),
        ):
            self.member(who, -200, MONTHLY)
            self.stage(who, "value", -100)
            self.use(who, -20)
            self.event(who, "payment.succeeded", -199, external_id=f"p-{who}", amount=4900, currency="EUR")
            self.contract(who, "cancelled", 6.2, effective_at=self.iso(11), reason=reason)
        self.contract("gus", "resumed", 8.3)
        self.member("bea", -300, MONTHLY)
        self.contract("bea", "ended", -60)
        self.contract("bea", "started", 9.3, **MONTHLY)
        self.contract("gaby", "started", 38.1, **MONTHLY)

    def _payers(self) -> None:
        for who, pays_on in (("pia", 11.5), ("paul", None)):
            self.member(who, -150, MONTHLY)
            self.event(who, "payment.failed", 7.2, external_id=f"f-{who}", amount=4900, currency="EUR")
            self.contract(who, "past_due", 7.25)
            if pays_on:
                paid = {"external_id": f"g-{who}", "amount": 4900, "currency": "EUR"}
                self.event(who, "payment.succeeded", pays_on, **paid)
                self.contract(who, "renewed", pays_on + 0.1)
        self.member("finn", -120, MONTHLY)
        self.contract("finn", "paused", 10.3)

    def member(self, who: str, day: float, subscription: dict[str, Any], **more: Any) -> None:
        """Somebody joins on this day, counted from START."""
        said = {"subscription": {"started_at": self.iso(day), **subscription}, **more}
        self.at(day, lambda: self.house.joins(who, self.text(day), **said))

    def event(self, who: str, name: str, day: float, **data: Any) -> None:
        """Something happens to somebody, and the house is told at once."""
        self.at(
            day, lambda: self.house.happens(name, who, self.text(day), **({"data": data} if data else {}))
        )

    def contract(self, who: str, verb: str, day: float, **data: Any) -> None:
        """Billing tells something of somebody's only contract."""
        self.event(who, f"subscription.{verb}", day, **data)

    def use(self, who: str, day: float, name: str = "usage.visit") -> None:
        """Somebody uses it."""
        self.event(who, name, day)

    def stage(self, who: str, to: str, day: float) -> None:
        """Somebody here moves them, by hand."""
        self.at(
            day, lambda: moving.by_hand(self._find(who), to, "as we know them", self.karen, self.moment(day))
        )

    def at(self, day: float, deed: Deed) -> None:
        """Something is done on this day."""
        self._deeds.append((self.moment(day), deed))

    @staticmethod
    def moment(day: float) -> dt.datetime:
        """So many days after START, to the minute."""
        return START + dt.timedelta(minutes=round(day * 24 * 60))

    def iso(self, day: float) -> str:
        """The same as programs say it."""
        return f"{self.moment(day):%Y-%m-%dT%H:%M:%SZ}"

    def text(self, day: float) -> str:
        """The same as the house of the stories takes it."""
        return f"{self.moment(day):%Y-%m-%d %H:%M}"

    @staticmethod
    def _find(who: str) -> Member:
        return Member.objects.get(email=f"{who}@example.com")


def quiet_after() -> int:
    """After how many days without use the plans of the house call somebody quiet."""
    return max(Plan.objects.values_list("quiet_after", flat=True), default=60)
