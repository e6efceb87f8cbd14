"""`manage.py audit`: asks of the stored rows whether everything is as it must be; exit code 1 when it is not."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from lifecycle import invariants
from lifecycle.invariants.lines import Moment
from office import clock


class Command(BaseCommand):
    help = _("Checks what must always be true of the stored data, and names the rows where it is not.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help=_("for programs"))
        parser.add_argument(
            "--overdue", action="store_true", help=_("also what is late while the clock stands still")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        in_time = options["overdue"] or invariants.clock_is_alive()
        found = list(invariants.broken(Moment(clock.now()), in_time=in_time))
        asked = len(invariants.ALWAYS) + (len(invariants.IN_TIME) if in_time else 0)
        if options["json"]:
            self.stdout.write(
                json.dumps({"asked": asked, "broken": [asdict(one) for one in found]}, indent=2)
            )
        else:
            self._tell(found, asked, in_time)
        if found:
            sys.exit(1)

    def _tell(self, found: list[invariants.Broken], asked: int, in_time: bool) -> None:
        for one in found:
            self.stdout.write(_("NOT SO: %(rule)s (%(count)d)") % {"rule": one.rule, "count": one.count})
            for row in one.rows:
                self.stdout.write(f"  {row}")
        held = {"held": asked - len(found), "asked": asked}
        self.stdout.write(_("%(held)d of %(asked)d rules hold.") % held)
        if not in_time:
            self.stdout.write(
                _("The clock stands still, so nothing was asked about lateness (--overdue does).")
            )
