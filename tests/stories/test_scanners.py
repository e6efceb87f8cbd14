"""Machines of mail providers fetch every link of a letter before its reader does: nothing may come of that."""

import datetime as dt
from pathlib import Path
from typing import Any
from urllib import parse

import pytest
from django.conf import LazySettings
from django.test import Client

from lifecycle import clock
from mail import clicks
from mail.models import Click, Message
from members import consent
from office.models import House
from tests.sinks import Sink
from tests.stories import scanning

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
BASE = "https://club.example.net"
PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
JUNK = (
    "",
    "?utm_source=x",
    "?deed=stop&topic=news&months=3",
    "?List-Unsubscribe=One-Click",
    "?next=//evil.example",
)
SCANNER = "Mozilla/5.0 (compatible; Proofpoint URL Defense)"


@pytest.fixture
def sent(now: dt.datetime, sink: Sink, settings: LazySettings, tmp_path: Path) -> tuple[Message, list[str]]:
    """Ingrid's letter with every link there is, and the paths of those that lead to us; an hour ago."""
    settings.BASE_URL, settings.TEST_CLOCK = BASE, tmp_path / "clock"
    settings.ALLOWED_HOSTS = ["*"]
    settings.TEST_CLOCK.write_text((now + 60 * MINUTE).isoformat())
    member = scanning.person(now)
    House.objects.update_or_create(
        defaults={"name": "Club", "postal_address": "Street 1", "counts_clicks": True}
    )
    message, raw = scanning.letter(member, now, sink)
    return message, scanning.ours(scanning.addresses(raw), BASE)


def fetch(path: str, method: str = "get", agent: str = SCANNER) -> Any:
    """One request of a machine that brings no cookie, at the house's own address."""
    return getattr(Client(headers={"host": parse.urlsplit(BASE).netloc}), method)(
        path, secure=True, headers={"User-Agent": agent}
    )


def settle(now: dt.datetime) -> None:
    """Everything that could still come of it."""
    while clicks.judge(now + 120 * MINUTE):
        pass
    clock.tick(now + 61 * MINUTE)


def test_the_letter_leads_everywhere(sent: tuple[Message, list[str]]) -> None:
    led_to = [path for path in sent[1] if path.startswith("/u/")]
    purposes = {path.split("/")[2].replace("letter", "browser") for path in led_to}
    assert purposes == {"click", *(name.removeprefix("links.") for name in scanning.own_pages())}
    assert sum(path.startswith("/u/click/") for path in sent[1]) == len(scanning.ELSEWHERE)


@pytest.mark.parametrize("agent", [SCANNER, PERSON, ""])
def test_a_machine_that_fetches_every_link_twice_with_anything_behind_it_changes_nothing(
    sent: tuple[Message, list[str]], now: dt.datetime, agent: str
) -> None:
    message, paths = sent
    settle(now)
    before = scanning.everything()
    for path in paths * 2:
        for junk in JUNK:
            for method in ("get", "head", "options"):
                assert fetch(path + junk, method, agent).status_code < 500, (method, path)
    settle(now)
    assert scanning.everything() == before
    assert set(Click.objects.values_list("by", flat=True)) == {Click.By.PROGRAM}
    assert fetch(next(path for path in paths if "/unsubscribe/" in path), "post").status_code == 200
    assert scanning.everything() != before
    assert not consent.standing([message.member_id])[(message.member_id, "membership")].granted


def test_no_link_of_a_letter_can_be_bent_to_lead_elsewhere(
    sent: tuple[Message, list[str]], now: dt.datetime
) -> None:
    settle(now)
    before = scanning.everything()
    own = [one for one in sent[1] if one.startswith("/u/")]
    hosts = {parse.urlsplit(address).netloc for address in (BASE, *scanning.ELSEWHERE)}
    for path, link in [(one, link) for one in own for link in scanning.bent(one, own)]:
        answer = fetch(link)
        leads = answer.headers.get("Location", "")
        assert answer.status_code < 500, link
        assert parse.urlsplit(leads).scheme in ("", "https"), (link, leads)
        assert parse.urlsplit(leads).netloc in ("", *hosts), (link, leads)
        assert leads[:2] not in ("//", "/\\"), (link, leads)
        assert leads in ("", *scanning.ELSEWHERE) or leads.startswith((path, "/")), (link, leads)
    settle(now)
    assert scanning.everything() == before
