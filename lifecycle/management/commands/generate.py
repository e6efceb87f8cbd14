"""`manage.py generate --members N --usage N [--seed S]`: a large believable database for benches."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lifecycle.generating import filling
from members.models import Member, Plan
from office import clock


class Command(BaseCommand):
    help = "Fills an empty database with very many believable members and their use, as history."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, required=True, help="how many members")
        parser.add_argument("--usage", type=int, default=0, help="about how many uses they made in all")
        parser.add_argument("--seed", type=int, default=1, help="the same number gives the same members")

    def handle(self, *_args: Any, members: int, usage: int, seed: int, **options: Any) -> None:
        if Member.everybody.exists() or Plan.objects.exists():
            raise CommandError("this database is not empty; generated members need an empty one")
        if members < 1 or usage < 0:
            raise CommandError("--members must be at least 1, --usage at least 0")
        self.is_loud = options["verbosity"] > 1
        filling.fill(members, usage, seed, clock.now(), self._say)
        self.stdout.write(f"{members} members, about {usage} uses")

    def _say(self, line: str) -> None:
        if self.is_loud:
            self.stderr.write(line)
