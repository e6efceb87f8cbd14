from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from api import keys
from office import clock


class Command(BaseCommand):
    """Makes a key for another program and prints it, alone: it cannot be shown again."""

    help = _("Make an API key and print it once. Scopes: %(scopes)s") % {"scopes": " ".join(keys.SCOPES)}

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help=_("whose key it is, for the list of keys"))
        parser.add_argument("--scope", action="append", required=True, dest="scopes", metavar="SCOPE")

    def handle(self, *args: Any, name: str, scopes: list[str], **options: Any) -> None:
        try:
            plain = keys.create(name, scopes, clock.now())
        except ValueError as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write(plain)
