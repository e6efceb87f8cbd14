from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from intake.importing import kinds, reading, refusals, running
from office import clock


class Command(BaseCommand):
    """Takes a CSV file of the contract in, as history: nobody gets a letter and nothing follows, unless `--live`."""

    help = _("Take a CSV file of members, subscriptions, payments or events in.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(kinds.KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help=_("only count what would be done"))
        parser.add_argument(
            "--live", action="store_true", help=_("let follow what follows, letters included")
        )

    def handle(self, *args: Any, kind: str, file: Path, dry_run: bool, live: bool, **options: Any) -> None:
        try:
            outcome = running.run(kind, file, clock.now(), is_dry=dry_run, is_live=live)
        except reading.FileRefused as error:
            raise CommandError(str(error)) from error
        self._tell(outcome.refusals)
        self.stdout.write(str(outcome.tally))
        if outcome.refusals.path:
            self.stdout.write(refusals.shown(outcome.refusals.path))

    def _tell(self, refused: refusals.Refusals) -> None:
        for number, reason in refused.told:
            self.stderr.write(_("line %(number)d: %(reason)s") % {"number": number, "reason": reason})
        if more := refused.count - len(refused.told):
            self.stderr.write(
                ngettext("… and %d more; the file has it", "… and %d more; the file has them all", more)
                % more
            )
