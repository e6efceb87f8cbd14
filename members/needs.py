"""What a condition asks of one member, in plain words: each thing, how it stands now, and whether it is met."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from members import conditions, durations, event_words, fact_words, facts
from members.atoms import event
from members.conditions import Condition
from members.models import Member

# How people say what rules ask for most; the rest is said by the dictionary of facts.
AT_LEAST: Mapping[str, Any] = {
    "days_since_joined": ngettext_lazy(
        "joined %(n)d day ago or earlier", "joined %(n)d days ago or earlier", "n"
    ),
    "tenure_days": ngettext_lazy("a member for %(n)d day", "a member for %(n)d days", "n"),
    "dialogue_365d": ngettext_lazy(
        "one talk or answer in 12 months", "%(n)d talks or answers in 12 months", "n"
    ),
    "advocacy_365d": ngettext_lazy(
        "one act for us in 12 months, such as a friend who joined", "%(n)d acts for us in 12 months", "n"
    ),
    "days_since_conversation": ngettext_lazy(
        "no talk or answer for %(n)d day", "no talk or answer for %(n)d days", "n"
    ),
    "renewals": ngettext_lazy("renewed once", "renewed %(n)d times", "n"),
    "consumption_28d": ngettext_lazy("one use in 28 days", "%(n)d uses in 28 days", "n"),
}
YES_OR_NO: Mapping[tuple[str, Any], Any] = {
    ("activated", True): gettext_lazy("has had first value"),
    ("activated", False): gettext_lazy("has not had first value"),
    ("usage_known", True): gettext_lazy("use can be seen"),
    ("usage_known", False): gettext_lazy("use cannot be seen"),
}
EXACTLY: Mapping[tuple[str, Any], Any] = {
    ("pulse", "sleeping"): gettext_lazy("sleeping: no use for long"),
    ("advocacy_365d", 0): gettext_lazy("no act for us in 12 months"),
}
# What is asked where a rule of falling must not hold.
LESS_THAN: Mapping[str, Any] = {
    "days_since_conversation": ngettext_lazy(
        "a talk or answer within %(n)d day", "a talk or answer within %(n)d days", "n"
    ),
}
ANYTHING_BUT: Mapping[tuple[str, str], Any] = {
    ("pulse", "sleeping"): gettext_lazy("not sleeping"),
    ("pulse", "quiet"): gettext_lazy("not quiet"),
}
NOT_IN_OUR_HANDS = ("usage_known",)


@dataclass(frozen=True)
class Need:
    """One thing that is asked: in words, how it stands now, and whether that is enough."""

    text: str
    now: str
    is_met: bool
    is_open: bool = True  # False: no time and no deed will make it true


@dataclass(frozen=True)
class Outline:
    """A condition as a list with lists in it: what is said of its parts, and the parts."""

    text: str
    parts: list["Outline"]


def of(condition: Condition, member: Member, now: dt.datetime) -> list[Need]:
    """Everything the condition asks of the member at `now`; of alternatives, the one that holds or is nearest."""
    if "all" in condition:
        return [need for part in condition["all"] for need in of(part, member, now)]
    if "any" in condition:
        return min((of(part, member, now) for part in condition["any"]), key=_distance)
    if "not" in condition and (turned := _turned(condition["not"])):
        return of(turned, member, now)
    verdict = conditions.evaluate(condition, [member], now)[member.pk]
    is_open = condition.get("fact") not in NOT_IN_OUR_HANDS
    return [Need(_said(condition), ", ".join(map(plain, verdict.values.values())), verdict.holds, is_open)]


def _turned(denied: Condition) -> Condition | None:
    """“Not” before a group as a group of what each part must not be; None before a single question."""
    if "not" in denied:
        return dict(denied["not"])
    for word, other in (("any", "all"), ("all", "any")):
        if word in denied:
            return {other: [{"not": part} for part in denied[word]]}
    return None


def sentence(condition: Condition | None) -> str:
    """A whole rule in one sentence, alternatives kept apart: “… and …, or: … and …”; empty for none."""
    if not condition:
        return ""
    if "not" in condition:
        return _("not (%s)") % sentence(condition["not"])
    if "all" in condition:
        parts = (_in_brackets(part) for part in condition["all"])
        return _(" and ").join(parts)
    if "any" in condition:
        return _(", or: ").join(sentence(part) for part in condition["any"])
    return _said(condition)


def outline(condition: Condition | None) -> Outline | None:
    """A whole rule as a list with lists in it; None for none."""
    if not condition:
        return None
    for word, text in (("all", _("all of these:")), ("any", _("one of these:"))):
        if word in condition:
            return Outline(text, [part for one in condition[word] if (part := outline(one))])
    if "not" in condition:
        inner = outline(condition["not"])
        return Outline(_("not so:"), [inner] if inner else [])
    return Outline(_said(condition), [])


OTHERS = {"since": gettext_lazy("since"), "days_away": gettext_lazy("days away")}


def in_words(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The values kept with a move, named as staff know them."""
    for name, value in values.items():
        fact = facts.FACTS.get(name)
        if fact:
            yield str(fact.meaning), fact_words.value(fact, value) if isinstance(value, str) else plain(value)
        else:
            yield str(OTHERS.get(name) or _event_in_words(name)), plain(value)


def plain(value: Any) -> str:
    """A value as people write it."""
    if value is None or value == "":
        return _("unknown")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _in_brackets(part: Condition) -> str:
    return f"({sentence(part)})" if "any" in part and len(part["any"]) > 1 else sentence(part)


def _distance(needs: list[Need]) -> tuple[bool, int, int]:
    missing = [need for need in needs if not need.is_met]
    return any(not need.is_open for need in missing), len(missing), len(missing) - len(needs)


def _denied(condition: Condition) -> str:
    """What is asked of a member where this must not be so."""
    name, op, value = condition.get("fact", ""), condition.get("op", "="), condition.get("value")
    if op == "=" and (name, str(value)) in ANYTHING_BUT:
        return str(ANYTHING_BUT[name, str(value)])
    if op == "=" and value == 0 and name in AT_LEAST:
        return str(AT_LEAST[name] % {"n": 1})
    if op == ">=" and name in LESS_THAN and isinstance(value, int):
        return str(LESS_THAN[name] % {"n": value})
    return _("not (%s)") % _said(condition)


def _said(condition: Condition) -> str:
    if "not" in condition:
        return _denied(condition["not"])
    if "event" in condition and event.is_usage(condition):
        return _uses(condition)
    name, value = condition.get("fact", ""), condition.get("value")
    words = YES_OR_NO if isinstance(value, bool) else EXACTLY
    if condition.get("op", "=") == "=" and isinstance(value, bool | int | str) and (name, value) in words:
        return str(words[name, value])
    if condition.get("op") == ">=" and name in AT_LEAST and isinstance(value, int):
        return str(AT_LEAST[name] % {"n": value})
    return conditions.read_aloud(condition)


def _uses(condition: Condition) -> str:
    op, wanted = event.counted(condition)
    if op != ">=":
        return conditions.read_aloud(condition)
    what = condition["event"].removeprefix("usage.").replace("_", " ")
    if "days" in condition:
        said = _("used on %(n)d days") if what == "*" else _("“%(what)s” on %(n)d days")
    elif what == "*":
        said = ngettext("%(n)d use", "%(n)d uses", wanted)
    else:
        said = ngettext("%(n)d time “%(what)s”", "%(n)d times “%(what)s”", wanted)
    text = said % {"n": wanted, "what": what}
    if "within" in condition:
        return _("%(uses)s in %(span)s") % {"uses": text, "span": durations.said(condition["within"])}
    return text


def _event_in_words(name: str) -> str:
    """A value of an event is kept under its name and window: “usage.* within 90d”, “usage.* days within 7d”."""
    kept, _word, span = name.partition(" within ")
    happened, _space, days = kept.partition(" ")
    if happened == event.ANY_USE:
        what = _("days of use") if days else _("uses")
    elif event.NAME.fullmatch(happened):
        what = (_("days with “%s”") if days else "“%s”") % event_words.name(happened)
    else:
        what = kept
    return _("%(what)s in %(span)s") % {"what": what, "span": durations.said(span)} if span else what
