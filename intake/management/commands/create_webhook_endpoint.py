from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from intake import endpoints, sources
from office import clock


class Command(BaseCommand):
    """Makes an address for another system's webhooks and prints the secret to sign with, alone."""

    help = _("Make an address for webhooks (/webhooks/SLUG/) and print its signing secret.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help=_("its place in the address: /webhooks/SLUG/"))
        parser.add_argument("--source", required=True, help=" | ".join(sources.SOURCES))
        parser.add_argument(
            "--secret", default="", help=_("a secret that the other system gave (as Stripe does)")
        )

    def handle(self, *args: Any, slug: str, source: str, secret: str, **options: Any) -> None:
        try:
            self.stdout.write(endpoints.create(slug, source, clock.now(), secret))
        except ValueError as error:
            raise CommandError(str(error)) from error
