"""The ready flows of the trades: every file can be kept, every letter reads well in both languages, for anybody."""

import copy
import datetime as dt
import functools
import re
from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image

from flows import drafting, letters, publishing
from flows.models import Flow
from lifecycle import trades
from lifecycle.trades import packs
from mail import blocks, compiling, merge_fields, rendering, values
from mail.models import LetterVersion, Sender
from mail.models.message import Purpose
from members.models import Segment
from office.models import House
from relationship.surveys import files as survey_files
from value.models import Benefit
from winback.offers import files as offer_files

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
TRADES = trades.names()
LANGUAGES = ("en", "da")
PARTS = ("subject", "preheader", "body", "blocks")
FLOWS = {
    (trade, language): {flow["slug"]: flow for flow in packs.flows(trade, language)}
    for trade in TRADES
    for language in LANGUAGES
}
LETTERS = [
    pytest.param(trade, flow["slug"], letter["slug"], id=letter["slug"])
    for trade in TRADES
    for flow in FLOWS[trade, "en"].values()
    for letter in flow.get("letters", [])
]
CLICHES = (
    "valued",
    "we miss you",
    "don't miss",
    "last chance",
    "exclusive",
    "act now",
    "vi savner dig",
    "gå ikke glip",
    "sidste chance",
    "eksklusiv",
    "skynd dig",
    "kære medlem",
)


@pytest.fixture
def questions(db: None) -> None:
    """Every question that a letter of some trade asks, and every offer that one makes, is in the house."""
    for trade in TRADES:
        survey_files.store(packs.surveys(trade))
        offer_files.store(packs.offers(trade))


def own_texts(flow: dict[str, Any], slug: str) -> dict[str, Any]:
    """The letter in the flow's own language."""
    letter = next(one for one in flow["letters"] if one["slug"] == slug)
    return {part: letter[part] for part in PARTS if part in letter}


def words_of(own: Mapping[str, Any]) -> str:
    """All that an editor wrote for it, with its Liquid."""
    return " ".join(letters.said(own))


@functools.cache
def compiled(trade: str, flow: str, slug: str, language: str) -> compiling.Compiled:
    """Each letter is compiled once for all tests of this module."""
    definition = FLOWS[trade, language][flow]
    marketing = definition["purpose"] != Purpose.TRANSACTIONAL
    return compiling.compile_letter(own_texts(definition, slug), language=language, marketing=marketing)


def nobody() -> dict[str, Any]:
    """What is always there: who writes, the house, and the ways out."""
    known = merge_fields.samples()
    return {
        "sender": {**known["sender"], "phone": ""},
        "business": {"name": known["business"]["name"]},
        "links": {key: known["links"][key] for key in ("preferences", "unsubscribe", "browser")},
    }


def nearly_nobody() -> dict[str, Any]:
    """A member as the register has one who just came by a list: a name and a number, no price, no pages."""
    some = nobody()
    some["member"] = {"first_name": "Per", "number": "7", "since": "1 May 2020"}
    return some


def readings() -> list[dict[str, Any]]:
    """Somebody of whom all is known, somebody while no pages exist yet, and two of whom hardly anything is known."""
    known = merge_fields.samples()
    early = copy.deepcopy(known)
    early["links"].update(guide="", cancel="", statement="", referral="")
    early["member"].update(joining_reason="", told_by="")
    return [known, early, nearly_nobody(), nobody()]


def said(letter: rendering.Rendered) -> str:
    """What the person wrote: everything above the card of the sender."""
    return letter.text.split("Anna Bak, Member host")[0]


@pytest.mark.usefixtures("questions")
@pytest.mark.parametrize(("trade", "flow", "slug"), LETTERS)
def test_each_letter_reads_well_whoever_gets_it(trade: str, flow: str, slug: str) -> None:
    for language in LANGUAGES:
        text = compiled(trade, flow, slug, language)
        held = blocks.held({language: own_texts(FLOWS[trade, language][flow], slug)})
        shown = LetterVersion(holds=held, language=language, texts={language: {}}, published_at=NOW)
        asked = values.examples(shown, language)
        assert held.keys() <= asked.keys()
        assert text.warnings == []
        for known in [*readings(), *(one | asked for one in readings() if asked)]:
            letter = rendering.render(text.texts(), known)
            page = letter.subject + "\n" + said(letter)
            assert not re.search(
                r"[{}]|None|nil|  |“”|»«|[(,]\s*[.)]| [,.?;:]|\.\.|: *\n\n\n|\[|\]\(", page
            ), page
            assert "!" not in page
            assert not [word for word in CLICHES if word in page.lower()]
            assert 10 <= len(letter.subject) <= 72, letter.subject
            assert 35 <= len(said(letter).split()) <= 170
            assert said(letter).startswith(("Hi", "Hej"))
            assert said(letter).rstrip().split("\n")[-1].startswith(("Anna", "P.S."))
            assert letter.html.count('class="button"') <= 1
            assert 'href=""' not in letter.html
            assert set(re.findall(r'href="(\w+):', letter.html)) <= {"https", "http", "mailto", "tel"}


@pytest.mark.parametrize(("trade", "flow", "slug"), LETTERS)
def test_both_languages_ask_for_the_same_facts(trade: str, flow: str, slug: str) -> None:
    asked = [
        set(
            re.findall(
                r"\b(?:member|plan|subscription|links|sender|statement|benefits|upcoming)\.\w+",
                words_of(own_texts(own, slug)),
            )
        )
        for own in (FLOWS[trade, language][flow] for language in LANGUAGES)
    ]
    assert asked[0] == asked[1]


@pytest.mark.parametrize("trade", TRADES)
def test_no_letter_names_a_person_of_whom_the_house_knows_nothing(trade: str) -> None:
    names = {sender["name"].split()[0] for one in TRADES for sender in packs.senders(one)}
    for flow in (*FLOWS[trade, "en"].values(), *FLOWS[trade, "da"].values()):
        for letter in flow.get("letters", []):
            text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", words_of(own_texts(flow, letter["slug"])))
            assert (
                not [name for name in names if re.search(rf"\b{name}\b", text)] or flow["slug"] == "welcome"
            )


@pytest.mark.parametrize("trade", TRADES)
def test_every_flow_lets_go_of_those_who_leave_or_return(trade: str) -> None:
    for slug, flow in FLOWS[trade, "en"].items():
        begins = flow["trigger"].get("event")
        for_former = flow["exit"]["event"] == "subscription.started"
        takes_back = begins == "subscription.cancelled" and flow["exit"]["event"] == "subscription.resumed"
        assert for_former or takes_back or flow["exit"]["event"] == "subscription.cancelled"
        assert slug == "welcome" or slug.startswith(f"{trade}-")
        assert not flow.get("holdout")
        assert ("topic" in flow) == (flow["purpose"] != Purpose.TRANSACTIONAL)
        at_once = [step["uid"] for step in flow["steps"] if step.get("at_once")]
        assert not at_once or (flow["purpose"] == Purpose.ONBOARDING and at_once == [flow["steps"][0]["uid"]])


@pytest.mark.parametrize("trade", TRADES)
def test_the_people_who_write_have_a_face_a_role_and_a_phone(trade: str) -> None:
    for sender in packs.senders(trade):
        assert sender["role"]
        assert sender["phone"]
        picture = packs.FOLDER / trade / sender["picture"]
        with Image.open(picture) as face:
            assert face.size == (256, 256)
        assert picture.stat().st_size < 20_000


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trade", TRADES)
def test_every_flow_of_a_trade_can_be_published_from_its_draft(
    trade: str, language: str, now: dt.datetime
) -> None:
    House.objects.update_or_create(defaults={"language": language})
    done = trades.choose(trade, now)
    drafts = {flow.slug: flow for flow in Flow.objects.all()}
    assert set(drafts) == set(done.pack.flows) == set(FLOWS[trade, language])
    for flow in drafts.values():
        assert flow.draft["language"] == language
        assert (flow.slug, drafting.problems(flow.draft, flow)) == (flow.slug, [])


@pytest.mark.django_db
def test_a_danish_house_reads_danish_and_asks_its_staff_in_danish(now: dt.datetime) -> None:
    House.objects.update_or_create(defaults={"language": "da"})
    trades.choose("gym", now)
    quiet = Flow.objects.get(slug="gym-quiet")
    assert quiet.name == "Et medlem er blevet stille"
    assert quiet.draft["letters"][0]["subject"] == "Tyve minutter i denne uge?"
    assert quiet.draft["letters"][0]["en"]["subject"] == "Twenty minutes this week?"
    assert next(step for step in quiet.draft["steps"] if step["kind"] == "task")["title"].startswith(
        "Sig hej til"
    )
    assert Segment.objects.get(slug="fifty-visits").name == "Halvtreds besøg"
    assert Sender.objects.get(slug="jonas").role == "Træner"


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trade", TRADES)
def test_a_trade_has_examples_of_benefits_that_no_member_hears_of_yet(
    trade: str, language: str, now: dt.datetime
) -> None:
    House.objects.update_or_create(defaults={"language": language})
    done = trades.choose(trade, now)
    rows = list(Benefit.objects.prefetch_related("words"))
    assert [row.name for row in rows] == done.pack.benefits
    assert len(rows) >= 4
    for row in rows:
        row.full_clean()
        assert (row.offered_at, row.worth) == (None, None)
        other = row.in_words("en" if language == "da" else "da")
        assert other is not row
        assert 10 < len(row.sentence) <= 90
        assert 10 < len(other.sentence) <= 90
    Benefit.objects.filter(pk=rows[0].pk).update(name="Ours")
    assert not trades.choose(trade, now).pack
    assert Benefit.objects.get(pk=rows[0].pk).name == "Ours"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("trade", TRADES)
def test_readers_of_either_language_are_told_what_everybody_does(
    now: dt.datetime, trade: str, language: str
) -> None:
    House.objects.create(language=language)
    trades.choose(trade, now)
    written = {row["slug"]: row for row in packs.senders(trade)}
    for person in Sender.objects.all():
        said = written[person.slug]
        assert person.role == (said if language == "en" else said["da"])["role"]
        assert person.role_in("en-GB", language) == said["role"]
        assert person.role_in("da-DK", language) == said["da"]["role"]


@pytest.mark.django_db
def test_nothing_is_published_and_choosing_again_changes_nothing(now: dt.datetime) -> None:
    first = trades.choose("club", now).pack
    assert "club-quiet" in first.flows
    assert first.senders == ["Anna Bak", "Jens Holm"]
    assert first.segments == ["could-be-asked"]
    assert not Flow.objects.exclude(current=None).exists()
    Flow.objects.filter(slug="club-quiet").update(name="Ours", draft={"slug": "club-quiet"})
    Sender.objects.filter(slug="anna").update(name="Karen Vest", phone="1")
    again = trades.choose("club", now).pack
    assert not again
    assert Flow.objects.get(slug="club-quiet").name == "Ours"
    assert Sender.objects.get(slug="anna").name == "Karen Vest"


@pytest.mark.django_db
def test_a_flow_published_from_its_draft_writes_in_the_name_that_staff_put_in(now: dt.datetime) -> None:
    trades.choose("gym", now)
    Sender.objects.filter(slug="jonas").update(name="Karen Vest", phone="+45 11 22 33 44")
    draft = Flow.objects.get(slug="gym-welcome").draft
    version, is_new = publishing.publish(draft, now)
    assert is_new
    assert version.steps.exclude(letter_version=None).first().letter_version.sender.name == "Karen Vest"


@pytest.mark.django_db
def test_a_pack_beside_the_flows_of_another_trade_changes_none_of_them(now: dt.datetime) -> None:
    trades.choose("club", now)
    before = dict(Flow.objects.values_list("slug", "name"))
    made = trades.choose("saas", now).pack
    assert set(made.flows) == set(FLOWS["saas", "en"])
    assert made.segments == ["three-months-in", "owner-calls"]
    assert before.items() <= dict(Flow.objects.values_list("slug", "name")).items()
