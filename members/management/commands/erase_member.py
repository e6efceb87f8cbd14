"""`manage.py erase_member ID [--yes]`: forgets a member; money and dates stay with a nameless row.

A person at a terminal is asked first; a program that names the member has said enough.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members import erasure, identity, ledger
from members.models import Member
from office import clock


class Command(BaseCommand):
    help = "Forgets a member for good: names, addresses, words and payloads go; money and dates stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="UUID, external id (also as ext:ID), or #NUMBER")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *_args: Any, **options: Any) -> None:
        member = identity.meant(options["id"])
        if member is None:
            raise CommandError(f"nobody here is called {options['id']}")
        if sys.stdin.isatty() and not options["yes"] and not self._is_sure(member):
            raise CommandError("nothing was erased")
        try:
            erasure.erase(member, None, clock.now())
        except ledger.Unwritable as error:
            raise CommandError(f"nothing was erased: it could not be written to {error}") from error
        self.stdout.write(f"#{member.number} is erased")

    def _is_sure(self, member: Member) -> bool:
        self.stdout.write(f"{member.name} (#{member.number}) is forgotten for good. There is no way back.")
        try:
            return input("Type the member number to go on: ").strip().lstrip("#") == str(member.number)
        except EOFError:
            return False
