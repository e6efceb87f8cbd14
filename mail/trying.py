"""A letter sent to whoever writes it, to see it in a real mail program. Never to a member, and counted nowhere."""

import datetime as dt
import html
import uuid
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from mail import accounts, handing_over, mime, rendering, transports
from mail.models import Sender
from office.models import House

Way = dict[str, Any]
PATIENCE = 10.0  # seconds: somebody waits for the page


class NotSent(Exception):
    """Why the letter did not leave, in plain words; `said`: what the other side said, if it was asked."""

    def __init__(self, why: str, said: str = "") -> None:
        super().__init__(why)
        self.said = said


def is_possible() -> bool:
    """Whether letters leave this house at all; one without a mail server keeps them to be read here."""
    accounts.refresh()
    return bool(settings.MAIL_TRANSPORT["kind"] != "kept")


def send(letter: rendering.Rendered, sender: Sender, address: str, name: str, now: dt.datetime) -> None:
    """Hands the letter over at once, marked as a trial in its subject. Raises NotSent.

    It is no row of the outbox: it belongs to no member, and nothing that fails is tried again.
    """
    marked = rendering.Rendered(_("[Trial] %s") % letter.subject, letter.html, letter.text)
    writer = (sender.name, handing_over.from_address(sender.email))
    _post(marked, writer, (sender.name, sender.answers_to), (name, address), now)


def hello(address: str, name: str, now: dt.datetime, *, way: Way | None = None, sender: str = "") -> None:
    """Hands over a letter that only says that the mailbox works. Raises NotSent, whose `said` are the other's words.

    `way` and `sender`: of a mailbox that is to be tried before it is connected.
    """
    house = House.current().name or settings.MAIL_DOMAIN
    text = _("This letter came through the mailbox of %s: letters can leave.") % house
    letter = rendering.Rendered(_("The mailbox works"), f"<p>{html.escape(text)}</p>", f"{text}\n")
    us = (house, sender or settings.MAIL_ADDRESS)
    _post(letter, us, us, (name, address), now, way)


def _post(
    letter: rendering.Rendered,
    writer: mime.Person,
    reply_to: mime.Person,
    to: mime.Person,
    now: dt.datetime,
    way: Way | None = None,
) -> None:
    if not to[1]:
        raise NotSent(_("Your own e-mail address is missing: write it on your page under Users."))
    ident = uuid.uuid4().hex
    ours = writer[1] if way else settings.MAIL_ADDRESS
    name = f"<trial-{ident}@{ours.rpartition('@')[2]}>"
    try:
        content = mime.build(letter, sender=writer, reply_to=reply_to, to=to, date=now, message_id=name)
        envelope = transports.Envelope(ours, mime.address(to[1]), content, f"trial-{ident}")
        with transports.hurried(PATIENCE, way) as transport:
            transport.submit(envelope)
    except mime.Unmailable as error:
        raise NotSent(str(error)) from error
    except (transports.Later, transports.Refused, transports.Unclear) as error:
        raise NotSent(_why(error), str(error)) from error


def _why(error: transports.Trouble) -> str:
    if isinstance(error, transports.Unclear):
        return _("The mail server took it and then fell silent: look whether it has arrived.")
    if isinstance(error, transports.Later) and not str(error)[:3].isdigit():  # else the server's own words
        return _("The mail server does not answer. The letter is all right; try again in a while: %s") % error
    return _("The mail server did not take it: %s") % error
