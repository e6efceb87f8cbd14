"""`manage.py rebuild_spans`: derives from the history of all contracts what they were worth, and when."""

from typing import Any

from django.core.management.base import BaseCommand

from members import spans


class Command(BaseCommand):
    help = "Derives the worth of every contract over time from its own history; repeating it changes nothing."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"changed={spans.rebuild_all()}")
