"""Letters to be read again: rendered from the version and the values they were written with."""

import datetime as dt

from mail import rendering, values
from mail.models import Message


def read(message: Message, now: dt.datetime) -> rendering.Rendered:
    """The letter as it was sent; one that has not left yet, as it would be sent at `now` (aware).

    Raises rendering.RenderError where it cannot be written for this member.
    """
    kept = message.values or values.gather([message], now)[message.pk]
    language = message.language or values.language_of(message)
    return rendering.render(message.letter_version.texts[language], kept)
