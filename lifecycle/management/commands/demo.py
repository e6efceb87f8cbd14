"""`manage.py demo [--seed N] [--members 300]`: fills an empty database with a believable club, as history."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lifecycle.demo import loading
from members.models import Member
from office import clock


class Command(BaseCommand):
    help = "Loads the demo club as history into an empty database; it starts no flow, task or letter."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="the same number gives the same club")
        parser.add_argument("--members", type=int, default=300, help="how many people, from 20 to 20000")
        parser.add_argument(
            "--no-users", action="store_true", help="without the login demo and its colleagues"
        )

    def handle(self, *_args: Any, seed: int, members: int, no_users: bool, **_options: Any) -> None:
        if Member.objects.exists():
            raise CommandError("this database has members already; the demo club needs an empty one")
        if not 20 <= members <= 20_000:
            raise CommandError(f"--members: {members} is not between 20 and 20000")
        self._tell(loading.load(members, seed, clock.now(), users=not no_users))

    def _tell(self, done: loading.Loaded) -> None:
        here = sum(row.life.is_here for row in done.rows)
        evenings = sum(len(row.life.evenings) for row in done.rows)
        for line in (
            f"The Harbour Club: {len(done.rows)} people, {here} members now, {len(done.rows) - here} who left",
            f"{evenings} evenings attended, {sum(len(row.moves) for row in done.rows)} moves between stages",
            f"{done.letters} letters in the ledger, none on its way",
            f"{done.arrivals} arrivals and {done.tasks} tasks",
            "All of it is history: it starts nothing.",
        ):
            self.stdout.write(line)
