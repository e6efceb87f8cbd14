"""`manage.py set_rules FILE.toml`: loads the rules of the stages, of first value, and those by which letters leave."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lifecycle import house_rules
from office import clock


class Command(BaseCommand):
    help = "Loads rules of the stages, of first value and of sending; a file with anything wrong in it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        try:
            done = house_rules.load(file.read_text(encoding="utf-8"), clock.now())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except house_rules.NotLoaded as error:
            raise CommandError("\n".join([f"{file} was not loaded:", *error.errors])) from error
        for name, is_changed in done.items():
            self.stdout.write(f"{name}: {'changed' if is_changed else 'unchanged'}")
