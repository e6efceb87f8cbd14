"""Trials of a large house: workers play them one at a time, and keep the answer for a while."""

import datetime as dt
from typing import Any

import pytest
from django.db.models.functions import Now

from flows.models import Flow, Trial
from flows.simulation import answers, simulating, trying
from members import erasure
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC)
HELLO = [{"uid": "hello", "kind": "send", "letter": "hello"}]


@pytest.fixture
def flow() -> Flow:
    cast.ingrid(NOW - dt.timedelta(days=2))
    definition = making.definition(HELLO, trigger={"event": "member.signed_up"})
    return Flow.objects.create(slug="trial", name="Trial", draft=definition)


def ask(flow: Flow, now: dt.datetime = NOW, **over: Any) -> Trial:
    return trying.ask(flow, {**flow.draft, **over}, 7, now)


def test_the_answer_that_is_kept_is_the_answer(flow: Flow) -> None:
    asked = ask(flow)
    assert trying.work(NOW) == 1
    asked.refresh_from_db()
    told = simulating.simulate(flow, flow.draft, 7, NOW)
    assert told.entered == 1
    assert answers.read(asked.told) == told
    assert trying.work(NOW) == 0


def test_the_same_question_is_asked_once_and_anew_when_something_changed(flow: Flow) -> None:
    first = ask(flow)
    assert ask(flow).pk == first.pk
    assert ask(flow, name="Another").pk != first.pk
    trying.work(NOW)
    assert ask(flow).pk == first.pk
    assert ask(flow, NOW + trying.KEPT).pk != first.pk


def test_a_definition_with_mistakes_says_them(flow: Flow) -> None:
    ask(flow, purpose="party")
    trying.work(NOW)
    assert "“party” is none of" in Trial.objects.get().errors[0]


def test_one_at_a_time_and_whoever_died_over_it_twice_is_not_followed(flow: Flow) -> None:
    one, other = ask(flow), ask(flow, name="Another")
    Trial.objects.filter(pk=one.pk).update(leased_until=Now() + trying.LEASE, tries=2)
    assert trying.work(NOW) == 0
    Trial.objects.filter(pk=one.pk).update(leased_until=Now() - trying.LEASE)
    assert trying.work(NOW) == 1
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.finished_at, one.told) == (NOW, None)
    assert other.told


def test_one_that_fails_is_over_and_holds_nothing_up(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_asked: Any) -> None:
        raise RuntimeError("a poison event")

    ask(flow)
    monkeypatch.setattr(simulating, "simulate", fail)
    assert trying.work(NOW) == 1
    asked = Trial.objects.get()
    assert (asked.finished_at, asked.leased_until, asked.told, asked.errors) == (NOW, None, None, [])
    assert trying.work(NOW) == 0


def test_yesterdays_answers_and_those_that_name_the_erased_are_gone(flow: Flow) -> None:
    ask(flow)
    trying.work(NOW)
    assert trying.forget_old(NOW + dt.timedelta(hours=2)) == 1
    ask(flow)
    trying.work(NOW)
    erasure.erase(cast.per(NOW).member, None, NOW)
    assert not Trial.objects.exists()
