"""`manage.py bench NAME`: how fast, beside the same work done barely, in the same run."""

import importlib
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from members.models import Member

BENCHES = {
    "send": ("letters", "rounds"),
    "ingest": ("requests", "rounds"),
    "claim": ("waiting",),
    "advance": ("runs",),
    "usage": ("events", "members"),
    "night": ("members", "usage"),
    "segment": ("members", "usage"),
    "pages": ("members", "usage"),
}


class Command(BaseCommand):
    help = _("Measures speed on the configured database, which should be an empty one made for this.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("bench", choices=sorted(BENCHES))
        parser.add_argument("--json", action="store_true", help=_("for programs"))
        parser.add_argument("--yes", action="store_true", help=_("although members live in this database"))
        parser.add_argument("--letters", type=int, default=2000, help=_("send: letters in a round"))
        parser.add_argument("--rounds", type=int, default=3, help=_("send, ingest: rounds"))
        parser.add_argument("--requests", type=int, default=3000, help=_("ingest: requests in a round"))
        parser.add_argument("--waiting", type=int, default=1_000_000, help=_("claim: letters waiting"))
        parser.add_argument("--runs", type=int, default=4000, help=_("advance: members in the flow"))

        many = _("usage, night, segment, pages: members to make in an empty database")
        parser.add_argument("--members", type=int, default=100_000, help=many)
        parser.add_argument(
            "--usage", type=int, default=2_000_000, help=_("night, segment, pages: uses to make")
        )
        parser.add_argument("--events", type=int, default=200_000, help=_("usage: uses sent"))

    def handle(self, *args: Any, **options: Any) -> None:
        foreign = Member.objects.exclude(email__startswith="member", email__endswith="@example.com")
        if foreign.exists() and not options["yes"]:
            raise CommandError(_("Members live in this database. Make an empty one, or say --yes."))
        name = options["bench"]
        try:
            bench = importlib.import_module(f"bench.{name}")
        except ModuleNotFoundError as error:
            raise CommandError(_("The bench needs the workshop's libraries: %s") % error) from error
        report = bench.run(**{option: options[option] for option in BENCHES[name]})
        if options["json"]:
            self.stdout.write(json.dumps(report.as_data(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(report.lines()))
