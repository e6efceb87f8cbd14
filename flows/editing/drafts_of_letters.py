"""A letter of a draft as the version that it would become, without keeping anything."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from flows import letters
from mail import blocks
from mail.models import Letter, LetterVersion, Sender

Definition = Mapping[str, Any]


class NoSender(LookupError):
    """Nobody who is known writes this letter."""

    def __str__(self) -> str:
        return _("Choose who writes the letter first.")


def languages(letter: Definition, draft: Definition) -> list[str]:
    """The languages that the letter speaks, the flow's own first."""
    return list(letters.texts(letter, draft))


def version(letter: Definition, draft: Definition, now: dt.datetime) -> LetterVersion:
    """The letter compiled, as a row that is not kept. Raises NoSender and compiling.LetterErrors."""
    sender = Sender.objects.select_related("picture").filter(slug=str(letter.get("sender", ""))).first()
    return LetterVersion(
        letter=Letter(slug=str(letter.get("slug", ""))),
        number=0,
        sender=sender or _named(letter, draft),
        language=letters.language(draft),
        texts=letters.compiled(letter, draft),
        holds=blocks.held(letters.texts(letter, draft)),
        published_at=now,
    )


def _named(letter: Definition, draft: Definition) -> Sender:
    """A sender whom only the draft knows yet: somebody new in a file."""
    for sender in draft.get("senders", []):
        if sender.get("slug") == letter.get("sender"):
            known = {key: sender.get(key, "") for key in ("slug", "name", "role", "email", "phone")}
            return Sender(**known, roles=letters.roles_of(sender))
    raise NoSender
