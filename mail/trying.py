"""A letter sent to whoever writes it, to see it in a real mail program. Never to a member, and counted nowhere."""

import datetime as dt
import uuid

from django.conf import settings
from django.utils.translation import gettext as _

from mail import handing_over, mime, rendering, transports
from mail.models import Sender


class NotSent(Exception):
    """Why the letter did not leave, in plain words."""


def is_possible() -> bool:
    """Whether letters leave this house at all; one without a mail server keeps them to be read here."""
    return bool(settings.MAIL_TRANSPORT["kind"] != "kept")


def send(letter: rendering.Rendered, sender: Sender, address: str, name: str, now: dt.datetime) -> None:
    """Hands the letter over at once, marked as a trial in its subject. Raises NotSent.

    It is no row of the outbox: it belongs to no member, and nothing that fails is tried again.
    """
    if not address:
        raise NotSent(_("Your own e-mail address is missing: write it on your page under Users."))
    marked = rendering.Rendered(_("[Trial] %s") % letter.subject, letter.html, letter.text)
    ident = uuid.uuid4().hex
    try:
        content = mime.build(
            marked,
            sender=(sender.name, handing_over.from_address(sender.email)),
            reply_to=(sender.name, sender.answers_to),
            to=(name, address),
            date=now,
            message_id=f"<trial-{ident}@{settings.MAIL_DOMAIN}>",
        )
        envelope = transports.Envelope(
            settings.MAIL_ADDRESS, mime.address(address), content, f"trial-{ident}"
        )
        transports.current().submit(envelope)
    except mime.Unmailable as error:
        raise NotSent(str(error)) from error
    except (transports.Later, transports.Refused, transports.Unclear) as error:
        raise NotSent(_("The mail server did not take it: %s") % error) from error
