"""A worker of the product: `python -m bench.sender outbox|advance|steps` does all that is due, as tasks do."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifecycle.settings")
django.setup()

from bench import racing  # noqa: E402
from flows import execution  # noqa: E402
from mail import outbox  # noqa: E402
from mail.models import Message  # noqa: E402
from office import clock  # noqa: E402


def main(kind: str) -> None:
    """Warms up, waits for the word, works."""
    Message.objects.exists()
    outbox.send_due(clock.now(), 0)
    racing.wait_for_go()
    done = 0
    while more := _round(kind):
        done += more
    racing.tell(done)


def _round(kind: str) -> int:
    now = clock.now()
    if kind == "outbox":
        return outbox.send_due(now)
    if kind == "advance":
        return execution.advance(now)
    return execution.advance(now) + outbox.send_due(now)


if __name__ == "__main__":
    main(sys.argv[1])
