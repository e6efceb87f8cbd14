"""A worker dies at every single moment of sending and of taking steps; another one takes over and makes it good."""

import datetime as dt

import pytest
from django.db import connection

from flows.models import Enrolment, Step
from lifecycle import clock
from mail import outbox
from mail.models import Message
from mail.models.message import Purpose
from members.models import Member
from tests.faults import crashing, ledger, signups
from tests.sinks import Sink, parse

pytestmark = pytest.mark.faults
LETTERS = 12  # more than one micro-batch
LETTERS_SENT = ("welcome-1", "receipt")
PEOPLE = 3


@pytest.fixture(autouse=True)
def on_postgresql(transactional_db: None) -> None:
    """Only a server outlives the process that spoke to it."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: no server answers at TEST_DATABASE_URL")


@pytest.fixture
def people(on_postgresql: None) -> list[Member]:
    """Members who have been here for a while."""
    signups.join(range(LETTERS))
    clock.work("engine", dt.datetime.now(dt.UTC))
    return list(Member.objects.order_by("pk"))


def test_whoever_dies_while_sending_loses_and_doubles_nothing(
    people: list[Member], flows: None, sink: Sink
) -> None:
    queue(people, "0")
    moments, at, died = crashing.moments_of(send), 0, True
    while died:
        at += 1
        queue(people, str(at))
        died = crashing.die_at(at, send)
        take_over()
    assert at > moments / 2  # a worker that takes over has less to do than the first one had
    taken = [str(parse(content)["Message-ID"]).strip() for _to, content in sink.accepted]
    ledger.check(taken, letters=LETTERS * (at + 1), unknown_at_most=ledger.IN_FLIGHT * at)
    assert Message.objects.filter(status="unknown").exists()
    assert Message.objects.filter(status="sent", resent_at__isnull=False).exists()


def test_whoever_dies_between_two_steps_leaves_nothing_half_done(flows: None, sink: Sink) -> None:
    signups.join(range(PEOPLE))
    moments, at, died = crashing.moments_of(step), 0, True
    while died:
        at += 1
        signups.join(range(PEOPLE * at, PEOPLE * (at + 1)))
        died = crashing.die_at(at, step)
        ledger.let_letters_be_new()
        ledger.check_rules()
        step()
    everybody = PEOPLE * (at + 1)
    assert at > moments / 2
    assert Enrolment.objects.filter(status="active", step="d2").count() == everybody
    assert Message.objects.filter(status="queued").count() == Message.objects.count() == everybody
    ledger.let_letters_be_new()
    ledger.check_rules()


def send() -> None:
    """A worker sends what is due."""
    outbox.send_due(dt.datetime.now(dt.UTC))


def step() -> None:
    """A worker answers events and takes steps until there is nothing left to do."""
    clock.work("engine", dt.datetime.now(dt.UTC))


def take_over() -> None:
    """Another worker comes, later than the lease of the dead one, and again a quarter of an hour later."""
    ledger.let_leases_run_out()
    clock.work("send", dt.datetime.now(dt.UTC))
    ledger.let_a_quarter_of_an_hour_pass()
    clock.work("send", dt.datetime.now(dt.UTC))
    assert ledger.at_rest()


def queue(people: list[Member], batch: str) -> None:
    """A letter to each, every other one about the membership itself."""
    now = dt.datetime.now(dt.UTC)
    welcome, receipt = (Step.objects.filter(letter_version__letter__slug=slug)[0] for slug in LETTERS_SENT)
    drafts = []
    for number, member in enumerate(people):
        letter, purpose, topic = (
            (welcome, Purpose.ONBOARDING, "membership")
            if number % 2
            else (receipt, Purpose.TRANSACTIONAL, "")
        )
        assert letter.letter_version
        key, group = f"crash:{batch}:{number}", f"crash:{batch}"
        late = now + dt.timedelta(days=1)
        drafts.append(outbox.Draft(key, group, member, letter.letter_version, purpose, topic, now, late))
    outbox.queue(drafts, now)
