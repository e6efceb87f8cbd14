"""Letters to members without an e-mail address: a person calls, hands over or posts what stands in them."""

import datetime as dt
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from mail import rendering, values
from mail.models import Message
from office.models import House
from relationship import tasks

SOON = dt.timedelta(days=1)
OLD = dt.timedelta(days=3)  # what could not leave longer ago is passed on no more


def give(now: dt.datetime, limit: int = 200) -> int:
    """Makes a task of each letter that found no address; how many. Whoever refused such letters is left in peace."""
    stayed = Message.objects.filter(
        status=Message.Status.SKIPPED, reason="no_address", finished_at__gt=now - OLD, task=None
    )
    if not stayed.exists():  # nearly always; and quicker to ask than for letters with all that they name
        return 0
    rows = stayed.select_related("member__plan", "letter_version__letter", "letter_version__sender__picture")
    letters = list(rows.order_by("finished_at", "pk")[:limit])
    known = values.gather(letters, now)
    with translation.override(House.current().language):
        tasks.give([_order(letter, known[letter.pk], now) for letter in letters], now)
    return len(letters)


def _order(letter: Message, known: dict[str, Any], now: dt.datetime) -> tasks.Order:
    member = letter.member
    said = {"name": member.name, "phone": member.phone, "subject": _subject(letter, known)}
    by_phone, by_post = (
        _("Call %(name)s, %(phone)s: “%(subject)s”"),
        _("Give or post to %(name)s: “%(subject)s”"),
    )
    because = _("has no e-mail address")
    title = (by_phone if member.phone else by_post) % said
    return tasks.Order(f"by-hand:{letter.uuid}", member, title, because, now + SOON, letter=letter)


def _subject(letter: Message, known: dict[str, Any]) -> str:
    text = letter.letter_version.texts[values.language_of(letter)]
    try:
        return rendering.render(text, known).subject
    except rendering.RenderError:
        return letter.letter_version.letter.slug
