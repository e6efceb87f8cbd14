"""Links by way of us: only where a house wants it, never elsewhere than the letter said, and programs count nothing."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from api import links
from mail import clicks, rendering
from mail.models import Click, LetterVersion, Message
from members.models import Event
from office.models import House
from tests import cast
from tests.mail import letters
from tests.sinks import Sink

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
TARGET = "https://club.example.org/a?x=1&y=%C3%A6"
PAGE = (
    '<a class="button" href="https://club.example.org/a?x=1&amp;y=%C3%A6">Go</a> <a href="mailto:a@example.com">m</a>'
    '<a href="{{ links.unsubscribe }}">no</a> <a href="{{ links.preferences }}">p</a> '
    '<a href="{{ links.browser }}">b</a>'
    f'<a href="https://club.example.org/{"long" * 400}">long</a><img src="https://club.example.org/i.png">'
)


@pytest.fixture
def house_clock(now: dt.datetime, settings: LazySettings, tmp_path: Path) -> Path:
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text((now + HOUR).isoformat())
    return settings.TEST_CLOCK


@pytest.fixture
def letter(now: dt.datetime, house_clock: Path) -> Message:
    """Ingrid's letter with links, an hour old; the house counts clicks."""
    version = letters.version(now)
    texts = {"en": {**version.texts["en"], "html": PAGE}}
    LetterVersion.objects.filter(pk=version.pk).update(texts=texts)
    House.objects.update(counts_clicks=True)
    person = cast.join("ingrid", now - HOUR, quiet=True, email="ingrid@example.com")
    message = letters.due(person.member, now)
    letters.send(now)
    return letters.again(message)


def follow(message: Message, url: str = TARGET, agent: str = PERSON, method: str = "get") -> str:
    answer = getattr(Client(), method)(_path(message, url), headers={"User-Agent": agent})
    assert answer.status_code == 302
    return str(answer["Location"])


def _path(message: Message, url: str) -> str:
    return f"/u/click/{links.token('click', message.uuid, url)}/"


def opened(now: dt.datetime) -> list[str]:
    while clicks.judge(now + 2 * HOUR):
        pass
    return [event.data["url"] for event in Event.objects.filter(name="mail.clicked")]


def addresses(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="([^"]+)"', page)


def test_only_links_of_the_letter_itself_lead_by_way_of_us(letter: Message) -> None:
    values = letter.values
    written = rendering.render(letter.letter_version.texts["en"], values)
    before, after = addresses(written.html), addresses(clicks.through_us(written, letter).html)
    assert "/u/click/" in after[0]
    assert after[1:] == before[1:]
    content = links.read("click", after[0].rstrip("/").rpartition("/")[2])
    assert content == [str(letter.uuid), TARGET]


def test_letters_are_left_as_they_are_until_a_house_wants_to_know(
    now: dt.datetime, sink: Sink, letter: Message
) -> None:
    House.objects.update(counts_clicks=False)
    for wanted in (False, True):
        House.objects.update(counts_clicks=wanted)
        letters.due(letter.member, now)
        letters.send(now)
        assert (b"/u/click/" in sink.accepted[-1][1].replace(b"=\r\n", b"")) == wanted


def test_a_person_who_opens_a_link_is_led_there_and_counted_once(letter: Message, now: dt.datetime) -> None:
    assert [follow(letter) for _time in range(2)] == [TARGET, TARGET]
    assert opened(now) == [TARGET]


@pytest.mark.parametrize(
    "agent", ["", "python-requests/2.31", "BarracudaSentinel", "Mozilla/5.0 (compatible; bingbot/2.0)"]
)
def test_a_program_that_says_what_it_is_counts_nothing(letter: Message, now: dt.datetime, agent: str) -> None:
    assert follow(letter, agent=agent) == TARGET
    assert opened(now) == []


def test_looking_without_opening_counts_nothing(letter: Message, now: dt.datetime) -> None:
    assert follow(letter, method="head") == TARGET
    assert opened(now) == []


@pytest.mark.parametrize("name", ["Sec-Purpose", "Purpose", "X-Moz"])
def test_what_a_browser_fetches_ahead_counts_nothing(letter: Message, now: dt.datetime, name: str) -> None:
    headers = {"User-Agent": PERSON, name: "prefetch;prerender"}
    assert Client().get(_path(letter, TARGET), headers=headers).status_code == 302
    clicks.judge(now + 2 * HOUR)
    assert not Event.objects.filter(name="mail.clicked").exists()
    assert Click.objects.get().by == Click.By.PROGRAM


def test_what_is_opened_right_after_leaving_was_opened_by_a_program(
    letter: Message, now: dt.datetime, house_clock: Path
) -> None:
    house_clock.write_text((now + dt.timedelta(seconds=2)).isoformat())
    follow(letter)
    assert opened(now) == []


def test_whoever_opens_every_link_at_once_is_a_program(letter: Message, now: dt.datetime) -> None:
    for number in range(3):
        follow(letter, f"https://club.example.org/{number}")
    assert opened(now) == []
    assert set(Click.objects.values_list("by", flat=True)) == {"program"}


def test_a_click_is_judged_only_when_it_is_known_what_else_was_opened(
    letter: Message, now: dt.datetime
) -> None:
    follow(letter)
    assert clicks.judge(now + HOUR) == 0
    assert clicks.judge(now + HOUR + dt.timedelta(seconds=30)) == 1


def test_nobody_can_make_a_link_of_ours_lead_elsewhere(letter: Message, now: dt.datetime) -> None:
    good = _path(letter, TARGET)
    forged = [
        good[:-6] + "AAAAA/",
        f"/u/click/{links.token('browser', letter.uuid, TARGET)}/",
        _path(letter, "javascript:alert(1)"),
        _path(letter, "//evil.example"),
        "/u/click/x/",
    ]
    assert [Client().get(path).status_code for path in forged] == [404] * len(forged)
    assert Client().get(good + "?next=https://evil.example/&url=//evil")["Location"] == TARGET
    assert Client().post(good).status_code == 405
    assert Click.objects.count() == 1


def test_a_link_of_somebody_erased_leads_on_and_tells_nothing(letter: Message, now: dt.datetime) -> None:
    type(letter.member).everybody.update(erased_at=now)
    assert follow(letter) == TARGET
    assert not Click.objects.exists()
