"""`manage.py clock set ISO8601` and `clock advance 7d [--every 15m]`: moves the sandbox's clock."""

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lifecycle import clock
from members import durations
from office import clock as time


class Command(BaseCommand):
    help = "Sandbox only (TEST_CLOCK): sets the clock, or plays the time between, tick by tick."

    def add_arguments(self, parser: CommandParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        deeds.add_parser("set").add_argument("moment", help="ISO 8601")
        advance = deeds.add_parser("advance")
        advance.add_argument("span", help="how far, such as 7d or 12h")
        advance.add_argument("--every", default="15m", help="time between two ticks")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.TEST_CLOCK:
            raise CommandError("this is no sandbox: TEST_CLOCK names no file, and real time cannot be moved")
        try:
            if options["deed"] == "set":
                time.write(settings.TEST_CLOCK, time.parse(options["moment"]))
            else:
                self._advance(settings.TEST_CLOCK, options["span"], options["every"])
        except ValueError as error:
            raise CommandError(str(error)) from error

    def _advance(self, file: Path, span: str, every: str) -> None:
        moment = time.now()
        end = durations.add(moment, span, ZoneInfo(settings.TIME_ZONE))
        step = durations.span(every)
        if step < dt.timedelta(minutes=1):
            raise CommandError("--every must be a minute or longer")
        while moment < end:
            moment = min(moment + step, end)
            time.write(file, moment)
            clock.tick(moment)
        self.stdout.write(moment.isoformat())
