"""Takes in a list of addresses that get no letters: one on each line, or a CSV with a column `address`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api import errors
from mail import suppression_lists
from office import clock


class Command(BaseCommand):
    help = "Stops letters to every address of a list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints one line of counts; lines that were not taken go to stderr, by number."""
        file: Path = options["file"]
        try:
            outcome = suppression_lists.take(file.read_bytes(), file.name, None, clock.now())
        except (OSError, errors.Refused) as error:
            raise CommandError(str(error)) from error
        for number, why in outcome.refused:
            self.stderr.write(f"line {number}: {why}")
        self.stdout.write(
            f"created={outcome.created} unchanged={outcome.known} refused={len(outcome.refused)}"
        )
