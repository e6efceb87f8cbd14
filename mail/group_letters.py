"""What a letter to a group says: what is missing of it, and the letter as it would be sent."""

import datetime as dt
import hashlib
import json
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mail import audiences, blocks, compiling, topics
from mail.models import Letter, LetterVersion, Mailing
from office.models import House

LONGEST_NOTICE = 1000


class MailingErrors(Exception):
    """Why the letter cannot be sent: every reason, in plain words, by the field that it is about."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("; ".join(said for some in errors.values() for said in some))
        self.errors = errors


def language() -> str:
    """The language in which letters to groups are written: that of the house."""
    return House.current().language or settings.LANGUAGE_CODE


def source(mailing: Mailing) -> dict[str, Any]:
    """Subject and text as the compiler reads them: blocks, or the one text of a letter written as such."""
    told: dict[str, Any] = {"blocks": mailing.blocks} if mailing.blocks else {"body": mailing.body}
    return {"subject": mailing.subject, **told}


def version(mailing: Mailing, now: dt.datetime) -> LetterVersion:
    """The letter as it would be sent, as a row that is not kept. Raises MailingErrors with all that is missing."""
    if found := problems(mailing):
        raise MailingErrors(found)
    spoken, written = language(), source(mailing)
    try:
        compiled = compiling.compile_letter(written, language=spoken, marketing=not mailing.is_notice)
    except compiling.LetterErrors as error:
        raise MailingErrors({"body": error.errors}) from error
    texts = {spoken: compiled.texts()}
    said = json.dumps([mailing.sender_id, texts], sort_keys=True)
    return LetterVersion(
        letter=Letter(slug=f"to-group-{mailing.pk or 0}"),
        number=1,
        sender=mailing.sender,
        language=spoken,
        texts=texts,
        source={spoken: written},
        holds=blocks.held({spoken: written}),
        digest=hashlib.sha256(said.encode()).hexdigest(),
        published_at=now,
    )


def problems(mailing: Mailing) -> dict[str, list[str]]:
    """What is missing or too much, in plain words, by the field that it is about."""
    found: dict[str, list[str]] = {}
    if not audiences.is_known(mailing.people):
        found["people"] = [_("Choose who gets it.")]
    if mailing.kind not in Mailing.Kind.values:
        found["kind"] = [_("Say whether it is a practical notice, or news or an offer.")]
    elif not mailing.is_notice and mailing.topic not in topics.known():
        found["topic"] = [_("Choose which kind of letters it belongs to.")]
    if mailing.sender is None:
        found["sender"] = [_("Choose who writes.")]
    if not mailing.subject.strip():
        found["subject"] = [_("Write a subject.")]
    if body := _body_problem(mailing):
        found["body"] = [body]
    return found


def _body_problem(mailing: Mailing) -> str:
    length = sum(map(len, blocks.texts(mailing.blocks))) if mailing.blocks else len(mailing.body)
    if not length and not mailing.blocks:
        return _("Write the text.")
    if mailing.is_notice and length > LONGEST_NOTICE:
        said = ngettext(
            "A notice is short: %(has)d character of at most %(most)d.",
            "A notice is short: %(has)d characters of at most %(most)d.",
            length,
        )
        return said % {"has": length, "most": LONGEST_NOTICE} + " " + _("Shorten it, or send it as news.")
    if mailing.is_notice and _has_picture(mailing):
        return _("A notice has no pictures. Take them out, or send it as news.")
    return ""


def _has_picture(mailing: Mailing) -> bool:
    texts = blocks.texts(mailing.blocks) or [mailing.body]
    kinds = {block.get("kind") for block in mailing.blocks}
    return "picture" in kinds or any("![" in text for text in texts)
