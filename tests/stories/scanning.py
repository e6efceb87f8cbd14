"""A letter that leads everywhere a letter can lead, and everything the house knows, to be compared."""

import datetime as dt
import re
from typing import Any

from django.apps import apps

from mail import merge_fields, outbox
from mail.models import Message
from members import events
from members.models import Member
from tests import cast, sinks
from tests.flows import making
from tests.mail import outside

# What is counted about visits, and kept of nobody: opened links, requests, sessions, and what was cached.
VISITS = frozenset({"mail.Click", "api.Knock", "sessions.Session", "office.Heartbeat"})
EVIL = "https://evil.example/"
ELSEWHERE = (
    "https://club.example.org/evening?x=1&y=%C3%A6",
    "https://club.example.org/soup",
    "https://maps.example/x",
)


def everything() -> dict[str, list[Any]]:
    """Every row of every table, by table, but for what is only counted about visits."""
    tables = (model for model in apps.get_models() if model._meta.label not in VISITS)
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in tables}


def own_pages() -> list[str]:
    """The fields that lead to pages of the member's own, whichever rooms supply them."""
    return [name for name in merge_fields.offered() if name.startswith("links.")]


def letter(member: Member, now: dt.datetime, sink: sinks.Sink) -> tuple[Message, bytes]:
    """A marketing letter that shows every link there is, sent to a mail server; the letter and its raw bytes."""
    links = [f"[{name}]({{{{ {name} }}}})" for name in own_pages()]
    links += [f"[place {place}]({address})" for place, address in enumerate(ELSEWHERE)]
    blocks = [
        {"kind": "text", "text": "\n\n".join(links)},
        {"kind": "button", "text": "Come", "link": ELSEWHERE[0]},
        {"kind": "question", "text": "Will you come?", "answers": "Yes\nNo"},
    ]
    written = {"slug": "all", "sender": "anna", "subject": "All", "preheader": "All", "blocks": blocks}
    steps = [{"uid": "all", "kind": "send", "letter": "all"}]
    making.publish(steps, now, letters=[written], slug="all")
    making.enter(member, now)
    while outbox.send_due(now):
        pass
    ((_address, raw),) = sink.accepted
    return Message.objects.get(status="sent"), raw


def addresses(raw: bytes) -> list[str]:
    """Every web address in the letter: of its page, its text and its headers."""
    mail = sinks.parse(raw)
    found = outside.links(outside.part(mail, "html"))
    found += re.findall(r"https?://[^\s<>\")\]]+", outside.part(mail, "plain"))
    found += re.findall(
        r"<(https?://[^>]+)>", " ".join(outside.header(raw, "List-Unsubscribe")).replace("\r\n ", "")
    )
    return [link for link in dict.fromkeys(found) if link.startswith("http")]


def ours(links: list[str], base: str) -> list[str]:
    """Those that lead to this house, as paths."""
    return [link.removeprefix(base) for link in links if link.startswith(base + "/")]


def bent(path: str, others: list[str]) -> list[str]:
    """The same link, changed in the ways in which links are made to lead elsewhere; `others` are good ones too."""
    _empty, _u, purpose, token, _end = path.split("/")
    put = [token[:-1] + ("A" if token[-1] != "A" else "B"), token[:-8], token + "AAAA", token[::-1]]
    put += [other.split("/")[3] for other in others if other != path]
    put += ["javascript:alert(1)", "data:text%2Fhtml,x", "%2F%2Fevil.example", "%0d%0aX:1", EVIL]
    behind = [f"?{name}={where}" for name in ("next", "url", "to") for where in (EVIL, "//evil.example")]
    behind += ["//evil.example/", "@evil.example", "%2F..%2F..%2Fevil.example"]
    before = [f"//evil.example{path}", f"/{path}", f"/\\evil.example{path}", path.rstrip("/")]
    return [f"/u/{purpose}/{one}/" for one in put] + [path + one for one in behind] + before


def person(now: dt.datetime) -> Member:
    """A member with a subscription that could be lost and a statement; nothing waits to be answered."""
    when = now - dt.timedelta(days=60)
    member = cast.join(
        "ingrid",
        when,
        quiet=True,
        email="ingrid@example.com",
        first_name="Ingrid",
        last_name="Østergaard",
        locale="en",
    ).member
    saved = {"amount": 90_00, "unit": "DKK", "currency": "DKK"}
    events.record(events.Draft("value.money_saved", member, when, "saved", saved), when, quiet=True)
    return member
