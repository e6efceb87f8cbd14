"""Steps a second through a flow of wait, branch and send."""

from bench import racing, rows
from bench.figures import Report, median
from flows.models import StepRun
from mail.models import Message
from office import clock

ROUNDS, PROCESSES = 3, 2
STEPS = 3  # wait, branch, send


def run(runs: int) -> Report:
    """Two workers take everybody through all steps; the letters stay on their way."""
    people = rows.members(runs, clock.now())
    rows.publish("bench-advance", rows.JOURNEY, clock.now())
    rows.sweep(clock.now())
    rates = []
    for number in range(ROUNDS):
        Message.objects.filter(key__startswith="flow:", status=Message.Status.QUEUED).delete()
        name, before = (
            f"round{number}-{clock.now():%H%M%S%f}",
            StepRun.objects.filter(finished_at=None).count(),
        )
        rows.runs(people, "bench-advance", name, clock.now(), at="stay")
        rows.settle()
        result = racing.race([["bench.sender", "advance"]] * PROCESSES, {})
        assert StepRun.objects.filter(finished_at=None).count() == before, "somebody did not get through"
        rates.append(result.rate * STEPS)
    report = Report("advance")
    report.at_least("steps through wait, branch and send", median(rates), "steps/s", 3000)
    report.notes.append(f"{runs} runs, {PROCESSES} processes, median of {ROUNDS} rounds")
    return report
