"""`manage.py after_restore --backup-taken T`: once, after a backup was put back and before anything else starts.

What may have left since T is not sent again; who wanted no letters, or was erased, since T still is.
"""

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from lifecycle import clock as time
from mail import restoring as post
from mail.models import Message
from members import ledger
from members import restoring as register
from office import clock
from office.models import Beat

SLOT = dt.timedelta(minutes=10)
ALIVE = dt.timedelta(seconds=60)


class Command(BaseCommand):
    help = (
        "After a backup was put back: nothing is sent twice, nobody erased comes back, every no still counts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--backup-taken", required=True, help="when the backup was begun, ISO 8601")
        parser.add_argument(
            "--ledger",
            action="append",
            default=[],
            type=Path,
            help="a file of refusals and erasures (repeatable)",
        )
        parser.add_argument(
            "--without-ledger", action="store_true", help="the file is lost: go on without it"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        now = clock.now()
        taken_at = _moment(options["backup_taken"], now)
        beat = Beat.objects.filter(name=time.HEARTBEAT, at__gt=timezone.now() - ALIVE).first()
        if beat:
            raise CommandError("Workers are running. Stop web, workers and beat first, then say this again.")
        lines = _lines(options)
        with transaction.atomic():
            if not post.is_done(taken_at):
                post.hold(taken_at, now)
            refusals, erased = register.replay(lines, now)
            stopped = post.replay_stops(lines, now)
        _live_through(taken_at, now)
        held = Message.objects.filter(status=Message.Status.UNKNOWN, reason=post.REASON).count()
        self.stdout.write(f"held={held} refusals={refusals} stopped={stopped} erased={erased}")


def _live_through(taken_at: dt.datetime, now: dt.datetime) -> None:
    """Lets flows go on through the time that was lost, so that each letter is written when it was: it may have left.

    All at once it would not do, because waits begin when they are reached.
    """
    moment = taken_at
    while moment < now:
        moment = min(moment + SLOT, now)
        time.think(moment)


def _moment(text: str, now: dt.datetime) -> dt.datetime:
    try:
        taken_at = clock.parse(text)
    except ValueError as error:
        raise CommandError(f"--backup-taken: {error}; write it like 2026-03-02T22:30:00Z") from error
    if taken_at > now:
        raise CommandError(f"--backup-taken: {taken_at:%Y-%m-%d %H:%M} UTC has not come yet.")
    return taken_at


def _lines(options: dict[str, Any]) -> list[ledger.Line]:
    if options["without_ledger"]:
        return []
    try:
        return ledger.in_time(ledger.read(options["ledger"]))
    except ledger.Missing as error:
        raise CommandError(
            f"{error} is not there. It says who wanted no letters and who was erased since the backup, so nothing was "
            "done. Put it back, name it with --ledger FILE, or say --without-ledger and write to those people yourself."
        ) from error
