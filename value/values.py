"""What letters may say of what a membership gave, what of it is unused, and what comes next.

Only letters that mention them ask for them: most letters do not, and thousands may leave in an hour.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from api import links
from mail import merge_fields, values
from mail.models import LetterVersion, Message
from members import durations
from value import benefits, statements, upcoming, words

SHOWN = 3
Field = merge_fields.Field
FIELDS = (
    Field(
        "statement.summary",
        "What the membership gave in twelve months against its price, in one sentence",
        _("You paid 900 kr, and what we can count in money comes to 1,240 kr: 340 kr more than it cost."),
    ),
    Field("statement.period", "The days that it counts", _("3 March 2025 to 2 March 2026")),
    Field("statement.value", "What can be counted in money", _("1,240 kr")),
    Field("statement.paid", "What was paid in these days, less what was paid back", _("900 kr")),
    Field("statement.net", "The one less the other, with its sign", _("+340 kr")),
    Field("statement.is_negative", "Whether more was paid than was got", False, "flag"),
    Field("statement.attended", "How often the member attended something", 9, "number"),
    Field("statement.perks", "How many perks the member had", 2, "number"),
    Field(
        "statement.lines",
        "What the membership gave, line by line",
        [
            {"label": _("Thursday evening"), "said": _("9 times at 120 kr each, 1,080 kr")},
            {"label": _("Saved"), "said": _("160 kr")},
        ],
        "list",
    ),
    Field("statement.lines[].label", "What it is", _("Thursday evening")),
    Field("statement.lines[].said", "How often, and what it comes to", _("9 times")),
    Field("benefits.unused_count", "How many benefits the member has not used yet", 3, "number"),
    Field("benefits.names", "The first three of them, as a text", _("Guest ticket, Library, Sunday walk")),
    Field(
        "benefits.unused",
        "Benefits not used yet, at most three",
        [
            {
                "name": _("Guest ticket"),
                "sentence": _("One evening a year a friend comes along for nothing."),
                "link": "https://club.example/guests/",
            },
            {
                "name": _("Library"),
                "sentence": _("Borrow what you like; the shelf stands by the door."),
                "link": None,
            },
            {
                "name": _("Sunday walk"),
                "sentence": _("First Sunday of the month, from the harbour."),
                "link": None,
            },
        ],
        "list",
    ),
    Field("benefits.unused[].name", "What it is called", _("Guest ticket")),
    Field("benefits.unused[].sentence", "It in one sentence", _("One evening a year a friend comes along.")),
    Field("benefits.unused[].link", "Where there is more about it", "https://club.example/guests/", "url"),
    Field("upcoming.count", "How many things are coming, at most three", 2, "number"),
    Field("upcoming.text", "The nearest thing that is coming", _("Thursday 5 March, 19:00: Soup and a talk")),
    Field(
        "upcoming.events",
        "What comes next, at most three",
        [
            {
                "title": _("Soup and a talk"),
                "when": _("Thursday 5 March, 19:00"),
                "place": _("The hall"),
                "link": "https://club.example/talk/",
            },
            {
                "title": _("Sunday walk"),
                "when": _("Sunday 8 March, 10:00"),
                "place": _("The harbour"),
                "link": None,
            },
        ],
        "list",
    ),
    Field("upcoming.events[].title", "What it is", _("Soup and a talk")),
    Field("upcoming.events[].when", "Day and hour", _("Thursday 5 March, 19:00")),
    Field("upcoming.events[].place", "Where", _("The hall")),
    Field("upcoming.events[].link", "Where there is more about it", "https://club.example/talk/", "url"),
)
Branches = dict[str, dict[str, Any]]


def supply(messages: Sequence[Message], now: dt.datetime) -> Mapping[int, Branches]:
    """`statement`, `benefits` and `upcoming` per letter id, each where its letter mentions it and it is known."""
    found: dict[int, Branches] = {message.pk: {} for message in messages}
    for asked, gather in PARTS:
        wanted = _mentioning(messages, asked)
        for pk, branches in gather(wanted, now).items() if wanted else ():
            found[pk] |= branches
    return {pk: branches for pk, branches in found.items() if branches}


def bind() -> None:
    """Makes them known to letters."""
    merge_fields.register(*FIELDS)
    values.supply(supply)


def of_statement(statement: statements.Statement, language: str) -> dict[str, Any]:
    """What a letter says of a statement; nothing at all where nothing is known."""
    if not statement.is_known:
        return {}
    return {
        "summary": words.summary(statement, language),
        "period": words.period(statement, language),
        "value": words.money(statement.value, language),
        "paid": words.money(statement.paid, language),
        "net": words.net(statement, language),
        "is_negative": statement.is_negative,
        "attended": statement.attended or None,
        "perks": statement.perks or None,
        "lines": words.lines(statement, language),
    }


def _statements(messages: Sequence[Message], now: dt.datetime) -> dict[int, Branches]:
    known = statements.of([message.member for message in messages], now)
    found: dict[int, Branches] = {}
    for message in messages:
        if said := of_statement(known[message.member_id], values.language_of(message)):
            page = {"statement": links.url("statement", message.member.uuid)}
            found[message.pk] = {"statement": said, "links": page}
    return found


def _benefits(messages: Sequence[Message], _now: dt.datetime) -> dict[int, Branches]:
    known = benefits.unused([message.member for message in messages])
    found: dict[int, Branches] = {}
    for message in messages:
        if rows := known[message.member_id]:
            language = values.language_of(message)
            said = [words.benefit(row, language) for row in rows[:SHOWN]]
            names = ", ".join(one["name"] for one in said)
            found[message.pk] = {
                "benefits": {"unused": said, "unused_count": len(rows), "names": names},
            }
    return found


def _upcoming(messages: Sequence[Message], now: dt.datetime) -> dict[int, Branches]:
    known = upcoming.coming([message.member for message in messages], now)
    found: dict[int, Branches] = {}
    for message in messages:
        if rows := known[message.member_id]:
            zone = durations.zone_of(message.member)
            said = [words.coming(row, zone, values.language_of(message)) for row in rows]
            text = f"{said[0]['when']}: {said[0]['title']}"
            found[message.pk] = {"upcoming": {"events": said, "count": len(said), "text": text}}
    return found


PARTS = (
    (("statement.", "links.statement"), _statements),
    (("benefits.",), _benefits),
    (("upcoming.",), _upcoming),
)


def _mentioning(messages: Sequence[Message], names: Sequence[str]) -> list[Message]:
    versions = {message.letter_version_id: message.letter_version for message in messages}
    asking = {pk for pk, version in versions.items() if _mentions(version, names)}
    return [message for message in messages if message.letter_version_id in asking]


def _mentions(version: LetterVersion, names: Sequence[str]) -> bool:
    parts = [str(part) for text in version.texts.values() for part in text.values()]
    return any(name in part for name in names for part in parts)
