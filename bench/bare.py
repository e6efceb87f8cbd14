"""The least that sending takes: `python -m bench.bare HALF` renders, builds and submits letters, and keeps no ledger.

The same rendering and the same building of the letter as the product's, the standard library's SMTP on a line that
stays open, members and letter read beforehand.
"""

import datetime as dt
import os
import smtplib
import sys
from collections.abc import Iterator

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifecycle.settings")
django.setup()

from django.conf import settings  # noqa: E402

from bench import racing  # noqa: E402
from mail import mime, rendering, values  # noqa: E402
from mail.models import Message  # noqa: E402
from office import clock  # noqa: E402


def main(name: str, half: int) -> None:
    """Every second letter of those whose key begins with `name`."""
    now = clock.now()
    rows = Message.objects.filter(key__startswith=f"{name}:").select_related(
        "member__plan", "letter_version__sender__picture"
    )
    letters = list(rows.order_by("pk"))[half::2]
    way = settings.MAIL_TRANSPORT
    racing.wait_for_go()
    with smtplib.SMTP(way["host"], way["port"]) as server:
        for message in written(letters, now):
            letter = rendering.render(message.letter_version.texts["en"], message.values)
            content = built(message, letter, now)
            server.sendmail(settings.MAIL_ADDRESS, [message.address], content)
        racing.tell(len(letters))


def written(letters: list[Message], now: dt.datetime) -> Iterator[Message]:
    """The letters, with what they say of their members: signed links, dates and prices in the member's language."""
    for start in range(0, len(letters), 100):
        some = letters[start : start + 100]
        found = values.gather(some, now)
        for message in some:
            message.values, message.address = found[message.pk], message.member.email
            yield message


def built(message: Message, letter: rendering.Rendered, now: dt.datetime) -> bytes:
    """The same bytes as the product hands over."""
    sender, domain = message.letter_version.sender, settings.MAIL_DOMAIN
    return mime.build(
        letter,
        sender=(sender.name, settings.MAIL_ADDRESS),
        reply_to=(sender.name, sender.email),
        to=(message.member.name, message.address),
        date=now,
        message_id=message.message_id,
        list_id=f"<{message.topic}.{domain}>",
        feedback_id=f"{message.letter_version.letter_id}:{message.purpose}:lifecycle:{domain}",
        unsubscribe_url=message.values["links"]["unsubscribe"],
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
