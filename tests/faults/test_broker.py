"""The broker is emptied, frozen and killed while people sign up: it costs seconds, never a letter or a request."""

import datetime as dt
import signal
import time

import pytest

from api import keys
from office.models import Beat
from tests.faults import ledger
from tests.faults.customers import Customers
from tests.faults.programs import Programs, until

pytestmark = pytest.mark.faults
LONGEST = 4.0  # seconds that a request may take: less than the broker is gone, however busy the machine is


@pytest.fixture
def open_house(house: Programs, flows: None) -> Programs:
    """Everything runs, and people can sign up over HTTP."""
    house.mailserver(delay_ms=0)
    house.web()
    house.beat()
    house.worker("engine-1", "engine")
    house.worker("send-1", "send")
    until(Beat.objects.exists, 150, "the clock beats")
    return house


@pytest.fixture
def customers(open_house: Programs) -> Customers:
    key = keys.create("the website", ["signups:write"], dt.datetime.now(dt.UTC))
    return Customers(open_house.ports["web"], key)


def test_a_broker_that_forgets_everything_delays_and_loses_nothing(
    open_house: Programs, customers: Customers
) -> None:
    customers.come(hands=3, pause=0.05)
    for _ in range(40):
        open_house.flush_redis()
        time.sleep(0.2)
    customers.leave()
    everybody_was_welcomed(open_house, customers)


def test_a_broker_that_is_gone_or_frozen_delays_and_loses_nothing(
    open_house: Programs, customers: Customers
) -> None:
    customers.come(hands=3, pause=0.05)
    time.sleep(2)
    open_house.kill("redis")
    time.sleep(5)
    open_house.redis()
    time.sleep(3)
    open_house.signal("redis", signal.SIGSTOP)
    time.sleep(5)
    open_house.signal("redis", signal.SIGCONT)
    time.sleep(2)
    customers.leave()
    everybody_was_welcomed(open_house, customers)


def everybody_was_welcomed(programs: Programs, customers: Customers) -> None:
    """Each signup was taken, within the time, and each became one letter."""
    assert set(customers.answers) == {201}
    slow = [f"{wait:.1f}" for wait in customers.waited if wait > LONGEST]
    assert not slow, f"waited, in seconds: {slow}"
    ledger.rest(patience=150)
    ledger.check(programs.accepted(), letters=len(customers.answers), unknown_at_most=0)
