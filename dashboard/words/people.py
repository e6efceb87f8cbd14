"""A member's membership in plain words."""

from django.utils import text, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.words import times
from mail import wording
from members import durations
from members.models import Member, MemberFacts, Plan, Subscription
from office import phrases

WAYS_IN = {
    "page": gettext_lazy("the page for joining"),
    "staff": gettext_lazy("added by us"),
    "import": gettext_lazy("a list"),
    "api": gettext_lazy("another system"),
}


def plan(chosen: Plan | None) -> str:
    """The plan's own price sentence; without one, its name and price."""
    if chosen is None:
        return ""
    if chosen.sentence:
        return chosen.sentence
    if chosen.amount is None or not chosen.currency:
        return chosen.name
    language = translation.get_language() or "en"
    price = wording.price(chosen.amount, chosen.currency, chosen.interval, chosen.interval_count, language)
    return f"{chosen.name}, {price}"


def standing(member: Member, subscription: Subscription | None) -> str:
    """How the contract stands; of somebody who is leaving, until when."""
    if not member.status:
        return _("None known")
    if subscription and subscription.status == Subscription.Status.CANCELLED and subscription.access_ends_at:
        return _("Leaving on %s") % times.day(durations.last_moment(subscription.access_ends_at))
    return text.capfirst(str(Subscription.Status(member.status).label))


def pulse(facts: MemberFacts | None) -> str:
    """Whether the member uses it now."""
    return str(MemberFacts.Pulse(facts.pulse if facts else MemberFacts.Pulse.UNKNOWN).label).capitalize()


def initials(name: str) -> str:
    """Up to two letters for somebody without a picture."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper() or "#"


def came_by(source: str) -> str:
    """Which way somebody came in; a name that another system gave is made readable."""
    return str(WAYS_IN.get(source) or phrases.readable(source))


def together(member: Member, other: Member) -> str:
    """That two live under one roof."""
    return _("%(member)s and %(other)s live together.") % {"member": member, "other": other}
