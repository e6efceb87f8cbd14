"""Two clocks, four workers of each queue, every task delivered three times: work is shared, never done twice."""

import pytest

from mail.models import Message
from tests.faults import ledger, signups
from tests.faults.programs import Programs

pytestmark = pytest.mark.faults


def test_two_clocks_and_tasks_delivered_three_times_double_nothing(house: Programs, flows: None) -> None:
    house.app = "tests.faults.tripled"
    house.mailserver(delay_ms=2)
    for name in ("beat-1", "beat-2"):
        house.beat(name)
    for number in (1, 2):
        house.worker(f"engine-{number}", "engine", hands=2)
        house.worker(f"send-{number}", "send", hands=2)
    signups.join(range(500))
    signups.visit(range(500))
    ledger.rest(patience=150)
    ledger.check(house.accepted(), letters=1000, unknown_at_most=0)
    assert Message.objects.filter(attempts__gt=1).count() == 0
