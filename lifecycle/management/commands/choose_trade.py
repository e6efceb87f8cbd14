"""`manage.py choose_trade club|newspaper|gym|saas`: what a house of this trade begins with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lifecycle import trades
from lifecycle.trades import packs
from office import clock


class Command(BaseCommand):
    help = (
        "Sets the rules of stages, first value and sending, and the quiet times of plans, to the sensible defaults"
        " of a trade, and loads its flows as drafts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("trade", choices=trades.names())

    def handle(self, *_args: Any, trade: str, **_options: Any) -> None:
        done = trades.choose(trade, clock.now())
        self.stdout.write(f"rules changed: {', '.join(done.rules) or 'none'}")
        self.stdout.write(f"first value: {'changed' if done.first_value else 'unchanged'}")
        self.stdout.write(f"sending rules changed: {', '.join(done.sending) or 'none'}")
        self.stdout.write(f"plans changed: {', '.join(done.plans) or 'none'}")
        if done.placed:
            self.stdout.write(f"members placed: {done.placed}")
        self._pack(done.pack)

    def _pack(self, made: packs.Loaded) -> None:
        if made.flows:
            self.stdout.write(f"flows to read and publish: {', '.join(made.flows)}")
        if made.segments:
            self.stdout.write(f"segments made: {', '.join(made.segments)}")
        if made.benefits:
            self.stdout.write(f"examples of benefits, for you to look at: {', '.join(made.benefits)}")
        if made.surveys:
            self.stdout.write(f"questions made: {', '.join(made.surveys)}")
        if made.offers:
            self.stdout.write(f"offers made: {', '.join(made.offers)}")
        if made.senders:
            names = ", ".join(made.senders)
            self.stdout.write(f"made-up people who write, to be replaced by your own: {names}")
