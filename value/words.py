"""Statements, benefits and what is coming as members read them, in letters and on their page, in their language."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from mail import wording
from members import durations
from value.ledger import Kind
from value.models import Benefit, Upcoming
from value.statements import Line, Money, Statement

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "less": "You paid {paid}, and what we can count in money comes to {value}: {gap} less than it cost.",
        "more": "You paid {paid}, and what we can count in money comes to {value}: {gap} more than it cost.",
        "even": "You paid {paid}, and what we can count in money comes to the same.",
        "nothing_paid": "You paid nothing, and what we can count in money comes to {value}.",
        "value": "What we can count in money comes to {value}.",
        "things": "This is what it was used for.",
        "period": "{first} to {last}",
        "saved": "Saved",
        "paid": "Paid",
        "net": "More than it cost",
        "short": "Less than it cost",
        "once": "once",
        "times": "{n} times",
        "each": "at {worth} each",
        "attended": "Were here",
        "perk": "Perks",
        "and": "and",
    },
    "da": {
        "less": "Du har betalt {paid}, og det, vi kan gøre op i penge, er {value}: {gap} mindre, end det kostede.",
        "more": "Du har betalt {paid}, og det, vi kan gøre op i penge, er {value}: {gap} mere, end det kostede.",
        "even": "Du har betalt {paid}, og det, vi kan gøre op i penge, er det samme.",
        "nothing_paid": "Du har ikke betalt noget, og det, vi kan gøre op i penge, er {value}.",
        "value": "Det, vi kan gøre op i penge, er {value}.",
        "things": "Det her blev det brugt til.",
        "period": "{first} til {last}",
        "saved": "Sparet",
        "paid": "Betalt",
        "net": "Mere, end det kostede",
        "short": "Mindre, end det kostede",
        "once": "én gang",
        "times": "{n} gange",
        "each": "à {worth}",
        "attended": "Var her",
        "perk": "Fordele",
        "and": "og",
    },
}


def of(language: str) -> Mapping[str, str]:
    """The words of that language; English where the house speaks no other."""
    return WORDS.get(wording.base(language), WORDS["en"])


def summary(statement: Statement, language: str) -> str:
    """The first sentence: it says so when more was paid than was got. Empty where nothing is known."""
    said, value = of(language), statement.value
    if not statement.is_known:
        return ""
    amounts = {"paid": money(statement.paid, language), "value": money(value, language)}
    if statement.net is None:
        return _sentence(said["value"] if any(value.values()) else said["things"], amounts)
    code, net = statement.net
    if not statement.paid[code]:
        return _sentence(said["nothing_paid"], amounts)
    key = "less" if net < 0 else "more" if net else "even"
    return _sentence(said[key], {"gap": wording.money(abs(net), code, language), **amounts})


def period(statement: Statement, language: str) -> str:
    """The days that are counted, the first not before the member joined."""
    first, last = statement.period.first, statement.period.last
    joined = statement.member.joined_at.astimezone(durations.zone_of(statement.member)).date()
    first = min(max(first, joined), last)
    days = {"first": wording.date(first, language), "last": wording.date(last, language)}
    return of(language)["period"].format(**days)


def lines(statement: Statement, language: str) -> list[dict[str, str]]:
    """What was got, as pairs of `label` and `said`, money last."""
    found = [{"label": _label(line, language), "said": _said(line, language)} for line in statement.lines]
    if statement.saved:
        found.append({"label": of(language)["saved"], "said": money(statement.saved, language)})
    return found


def money(amounts: Money, language: str) -> str:
    """Every currency by itself: 900 kr. og 12 €."""
    said = [wording.money(amount, code, language) for code, amount in sorted(amounts.items())]
    return f" {of(language)['and']} ".join(said)


def net(statement: Statement, language: str) -> str:
    """The signed net, such as +120 kr or −340 kr; empty where it is not known."""
    if statement.net is None:
        return ""
    code, amount = statement.net
    return ("+" if amount > 0 else "") + wording.money(amount, code, language)


def benefit(row: Benefit, language: str) -> dict[str, str]:
    """A benefit: `name`, `sentence` and `link`."""
    said = row.in_words(language)
    return {"name": said.name, "sentence": said.sentence, "link": row.link}


def coming(row: Upcoming, zone: dt.tzinfo, language: str) -> dict[str, str]:
    """Something that is coming: `title`, `place`, `link`, and `when` on the member's wall."""
    said, local = row.in_words(language), row.starts_at.astimezone(zone)
    return {
        "title": said.title,
        "place": said.place or row.place,
        "when": wording.moment(local, language),
        "link": row.link,
    }


def _label(line: Line, language: str) -> str:
    if line.benefit:
        return line.benefit.in_words(language).name
    said = of(language)
    if line.kind in (Kind.ATTENDED, Kind.PERK):
        own = said[str(line.kind)]
        return f"{own} ({line.unit})" if line.unit and line.kind == Kind.PERK else own
    return line.unit[:1].upper() + line.unit[1:]


def _said(line: Line, language: str) -> str:
    said = of(language)
    if line.kind not in (Kind.USE, Kind.ATTENDED):
        return number(line.amount, language)
    times = said["once"] if line.amount == 1 else said["times"].format(n=number(line.amount, language))
    if line.worth is None or line.benefit is None:
        return times
    total = wording.money(line.total or 0, line.benefit.currency, language)
    if line.amount == 1:
        return f"{times}, {total}"
    each = said["each"].format(worth=wording.money(line.worth, line.benefit.currency, language))
    return f"{times} {each}, {total}"


def number(amount: Decimal, language: str) -> str:
    """A number without useless noughts: 3, 2.5, 2,5."""
    said = f"{amount.normalize():,f}"
    return said if wording.base(language) == "en" else said.translate({ord(","): ".", ord("."): ","})


def _sentence(text: str, amounts: Mapping[str, str]) -> str:
    """The text with its amounts; one that ends in a point, like “240 kr.”, ends the sentence too."""
    return text.format(**amounts).replace("..", ".")
