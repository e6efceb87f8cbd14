"""Letters in plain words: what one is called, and where it is."""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.words import lists
from mail import holding_back, rendering
from mail.models import LetterVersion, Message
from members.models import Member

Status = Message.Status
STATES = {
    Status.QUEUED: gettext_lazy("On its way"),
    Status.HELD: gettext_lazy("Waits for a yes"),
    Status.CLAIMED: gettext_lazy("Leaving now"),
    Status.SUBMITTING: gettext_lazy("Leaving now"),
    Status.SENT: gettext_lazy("Sent"),
    Status.SKIPPED: gettext_lazy("Not sent"),
    Status.FAILED: gettext_lazy("Refused"),
    Status.UNKNOWN: gettext_lazy("Not known whether it arrived"),
}
TONES = {
    Status.SENT: "ok",
    Status.HELD: "warn",
    Status.FAILED: "danger",
    Status.UNKNOWN: "warn",
}


def name(message: Message) -> str:
    """What the letter is called: its subject as the member reads it."""
    return message.subject or to(message.letter_version, message.member)


def to(version: LetterVersion, member: Member) -> str:
    """The subject as this member will read it."""
    names = {"first_name": member.first_name, "name": member.name}
    return _subject(version, member.locale, names)


def anybody(version: LetterVersion) -> str:
    """The subject as it is written for everybody: “Welcome, [first name]”."""
    names = {"first_name": _("[first name]"), "name": _("[name]")}
    return _subject(version, translation.get_language() or "", names)


def state(message: Message) -> str:
    """Where the letter is."""
    if message.status == Status.HELD and message.reason == holding_back.REASON:
        return _("Waits for its flow")
    return str(STATES[Status(message.status)])


def tone(message: Message) -> str:
    """Whether its state is good, doubtful or bad; empty when it is nothing special."""
    return TONES.get(Status(message.status), "")


def why(message: Message) -> str:
    """Why it did not leave, or waits; empty when there is nothing to explain."""
    if message.reason:
        return message.reason_in_words
    if message.status == Status.SENT and message.resent_at:
        return _("It was sent twice: of the first time nobody knows whether it arrived.")
    if message.status == Status.UNKNOWN:
        return _("The connection broke while it was handed over. It is not sent again by itself.")
    return ""


def _subject(version: LetterVersion, locale: str, member: dict[str, str]) -> str:
    _language, text = version.text_for(locale)
    try:
        subject = rendering.line(text["subject"], {"member": member})
    except rendering.RenderError:
        subject = ""
    return subject or lists.readable(version.letter.slug)
