"""A member in one breath: a few plain sentences made of what is known, at most 45 words."""

import datetime as dt
from collections.abc import Iterator

from django.utils import dateformat, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.words import times
from mail import wording
from members import durations
from members.models import Member, MemberFacts, Subscription
from winback import reasons

LONGEST = 45  # words
SEEN_OFTEN = dt.timedelta(days=28)


def of(member: Member, facts: MemberFacts | None, contract: Subscription | None, now: dt.datetime) -> str:
    """What is worth knowing before picking up the phone, the most important first; empty of somebody erased."""
    if member.erased_at:
        return ""
    said: list[str] = []
    for sentence in _sentences(member, facts, contract, now):
        if len(" ".join([*said, sentence]).split()) <= LONGEST:
            said.append(sentence)
    return " ".join(said)


def _sentences(
    member: Member, facts: MemberFacts | None, contract: Subscription | None, now: dt.datetime
) -> Iterator[str]:
    yield _joined(member, now)
    if facts:
        yield from _use(facts, now)
    yield from _contract(contract, now)
    if facts and facts.last_conversation_at:
        yield _("Last talked with us %s.") % times.near(facts.last_conversation_at, now)
    if member.told_by:
        yield _("Told by %s.") % member.told_by
    if facts and (friends := facts.referrals_confirmed):
        yield ngettext("Has brought one friend.", "Has brought %d friends.", friends) % (
            (friends,) if friends > 1 else ()
        )


def _joined(member: Member, now: dt.datetime) -> str:
    day = times.day(member.joined_at, now)
    if member.joining_reason:
        return _("Joined on %(day)s: “%(why)s”.") % {"day": day, "why": member.joining_reason.rstrip(".")}
    return _("Joined on %s.") % day


def _use(facts: MemberFacts, now: dt.datetime) -> Iterator[str]:
    if facts.last_use_on is None:
        if facts.usage_known:
            yield _("Has not used it yet.")
        return
    away = (now.date() - facts.last_use_on).days
    often = facts.consumption_28d or 0
    if away <= SEEN_OFTEN.days and often:
        text = ngettext(
            "Used it once in four weeks, last on %(day)s.",
            "Used it %(times)d times in four weeks, last on %(day)s.",
            often,
        )
        yield text % {"times": often, "day": _date(facts.last_use_on)}
    else:
        yield ngettext("Not seen for %d day.", "Not seen for %d days.", away) % away


def _contract(contract: Subscription | None, now: dt.datetime) -> Iterator[str]:
    if contract is None:
        return
    ends = contract.access_ends_at
    if contract.status == Subscription.Status.CANCELLED and ends:
        yield _because(_("Leaves on %s") % times.day(durations.last_moment(ends), now), contract)
    elif contract.status == Subscription.Status.ENDED and contract.ended_at:
        yield _because(_("Left on %s") % times.day(contract.ended_at, now), contract)
    elif contract.current_period_end and contract.current_period_end > now:
        day = times.day(contract.current_period_end, now)
        if contract.amount and contract.currency:
            language = translation.get_language() or "en"
            price = wording.money(contract.amount, contract.currency, language)
            yield _("Renews %(day)s, %(price)s.") % {"day": day, "price": price}
        else:
            yield _("Renews %s.") % day


def _because(said: str, contract: Subscription) -> str:
    why = reasons.words(contract.cancel_reason) if contract.cancel_reason else ""
    return f"{said}: {why}." if why else f"{said}."


def _date(day: dt.date) -> str:
    language = wording.base(translation.get_language() or "en")
    return dateformat.format(day, wording.DATES.get(language, "j F Y").removesuffix(" Y"))
