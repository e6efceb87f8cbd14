"""10,000 letters, several workers killed at random, every task delivered three times, a mail server with moods."""

import datetime as dt
import random
import time

import pytest
from django.db.models import Count

from flows.models import Step
from lifecycle import clock
from mail import outbox
from mail.models import Message
from mail.models.message import Purpose
from members.models import Member
from tests.faults import ledger, signups
from tests.faults.programs import Programs, until

pytestmark = pytest.mark.faults
MEMBERS, EACH = 100, 100
LETTERS = MEMBERS * EACH
WORKERS = {"send-1": 2, "send-2": 2}
PATIENCE = 480  # seconds, on a machine that has other things to do
SLOW, RECOVERED = 100, 150.0  # letters; seconds that a kill may cost


@pytest.fixture
def people(house: Programs) -> list[Member]:
    """Members who have been here for a while, longer than any flow."""
    signups.join(range(MEMBERS))
    clock.work("engine", dt.datetime.now(dt.UTC))
    return list(Member.objects.order_by("pk"))


def test_ten_thousand_letters_leave_once_whatever_dies(
    house: Programs, people: list[Member], flows: None
) -> None:
    house.app = "tests.faults.tripled"
    house.mailserver(delay_ms=2, share=0.004)
    queue(people, EACH)
    house.beat()
    for name, hands in WORKERS.items():
        house.worker(name, "send", hands)
    dice, kills, began = random.Random(20261122), 0, time.monotonic()
    while Message.objects.filter(status="queued").exists():
        assert time.monotonic() - began < PATIENCE, ledger.standing()
        kills += kill_one(house, dice)
        come = len(house.accepted()) + dice.randrange(100, 400)
        while len(house.accepted()) < come and Message.objects.filter(status="queued").exists():
            assert time.monotonic() - began < PATIENCE, ledger.standing()
            time.sleep(0.2)
            replace_the_dead(house)
            ledger.let_the_waits_pass()
            ledger.let_leases_run_out(idle=10)
    ledger.rest(patience=120, meanwhile=lambda: replace_the_dead(house))
    unclear = house.unclear()
    at_most = kills * ledger.IN_FLIGHT * max(WORKERS.values()) + unclear
    ledger.check(house.accepted(), letters=LETTERS, unknown_at_most=at_most)
    unknown = Message.objects.filter(status="unknown").count()
    ledger.let_a_quarter_of_an_hour_pass()
    again = Message.objects.filter(status="unknown", purpose="transactional", resent_at=None)
    until(lambda: not again.exists(), 30, "letters about the membership itself are sent once more")
    while Message.objects.filter(status="queued").exists():
        ledger.let_the_waits_pass()
        time.sleep(0.5)
    ledger.rest(patience=60)
    ledger.check(house.accepted(), letters=LETTERS, unknown_at_most=at_most + house.unclear() - unclear)
    twice = Message.objects.filter(attempts__gt=1).aggregate(number=Count("pk"))["number"]
    print(
        f"\n{LETTERS} letters, {kills} kills, {unclear} times hung up on, {unknown} unknown, {twice} tried again, "
        f"{time.monotonic() - began:.0f} s"
    )
    assert kills >= 10


def test_a_kill_is_made_good_within_150_seconds(house: Programs, people: list[Member], flows: None) -> None:
    """Nobody moves the leases here: this is the real time that members wait."""
    house.mailserver(delay_ms=60)
    queue(people[:SLOW], 1)
    house.beat()
    house.worker("send-1", "send")
    until(lambda: len(house.accepted()) >= 5, 60, "letters leave")
    house.kill("send-1")
    began = time.monotonic()
    house.worker("send-2", "send")
    until(ledger.at_rest, RECOVERED, "another worker has sent the rest")
    print(f"\nmade good after {time.monotonic() - began:.0f} s")
    ledger.check(house.accepted(), letters=SLOW, unknown_at_most=ledger.IN_FLIGHT)


def queue(people: list[Member], each: int) -> None:
    """So many letters to each, every other one about the membership itself."""
    now = dt.datetime.now(dt.UTC)
    welcome, receipt = (
        Step.objects.filter(letter_version__letter__slug=slug)[0].letter_version
        for slug in ("welcome-1", "receipt")
    )
    assert welcome
    assert receipt
    for number in range(each):
        version, purpose = (welcome, Purpose.ONBOARDING) if number % 2 else (receipt, Purpose.TRANSACTIONAL)
        topic, late = "membership" if number % 2 else "", now + dt.timedelta(days=1)
        drafts = [
            outbox.Draft(f"many:{number}:{member.pk}", "many", member, version, purpose, topic, now, late)
            for member in people
        ]
        outbox.queue(drafts, now)


def kill_one(programs: Programs, dice: random.Random) -> int:
    """Kills a worker, all of it or one of its processes."""
    replace_the_dead(programs)
    name = dice.choice(list(WORKERS))
    if dice.random() < 0.8:
        programs.kill_part(name, dice)
    else:
        programs.kill(name)
        programs.worker(name, "send", WORKERS[name])
    return 1


def replace_the_dead(programs: Programs) -> None:
    """A worker that ended is started again."""
    for name, hands in WORKERS.items():
        if programs.running[name].poll() is not None:
            programs.kill(name)
            programs.worker(name, "send", hands)
