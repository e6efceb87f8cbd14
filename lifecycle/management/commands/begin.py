"""`manage.py begin`: where the owner's account of an empty house is made, with the code that opens that page."""

from typing import Any

from django.core.management.base import BaseCommand

from office import first_owner


class Command(BaseCommand):
    help = "Prints the address at which an empty house is begun; nothing where somebody works already."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if first_owner.is_wanted():
            self.stdout.write(f"Nobody works here yet. Begin at {first_owner.link()}")
        else:
            self.stdout.write("Somebody works here already; an owner adds people under Users.")
