"""`manage.py simulate_flow SLUG --days N [--json]`: who would have got what and when, without sending."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flows import checking
from flows.models import Flow
from flows.simulation import simulating, telling
from office import clock


class Command(BaseCommand):
    help = "Plays the last days to a flow's draft. Nothing is written, and nothing is sent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("flow", help="the slug of a flow")
        parser.add_argument("--days", type=int, required=True, help="how many days of history")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *_args: Any, days: int, **options: Any) -> None:
        flow = Flow.objects.filter(slug=options["flow"]).first()
        if flow is None:
            raise CommandError(f"there is no flow “{options['flow']}”")
        try:
            told = simulating.simulate(flow, flow.draft, days, clock.now(), patience=float("inf"))
        except checking.FlowErrors as error:
            raise CommandError("\n".join(["this draft could not be published:", *error.errors])) from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(
                json.dumps(as_data(flow, days, told), ensure_ascii=False, indent=2, default=str)
            )
        else:
            self.stdout.write("\n".join(_lines(told)))


def as_data(flow: Flow, days: int, told: telling.Told) -> dict[str, Any]:
    """The answer for programs: moments are ISO 8601, UTC."""
    return {
        "flow": flow.slug,
        "days": days,
        "since": told.since.isoformat(),
        "until": told.until.isoformat(),
        "is_whole": told.is_whole,
        "entered": told.entered,
        "held_out": told.held_out,
        "not_entered": dict(told.not_entered),
        "letters": [vars(one) for one in told.letters],
        "per_day": _days(told.per_day),
        "really_per_day": _days(told.really_per_day),
        "all_really_per_day": _days(told.all_really_per_day),
        "facts_as_of_today": told.as_of_today,
        "members": [_member(run) for run in told.runs],
    }


def _days(numbers: telling.PerDay) -> dict[str, int]:
    return {str(day): number for day, number in numbers.items()}


def _member(run: telling.Run) -> dict[str, Any]:
    letters = [{**line, "at": line["at"].isoformat()} for line in run.letters]
    return {
        "member": run.external_id,
        "entered_at": run.entered_at.isoformat(),
        "status": run.status,
        "letters": letters,
    }


def _lines(told: telling.Told) -> list[str]:
    lines = [f"{told.entered} would have entered, {told.held_out} kept out for comparison"]
    lines += [f"  {number} not: {reason}" for reason, number in told.not_entered.most_common(10)]
    for one in told.letters:
        kept = ", ".join(f"{number} {reason}" for reason, number in one.not_sent.most_common())
        lines.append(
            f"{one.letter}: {one.sent} sent, {one.postponed} of them later; not sent: {kept or 'none'}"
        )
        lines += [f"  {number} waited for {what}" for what, number in one.waited_for.most_common()]
    lines += [
        f"  {day}: {told.per_day.get(day, 0)} letters, really {told.really_per_day.get(day, 0)}"
        for day in sorted({*told.per_day, *told.really_per_day})
    ]
    if not told.is_whole:
        lines.append(f"stopped at {told.until:%Y-%m-%d %H:%M} UTC")
    if told.as_of_today:
        lines.append("taken as they are today: " + ", ".join(told.as_of_today))
    return lines
