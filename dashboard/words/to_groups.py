"""Letters to groups in plain words."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from dashboard.words import times
from dashboard.words.mailbox import limits
from flows.editing import plain_text
from mail import reach
from mail.models import Mailbox, Mailing, Message

TONES = {Mailing.State.DONE: "ok", Mailing.State.LEAVING: "warn", Mailing.State.STOPPED: "danger"}
PARTS = {
    "sent": gettext_lazy("Sent"),
    "waiting": gettext_lazy("On their way"),
    "on_paper": gettext_lazy("Without e-mail"),
    "replied": gettext_lazy("Wrote back"),
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


def reached(found: reach.Reach) -> str:
    """Who gets it, in one sentence: “143 get it · 9 without e-mail (print list) · 4 not, because …”."""
    said = [ngettext("%s gets it", "%s get it", found.gets) % intcomma(found.gets)]
    if found.paper:
        said.append(_("%s without e-mail (print list)") % intcomma(found.paper))
    if found.later:
        said.append(_("%s later, or not") % intcomma(found.later))
    if found.stays:
        code, most = found.stays[0]
        number = sum(many for _code, many in found.stays)
        why = Message(reason=code).reason_in_words
        told = {"number": intcomma(number), "why": why[:1].lower() + why[1:], "most": intcomma(most)}
        alone = len(found.stays) == 1
        said.append(
            _("%(number)s not, because: %(why)s") % told
            if alone
            else _("%(number)s not, mostly (%(most)s) because: %(why)s") % told
        )
    return " · ".join(said)


def limit(mailbox: Mailbox) -> str:
    """What the mailbox lets leave; empty where nothing holds it back."""
    if not mailbox.is_limited:
        return ""
    return _("Your mailbox lets leave %s.") % limits(mailbox.per_minute, mailbox.per_day)


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
