"""`manage.py publish_flow FILE.toml`: loads and publishes a flow."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flows import checking, files, publishing
from office import clock


class Command(BaseCommand):
    help = "Loads and publishes a flow; an unchanged file makes no new version, waiting members keep theirs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--without-face",
            action="store_true",
            help="publish although a sender has no picture or no direct contact; this is logged",
        )

    def handle(self, *_args: Any, file: Path, without_face: bool, **_options: Any) -> None:
        try:
            definition = files.read(file.read_text(encoding="utf-8"))
            version, is_new = publishing.publish(
                definition,
                clock.now(),
                pictures=files.pictures_beside(file, definition),
                without_face=without_face,
            )
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except checking.FlowErrors as error:
            raise CommandError("\n".join([f"{file} was not published:", *error.errors])) from error
        state = "published" if is_new else "unchanged"
        self.stdout.write(f"{version.flow.slug}: version {version.number} {state}")
