"""Nudges: only after the commit, and never in the way of it."""

import pytest
from django.db import transaction

from office import nudges


@pytest.mark.django_db(transaction=True)
def test_a_nudge_rings_after_the_commit_and_not_after_a_rollback(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(nudges, "_ring", [rung.append])
    with transaction.atomic():
        nudges.after_commit("engine")
        assert rung == []
    assert rung == ["engine"]
    with transaction.atomic():
        nudges.after_commit("send")
        transaction.set_rollback(True)
    assert rung == ["engine"]


@pytest.mark.django_db(transaction=True)
def test_a_bell_that_breaks_breaks_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_queue: str) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(nudges, "_ring", [breaks])
    nudges.after_commit("engine")
