"""Blocks and fields in letters: the member's own figures in the language of the letter, and nothing of strangers."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mail import blocks, compiling, merge_fields, previewing, rendering, values
from mail.models import Letter, LetterVersion, Message, Sender
from mail.models.message import Purpose
from members.models import Member
from tests import cast
from tests.value import houses

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ALL = [{"kind": "statement"}, {"kind": "benefits"}, {"kind": "next"}]


@pytest.fixture
def member(now: dt.datetime) -> Member:
    """Ingrid, Danish, who paid 900 kr."""
    houses.plan("full")
    member = cast.join(
        "ingrid",
        now - 300 * DAY,
        plan="full",
        quiet=True,
        email="ingrid@example.com",
        first_name="Ingrid",
        locale="da",
        time_zone="Europe/Copenhagen",
    ).member
    houses.paid(member, 90000, now - 299 * DAY)
    return member


def letter(
    rows: list[dict[str, Any]], now: dt.datetime, languages: tuple[str, ...] = ("en", "da")
) -> LetterVersion:
    source = {"subject": "Your year", "preheader": "A word", "blocks": rows}
    texts = {one: compiling.compile_letter(source, language=one).texts() for one in languages}
    sender = Sender.objects.get_or_create(
        slug="anna", defaults={"name": "Anna", "email": "anna@example.com"}
    )[0]
    made = Letter.objects.create(slug=f"year-{Letter.objects.count()}")
    return LetterVersion.objects.create(
        letter=made,
        number=1,
        sender=sender,
        language="en",
        texts=texts,
        source={},
        digest="x",
        published_at=now,
    )


def read(member: Member, version: LetterVersion, now: dt.datetime) -> rendering.Rendered:
    message = Message(pk=1, member=member, letter_version=version, purpose=Purpose.VALUE, topic="membership")
    language = values.language_of(message)
    return rendering.render(version.texts[language], values.gather([message], now)[1])


def test_a_letter_says_the_members_own_figures_in_its_language(member: Member, now: dt.datetime) -> None:
    houses.benefit("Evenings", "usage.evening", 12000).words.create(language="da", name="Aftener")
    houses.used(member, "usage.evening", now - DAY, times=9)
    houses.benefit(
        "Guest ticket", "usage.guest", sentence="Bring <a> friend.", link="https://club.example/g?a=1&b=2"
    )
    houses.coming("Soup", now + DAY, place="The hall").words.create(
        language="da", title="Suppe", place="Salen"
    )
    done = read(member, letter(ALL, now), now)
    text = done.text
    assert (
        "Du har betalt 900 kr., og det, vi kan gøre op i penge, er 1.080 kr.: 180 kr. mere, end det kostede."
        in text
    )
    assert "- Aftener: 9 gange à 120 kr., 1.080 kr.\n- Betalt: 900 kr." in text
    assert "Se, hvordan det er gjort op: http" in text
    assert "Ikke brugt endnu\n\n- Guest ticket: https://club.example/g?a=1&b=2: Bring <a> friend." in text
    assert "Det kommer\n\n- tirsdag 3. marts kl. 23:30: Suppe, Salen" in text
    assert 'href="https://club.example/g?a=1&amp;b=2"' in done.html
    assert "Bring &lt;a&gt; friend." in done.html
    assert "/u/statement/" in done.html
    assert "meld dig ud" not in text


def test_less_than_it_cost_comes_first_with_the_way_out(member: Member, now: dt.datetime) -> None:
    houses.got(member, "value.saved", now - DAY, amount=36000, unit="DKK", currency="DKK")
    done = read(member, letter([{"kind": "statement", "title": "Tal"}], now), now)
    assert done.text.startswith(
        "Tal\n\nDu har betalt 900 kr., og det, vi kan gøre op i penge, er 360 kr.: 540 kr. mindre"
    )
    assert "Ville et mindre medlemskab eller en pause passe dig bedre?" in done.text
    assert "/u/cancel/" in done.html


def test_of_strangers_there_is_nothing_at_all(member: Member, now: dt.datetime) -> None:
    houses.benefit("Evenings", "usage.evening", 12000)
    houses.used(member, "usage.evening", now - 400 * DAY)
    rows = [
        {"kind": "text", "text": "Hello."},
        *ALL,
        {"kind": "button", "text": "See", "link": "{{ links.statement }}"},
    ]
    done = read(member, letter(rows, now), now)
    assert done.text.split("Anna")[0] == "Hello.\n\n"
    assert "/u/statement/" not in done.html
    assert 'class="box' not in done.html


def test_letters_that_mention_none_of_it_ask_nothing_more(member: Member, now: dt.datetime) -> None:
    with CaptureQueriesContext(connection) as queries:
        read(member, letter([{"kind": "text", "text": "Hello."}], now), now)
    assert not [one for one in queries if "value_" in one["sql"] or "members_usageday" in one["sql"]]


def test_fifty_letters_take_as_many_queries_as_one(member: Member, now: dt.datetime) -> None:
    version = letter(ALL, now)
    houses.benefit("Evenings", "usage.evening", 12000)
    houses.benefit("Guest", "usage.guest")
    houses.coming("Soup", now + DAY)
    crowd = [member]
    for number in range(49):
        one = cast.join(f"m{number}", now - DAY, plan="full", quiet=True, first_name="M").member
        houses.got(one, "value.saved", now - DAY, amount=100, unit="DKK", currency="DKK")
        crowd.append(one)
    letters = [
        Message(pk=n, member=one, letter_version=version, purpose=Purpose.VALUE, topic="membership")
        for n, one in enumerate(crowd, 1)
    ]
    asked = {}
    for size in (1, 50):
        with CaptureQueriesContext(connection) as queries:
            found = values.gather(letters[:size], now)
        asked[size] = len(queries)
    assert asked[1] == asked[50]
    assert found[2]["statement"]["value"] == "1 kr"
    assert found[2]["links"]["statement"] != found[3]["links"]["statement"]
    assert found[2]["links"]["browser"]
    assert found[1].get("statement") is None


def test_a_preview_shows_made_up_values_and_for_a_member_the_real_ones(
    member: Member, now: dt.datetime
) -> None:
    houses.got(member, "value.saved", now - DAY, amount=36000, unit="DKK", currency="DKK")
    version = letter(ALL, now)
    sample = previewing.preview(version, "en").text
    assert "Thursday evening: 9 times at 120 kr each, 1,080 kr" in sample
    assert "Guest ticket" in sample
    assert "Thursday 5 March, 19:00: Soup and a talk" in sample
    assert "540 kr less than it cost." in previewing.preview(version, "en", member).text


def test_every_field_is_supplied_and_every_sample_is_of_what_is_supplied(
    member: Member, now: dt.datetime
) -> None:
    houses.got(member, "value.saved", now - DAY, amount=36000, unit="DKK", currency="DKK")
    houses.got(member, "value.perk_earned", now - DAY, amount=1, unit="drink")
    houses.got(member, "value.event_attended", now - DAY, amount=1, unit="evening")
    houses.benefit("Guest", "usage.guest")
    houses.coming("Soup", now + DAY)
    message = Message(
        pk=1, member=member, letter_version=letter(ALL, now), purpose=Purpose.VALUE, topic="membership"
    )
    found, samples = values.gather([message], now)[1], merge_fields.samples()
    for branch in ("statement", "benefits", "upcoming"):
        assert found[branch].keys() == samples[branch].keys()
        for name, value in samples[branch].items():
            assert type(found[branch][name]) is type(value), name
            if isinstance(value, list):
                assert found[branch][name][0].keys() == value[0].keys()


def test_the_kinds_are_offered() -> None:
    assert {"statement", "next", "benefits"} <= set(blocks.names())
