from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from api import endpoints
from office import clock


class Command(BaseCommand):
    """Makes an outgoing webhook and prints the secret to share with the other system, alone."""

    help = _("Make an outgoing webhook that flows can name, and print its signing secret.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help=_("the short name by which flows call it"))
        parser.add_argument("url", help=_("where it is: https://…"))
        parser.add_argument("--description", default="", help=_("what it is for"))

    def handle(self, *args: Any, slug: str, url: str, description: str, **options: Any) -> None:
        try:
            self.stdout.write(endpoints.create(slug, url, clock.now(), description)[1])
        except ValueError as error:
            raise CommandError(str(error)) from error
