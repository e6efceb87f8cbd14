"""`manage.py tick [--now ISO8601]`: does everything that is due at that moment."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lifecycle import clock
from mail import accounts
from office import clock as time


class Command(BaseCommand):
    help = "Does everything that is due, now or at --now; safe beside running workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", help="ISO 8601; rows that this writes carry it")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            now = time.parse(options["now"]) if options["now"] else time.now()
        except ValueError as error:
            raise CommandError(f"--now: {error}; write it like 2026-03-02T22:30:00Z") from error
        accounts.refresh()
        done = clock.tick(now)
        if options["verbosity"] > 1:
            self.stdout.write(f"{done} done at {now.isoformat()}")
