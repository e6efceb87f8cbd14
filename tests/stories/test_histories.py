"""Random histories end as the contract says, whatever is edited, paused, told late, or dies meanwhile."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sinks import Sink
from tests.stories.histories import Histories

HOW = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def machine(db: None, sink: Sink) -> type[Histories]:
    """The machine, with a mail server that listens."""
    Histories.sink = sink
    return Histories


def test_a_few_histories_end_as_the_contract_says(machine: type[Histories]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(HOW, max_examples=5, stateful_step_count=20, derandomize=True, database=None),
    )


@pytest.mark.faults
def test_many_histories_end_as_the_contract_says(machine: type[Histories]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(HOW, max_examples=40, stateful_step_count=25, derandomize=True, database=None),
    )
