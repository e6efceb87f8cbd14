"""`manage.py status`: how the installation is, in six lines; exit code 1 where something needs a look."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from lifecycle import status
from office import clock


class Command(BaseCommand):
    help = "Says how clock, letters, mail, refusals, backup and disk are; ends with 1 where one of them needs a look."

    def handle(self, *_args: Any, **_options: Any) -> None:
        lines = status.lines(clock.now())
        for line in lines:
            self.stdout.write(f"{'ok  ' if line.is_ok else 'LOOK'}  {line.name}: {line.text}")
        if not all(line.is_ok for line in lines):
            sys.exit(1)
