"""Takes one bounce mail from the standard input: what a mail server's alias for returned mail runs.

Exit 0: written down, or nothing to write (the reason is printed). Any error leaves with another code and writes
nothing, so that the mail server tries again.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from mail import bounces
from office import clock


class Command(BaseCommand):
    help = "Reads one mail from the standard input and writes down which letter came back."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what became of it."""
        reason = bounces.apply(sys.stdin.buffer.read(bounces.LARGEST + 1), clock.now())
        self.stdout.write(reason or "written down")
