"""`manage.py export_member ID [--to FILE]`: everything that is known of a member, as JSON."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from members import exporting, identity
from office import audit, clock


class Command(BaseCommand):
    help = "Writes everything that is known of a member, from all rooms, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="UUID, external id (also as ext:ID), or #NUMBER")
        parser.add_argument("--to", type=Path, help="a file; without it, standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        member = identity.meant(options["id"])
        if member is None:
            raise CommandError(f"nobody here is called {options['id']}")
        now = clock.now()
        text = json.dumps(
            exporting.everything(member, now), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2
        )
        audit.record(None, "member.exported", f"#{member.pk}", now, member=member.uuid)
        if options["to"]:
            _write(options["to"], text + "\n")
            self.stdout.write(str(options["to"]))
        else:
            self.stdout.write(text)


def _write(file: Path, text: str) -> None:
    """Only whoever runs the command may read it."""
    with open(file, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(text)
