"""`manage.py ask_no_code NAME`: for the last owner, who has lost phone and paper."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api import second_step
from office import clock
from office.models import User


class Command(BaseCommand):
    help = "Lets somebody sign in with the password alone again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the name that person signs in with")

    def handle(self, *_args: Any, name: str, **_options: Any) -> None:
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"nobody signs in as {name}")
        second_step.take_away(user, None, clock.now())
        self.stdout.write(f"{name} signs in with the password alone.")
