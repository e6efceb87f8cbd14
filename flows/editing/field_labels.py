"""What the fields of letters are called by those who write them: short, and each name once."""

from collections.abc import Iterable

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mail import merge_fields
from office import phrases

LABELS = {
    "member.first_name": gettext_lazy("first name"),
    "member.last_name": gettext_lazy("last name"),
    "member.name": gettext_lazy("full name"),
    "member.email": gettext_lazy("e-mail"),
    "member.phone": gettext_lazy("phone"),
    "member.number": gettext_lazy("member number"),
    "member.since": gettext_lazy("member since"),
    "member.joining_reason": gettext_lazy("why they joined"),
    "member.told_by": gettext_lazy("who told them"),
    "member.language": gettext_lazy("language"),
    "plan.name": gettext_lazy("plan"),
    "plan.sentence": gettext_lazy("plan in a sentence"),
    "plan.price": gettext_lazy("price of the plan"),
    "subscription.started": gettext_lazy("membership began"),
    "subscription.price": gettext_lazy("price they pay"),
    "subscription.next_payment": gettext_lazy("next payment"),
    "subscription.trial_ends": gettext_lazy("trial ends"),
    "subscription.ends": gettext_lazy("membership ends"),
    "subscription.card_expires": gettext_lazy("month in which their card expires"),
    "subscription.status": gettext_lazy("state of the membership"),
    "leaving.noted": gettext_lazy("when the leaving was noted"),
    "leaving.data_until": gettext_lazy("until when the data of who left is kept"),
    "statement.summary": gettext_lazy("what it gave in a sentence"),
    "statement.period": gettext_lazy("the days that are counted"),
    "statement.value": gettext_lazy("what it gave in money"),
    "statement.paid": gettext_lazy("what was paid in these days"),
    "statement.net": gettext_lazy("what it gave less what was paid"),
    "statement.is_negative": gettext_lazy("whether it gave less than was paid"),
    "statement.attended": gettext_lazy("how often they attended"),
    "statement.perks": gettext_lazy("how many perks they had"),
    "benefits.unused_count": gettext_lazy("how many benefits are unused"),
    "benefits.names": gettext_lazy("benefits not used yet"),
    "upcoming.count": gettext_lazy("how many things are coming"),
    "upcoming.text": gettext_lazy("what is coming next"),
    "sender.name": gettext_lazy("sender's name"),
    "sender.first_name": gettext_lazy("sender's first name"),
    "sender.role": gettext_lazy("sender's role"),
    "sender.email": gettext_lazy("sender's e-mail"),
    "sender.phone": gettext_lazy("sender's phone"),
    "sender.signature": gettext_lazy("sender's signature"),
    "sender.lines": gettext_lazy("sender's signature, line by line"),
    "sender.picture_url": gettext_lazy("sender's picture"),
    "sender.picture_alt": gettext_lazy("words for the picture"),
    "links.preferences": gettext_lazy("link to choose letters"),
    "links.unsubscribe": gettext_lazy("link to unsubscribe"),
    "links.cancel": gettext_lazy("link to leave"),
    "links.statement": gettext_lazy("link to the statement"),
    "links.card": gettext_lazy("link to the member’s card"),
    "links.guide": gettext_lazy("link to the guide"),
    "links.referral": gettext_lazy("link for friends"),
    "links.browser": gettext_lazy("link to this letter"),
    "survey.slug": gettext_lazy("short name of the question"),
    "survey.question": gettext_lazy("question"),
    "survey.answers": gettext_lazy("answers to the question"),
    "offer.block": gettext_lazy("short name of the offer"),
    "offer.what": gettext_lazy("what is offered"),
    "offer.price": gettext_lazy("what the offer costs"),
    "offer.until": gettext_lazy("last day of the offer"),
    "offer.url": gettext_lazy("link to the offer"),
    "business.name": gettext_lazy("name of the house"),
    "business.address": gettext_lazy("address of the house"),
    "business.email": gettext_lazy("e-mail of the house"),
    "business.url": gettext_lazy("website"),
}
OFTEN = (
    "member.first_name",
    "member.number",
    "member.since",
    "plan.name",
    "subscription.next_payment",
    "sender.first_name",
    "sender.phone",
    "links.guide",
    "links.cancel",
    "business.name",
)


def label(path: str) -> str:
    """The words for a field: `member.first_name` is "first name"; of an upper room's field, its name made readable."""
    return str(LABELS.get(path) or phrases.readable(path).lower())


def path(words: str) -> str | None:
    """The field that these words name in the reader's language or in English; None where there is none."""
    wanted = " ".join(words.lower().split())
    found = _paths().get(wanted)
    if found is None and translation.get_language() != "en":
        with translation.override("en"):
            found = _paths().get(wanted)
    return found


def to_choose() -> list[tuple[str, str]]:
    """The fields that can be put into a letter: the words to insert, and what they stand for; the usual ones first."""
    known = merge_fields.offered()
    rest = [name for name in known if name not in OFTEN]
    return [(label(name), _meaning(name)) for name in (*OFTEN, *rest) if name in known]


def _paths() -> dict[str, str]:
    return {label(name).lower(): name for name in _known() if "[]" not in name}


def _known() -> Iterable[str]:
    return merge_fields.FIELDS


def _meaning(name: str) -> str:
    field = merge_fields.FIELDS[name]
    return (
        _("as in “%s”") % field.sample
        if isinstance(field.sample, str | Promise) and field.kind == "text"
        else ""
    )
