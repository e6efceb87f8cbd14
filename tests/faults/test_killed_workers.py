"""Workers are killed while 2,000 people are welcomed: nobody is forgotten, nobody gets a letter twice."""

import random
import signal
import time

import pytest

from mail.models import Message
from tests.faults import ledger, signups
from tests.faults.programs import Programs, until

pytestmark = pytest.mark.faults
WELCOMES, RECEIPTS = 2000, 200
WORKERS = {"engine-1": "engine", "send-1": "send", "send-2": "send"}


@pytest.fixture
def at_work(house: Programs, flows: None) -> Programs:
    """Workers of both queues, a clock, and a mail server that takes 8 ms for each letter."""
    house.mailserver(delay_ms=8)
    house.beat()
    for name, queue in WORKERS.items():
        house.worker(name, queue)
    return house


def test_kill_9_at_random_loses_nothing_and_doubles_nothing(at_work: Programs) -> None:
    dice = random.Random(20260302)
    kills = 0
    for start in range(0, WELCOMES, 100):
        signups.join(range(start, start + 100))
        kills += kill_one(at_work, dice)
    signups.visit(range(RECEIPTS))
    for _ in range(6):
        time.sleep(1)
        kills += kill_one(at_work, dice)
    ledger.rest(patience=150, meanwhile=lambda: replace_the_dead(at_work))
    at_most = kills * ledger.IN_FLIGHT
    ledger.check(at_work.accepted(), letters=WELCOMES + RECEIPTS, unknown_at_most=at_most)
    unclear = Message.objects.filter(status="unknown", purpose="transactional")
    number = unclear.count()
    ledger.let_a_quarter_of_an_hour_pass()
    until(lambda: not unclear.filter(resent_at=None).exists(), 150, "they are sent once more")
    ledger.rest(patience=150)
    ledger.check(at_work.accepted(), letters=WELCOMES + RECEIPTS, unknown_at_most=at_most)
    assert Message.objects.filter(resent_at__isnull=False, status="sent").count() == number


def test_a_deploy_in_the_middle_loses_nothing_and_leaves_nothing_unclear(at_work: Programs) -> None:
    signups.join(range(600))
    for _ in range(3):
        time.sleep(2)
        for name, queue in WORKERS.items():
            at_work.signal(name, signal.SIGTERM)
            at_work.running[name].wait(150)
            at_work.kill(name)
            at_work.worker(name, queue)
    ledger.rest(patience=150)
    ledger.check(at_work.accepted(), letters=600, unknown_at_most=0)


def kill_one(programs: Programs, dice: random.Random) -> int:
    """Kills a worker that is alive, all of it or one of its processes; how many that were."""
    replace_the_dead(programs)
    name = dice.choice(list(WORKERS))
    if dice.random() < 0.7:
        programs.kill_part(name, dice)
    else:
        programs.kill(name)
        programs.worker(name, WORKERS[name])
    return 1


def replace_the_dead(programs: Programs) -> None:
    """What every house has somebody for: a worker that ended is started again."""
    for name, queue in WORKERS.items():
        if programs.running[name].poll() is not None:
            programs.kill(name)
            programs.worker(name, queue)
