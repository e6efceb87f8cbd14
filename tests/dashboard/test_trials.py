"""A flow tried on the last days, and walked by one member: pages that change nothing."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.words import trials as words
from flows.models import Flow, Trial
from flows.simulation import telling, trying
from lifecycle import clock
from mail import sending_rules
from tests.dashboard.club import Club
from tests.flows import digests

PAGE = "/flows/welcome/trial/?days=7"
TRIAL, WALK = "/flows/welcome/trial/", "/flows/welcome/walk/"
MADE_UP = f"{WALK}?name=Maja&language=en&zone=Europe%2FCopenhagen&email=1"


def begin(browser: Client, address: str = MADE_UP) -> str:
    """The address to which the beginning leads."""
    return str(browser.get(address)["Location"])


def link(page: str, text: str) -> str:
    """Where the link of these words leads."""
    found = re.search(rf'href="([^"]*)"[^>]*>{text}<', page)
    assert found, text
    return WALK + found[1].replace("&amp;", "&")


def test_the_answer_is_one_plain_sentence_with_the_people_behind_it(club: Club, reader: Client) -> None:
    page = reader.get(f"{TRIAL}?days=30").content.decode()
    assert "In the last 30 days 1 member would have got 2 letters" in page
    assert reverse("member", args=[club.ingrid.uuid]) in page
    assert "no e-mail address is known" in page
    assert "What is live is tried" in page


def test_the_draft_is_tried_where_it_differs(club: Club, staff: Client) -> None:
    flow = Flow.objects.get()
    Flow.objects.update(draft={**flow.draft, "entry": {"fact": "country", "value": "SE"}})
    page = staff.get(f"{TRIAL}?days=7").content.decode()
    assert "The draft is tried" in page
    assert "nobody would have come into it" in page
    assert "the member&#x27;s country" in page
    assert "Taken as it is today" in page


def test_a_draft_with_mistakes_says_them(club: Club, staff: Client) -> None:
    flow = Flow.objects.get()
    fork = {"uid": "fork", "kind": "branch"}
    Flow.objects.update(draft={**flow.draft, "purpose": "party", "steps": [*flow.draft["steps"], fork]})
    for address in (f"{TRIAL}?days=7", begin(staff)):
        page = staff.get(address).content.decode()
        assert "“party” is none of" in page
        assert "Choose what it asks." in page
        assert "{" not in page.partition("<main")[2]


def test_without_days_nothing_is_played_and_htmx_gets_the_answer_alone(club: Club, staff: Client) -> None:
    for address in (TRIAL, f"{TRIAL}?days=5000"):
        assert "In the last" not in staff.get(address).content.decode()
    part = staff.get(f"{TRIAL}?days=7", headers={"HX-Request": "true"}).content.decode()
    assert "<h1" not in part
    assert "would have got" in part


def test_letters_that_would_have_waited_say_for_what(club: Club, staff: Client, now: dt.datetime) -> None:
    sending_rules.save({"quiet_hours": {"from": "00:01", "to": "23:59"}}, now)
    page = staff.get(f"{TRIAL}?days=7").content.decode()
    assert "would have left later because of quiet hours" in page


def test_looking_changes_nothing(club: Club, staff: Client) -> None:
    staff.get(TRIAL)
    before = digests.of_everything()
    staff.get(f"{TRIAL}?days=30")
    assert staff.get(begin(staff)).status_code == 200
    assert digests.of_everything() == before


def test_somebody_made_up_walks_from_step_to_step(club: Club, staff: Client) -> None:
    first = staff.get(begin(staff)).content.decode()
    assert "Maja walks through" in first
    assert "Came into the flow" in first
    second = staff.get(link(first, "Go on to what comes next")).content.decode()
    assert second.count("<iframe") == 2
    frame = re.search(r'<iframe src="([^"]*)"', second)
    assert frame
    shown = staff.get(frame[1].replace("&amp;", "&"))
    assert "Maja" in shown.content.decode()
    assert shown["Content-Security-Policy"].startswith("sandbox")


def test_what_is_chosen_happens_and_stands_in_the_address(club: Club, staff: Client) -> None:
    address = begin(staff)
    moved = begin(staff, f"{address}&happens=subscription.cancelled")
    assert "subscription.cancelled" in moved
    page = staff.get(moved).content.decode()
    assert "Left the flow" in page
    later = staff.get(link(page, "Wait a week")).content.decode()
    assert later.count("<iframe") == page.count("<iframe")


def test_a_member_is_found_and_let_in_by_hand(club: Club, staff: Client) -> None:
    assert f"?who={club.ingrid.uuid}" in staff.get(f"{WALK}?q=Ingrid").content.decode()
    address = begin(staff, f"{WALK}?who={club.ingrid.uuid}")
    assert "Not in the flow yet" in staff.get(address).content.decode()
    page = staff.get(begin(staff, f"{address}&happens=let_in")).content.decode()
    assert "Came into the flow" in page


@pytest.mark.parametrize(
    "broken",
    ["?who=nobody", "?name=M&zone=Moon", "?name=M&plan=none-such", "?name=M&start=x", "?name=M&do=x~y"],
)
def test_an_address_changed_by_hand_is_told_so(club: Club, staff: Client, broken: str) -> None:
    page = staff.get(WALK + broken)
    assert page.status_code == 200
    assert "This cannot be walked" in page.content.decode()


def test_a_flow_without_anything_has_nothing_to_try(staff: Client, now: dt.datetime) -> None:
    Flow.objects.create(slug="empty", name="Empty")
    for name in ("flow-trial", "flow-walk"):
        assert "There is nothing to" in staff.get(reverse(name, args=["empty"])).content.decode()


def test_no_engine_word_and_no_curly_bracket_reaches_the_pages(club: Club, staff: Client) -> None:
    for address in (f"{TRIAL}?days=30", begin(staff), WALK):
        page = re.sub(r"<[^>]*>", " ", staff.get(address).content.decode())
        assert "{{" not in page
        assert "enrolment" not in page


def test_the_page_of_a_large_house_says_how_far_it_is_and_then_the_answer(
    club: Club, staff: Client, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "QUICK", 0)
    assert "will be played in a moment" in staff.get(PAGE).content.decode()
    Trial.objects.update(reached=now - dt.timedelta(days=3, hours=12))
    page = staff.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert 'value="50"' in page
    assert "every 1s" in page
    assert "have come to" in page
    clock.think(now)
    page = staff.get(PAGE).content.decode()
    assert "would have got" in page
    assert "every 1s" not in page


def test_what_workers_gave_up_is_said(
    club: Club, staff: Client, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "QUICK", 0)
    staff.get(PAGE)
    Trial.objects.update(finished_at=now)
    assert "Try fewer days" in staff.get(PAGE).content.decode()


def test_a_trial_that_was_stopped_tells_how_many_of_the_days_it_came_to() -> None:
    since = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    told = telling.Told(since, since + dt.timedelta(days=42), is_whole=False, entered=3)
    said = "3 members would have come into it and got no letter."
    assert words.sentence(told, 90) == f"In the first 42 of these 90 days {said}"
    told.until = since + dt.timedelta(hours=5)
    assert words.sentence(told, 90) == f"On the first of these days {said}"
