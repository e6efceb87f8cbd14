"""Letters to groups in plain words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from dashboard.words import times
from flows.editing import plain_text
from mail import reach
from mail.models import Mailing, Message

TONES = {Mailing.State.DONE: "ok", Mailing.State.LEAVING: "warn", Mailing.State.STOPPED: "danger"}
PARTS = {
    "sent": gettext_lazy("Sent"),
    "waiting": gettext_lazy("On their way"),
    "on_paper": gettext_lazy("Without e-mail"),
    "clicked": gettext_lazy("Opened a link"),
    "came_back": gettext_lazy("Came back: not arrived"),
    "unwanted": gettext_lazy("Reported as unwanted"),
    "unsubscribed": gettext_lazy("Unsubscribed"),
    "unknown": gettext_lazy("Not known whether it arrived"),
    reach.GETS: gettext_lazy("They get it"),
    reach.PAPER: gettext_lazy("Without e-mail"),
    reach.LATER: gettext_lazy("Later, or not"),
}


def part(code: str) -> str:
    """What the people behind a number have in common; a reason code says why they got nothing."""
    if code in PARTS:
        return str(PARTS[code])
    said = Message(reason=code).reason_in_words
    return said[:1].upper() + said[1:]


def name(mailing: Mailing) -> str:
    """What it is called: its subject as somebody wrote it."""
    return plain_text.friendly(mailing.subject) or _("No subject yet")


def state(mailing: Mailing) -> str:
    """How far it is."""
    if mailing.state == Mailing.State.PLANNED and mailing.at:
        return pgettext("a letter", "leaves on %s") % times.exact(mailing.at)
    return str(mailing.get_state_display())


def tone(mailing: Mailing) -> str:
    """Whether that is good, doubtful or bad; empty when it is nothing special."""
    return TONES.get(Mailing.State(mailing.state), "")
