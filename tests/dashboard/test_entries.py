"""Letting people into a flow from the pages: it asks first, says what would come of it, and tells what did."""

import datetime as dt

import pytest
from django.test import Client

from flows import admitting
from flows.models import Admission, Enrolment, Flow
from members import segments
from members.models import Member, Segment
from tests import cast
from tests.dashboard import queries
from tests.flows import making

pytestmark = pytest.mark.django_db
REST = [{"uid": "rest", "kind": "wait", "for": "30d"}]


@pytest.fixture
def flow(db: None, now: dt.datetime) -> Flow:
    return making.publish(
        REST, now, name="Come again", entry={"fact": "stage", "op": "=", "value": "onboarding"}
    )


@pytest.fixture
def people(db: None, now: dt.datetime) -> list[Member]:
    names = ("Anne", "Bent", "Clara")
    made = [cast.join(name, now, quiet=True, first_name=name).member for name in names]
    Member.objects.filter(pk=made[2].pk).update(stage="former")
    return made


def text(page: bytes) -> str:
    return " ".join(page.decode().split())


def test_the_page_of_a_member_leads_to_a_page_that_asks(
    flow: Flow, people: list[Member], staff: Client
) -> None:
    address = f"/members/{people[0].uuid}/entries"
    assert f'href="{address}"' in text(staff.get(f"/members/{people[0].uuid}/").content)
    asked = text(staff.get(address, {"flow": "trial"}).content)
    assert "Let Anne into a flow" in asked
    assert "1 person would come in" in asked
    assert not Enrolment.objects.exists()


def test_a_yes_lets_the_member_in_and_says_so(flow: Flow, people: list[Member], staff: Client) -> None:
    address = f"/members/{people[0].uuid}/entries"
    page = staff.post(address, {"flow": "trial", "do": "let_in"}, follow=True)
    assert page.redirect_chain == [(f"/members/{people[0].uuid}/", 302)]
    assert "1 person is in “Come again” now." in text(page.content)
    assert Enrolment.objects.get().member == people[0]


def test_who_would_not_get_in_is_told_why_and_offered_no_button(
    flow: Flow, people: list[Member], staff: Client
) -> None:
    asked = text(staff.get(f"/members/{people[2].uuid}/entries", {"flow": "trial"}).content)
    assert "0 people would come in" in asked
    assert "how far we have come together: Former" in asked
    assert "Let them in" not in asked


def test_people_who_were_ticked_are_asked_about_before_they_are_let_in(
    flow: Flow, people: list[Member], staff: Client
) -> None:
    chosen = [str(one.uuid) for one in people]
    first = text(staff.post("/members/entries", {"member": chosen}).content)
    assert "Let 3 people into a flow" in first
    asked = text(staff.post("/members/entries", {"member": chosen, "flow": "trial"}).content)
    assert "2 people would come in" in asked
    assert "1 person would not" in asked
    assert not Enrolment.objects.exists()
    done = {"member": chosen, "flow": "trial", "do": "let_in"}
    page = text(staff.post("/members/entries", done, follow=True).content)
    assert "2 people are in “Come again” now." in page
    assert "1 person did not get in; their page says why." in page


def test_nobody_ticked_leads_back_with_a_word(flow: Flow, staff: Client) -> None:
    page = text(staff.post("/members/entries", {"flow": "trial"}, follow=True).content)
    assert "Nobody was chosen: tick the people first." in page
    came_back = text(staff.get("/members/entries", follow=True).content)
    assert "Nobody was chosen: tick the people first." in came_back


def test_a_whole_segment_is_let_in_by_the_clock(
    flow: Flow, people: list[Member], staff: Client, now: dt.datetime
) -> None:
    segment = segments.save(Segment(name="Guides"), None, now, None)
    segments.put(segment, people, now, None)
    address = "/members/segments/guides/entries"
    assert f'href="{address}"' in text(staff.get("/members/segments/guides/").content)
    asked = text(staff.get(address, {"flow": "trial"}).content)
    assert "everybody in “Guides”" in asked
    assert "2 people would come in" in asked
    page = staff.post(address, {"flow": "trial", "do": "let_in"}, follow=True)
    assert "They are being let into “Come again” now." in text(page.content)
    assert Admission.objects.get().by is not None


def test_a_flow_that_stands_still_is_not_offered(flow: Flow, people: list[Member], staff: Client) -> None:
    Flow.objects.update(paused_at=flow.first_published_at)
    address = f"/members/{people[0].uuid}/entries"
    assert "No flow runs now" in text(staff.get(address).content)
    assert "Choose a flow first." in text(staff.post(address, {"flow": "trial", "do": "let_in"}).content)
    assert not Enrolment.objects.exists()


def test_a_flow_that_paused_itself_says_why(flow: Flow, staff: Client) -> None:
    Flow.objects.update(paused_at=flow.first_published_at, paused_reason="complained: 2/500")
    page = text(staff.get("/flows/trial/").content)
    assert "It paused itself: 2 of the last 500 letters were reported as unwanted." in page


def test_the_page_asks_in_a_fixed_number(
    flow: Flow, people: list[Member], staff: Client, now: dt.datetime
) -> None:
    segment = segments.save(Segment(name="Guides"), None, now, None)
    segments.put(segment, people[:1], now, None)
    few = queries.asked(staff, "/members/segments/guides/entries?flow=trial")
    more = [cast.join(f"m{number}", now, quiet=True).member for number in range(20)]
    segments.put(segment, more, now, None)
    assert queries.asked(staff, "/members/segments/guides/entries?flow=trial") == few


def test_the_flow_says_how_far_a_segment_is(
    flow: Flow, people: list[Member], staff: Client, now: dt.datetime
) -> None:
    segment = segments.save(Segment(name="Guides"), None, now, None)
    segments.put(segment, people, now, None)
    staff.post("/members/segments/guides/entries", {"flow": "trial", "do": "let_in"})
    page = text(staff.get("/flows/trial/").content)
    assert "Everybody in “Guides”" in page
    assert "0 of about 3 people" in page
    assert 'hx-trigger="every 2s"' in page
    admitting.work(now, 1)
    part = text(staff.get("/flows/trial/", headers={"HX-Request": "true"}).content)
    assert "1 of about 3 people" in part
    assert "<html" not in part
    Flow.objects.update(paused_at=now)
    assert "Waits: the flow stands still" in text(staff.get("/flows/trial/").content)
    assert "hx-trigger" not in text(staff.get("/flows/trial/", headers={"HX-Request": "true"}).content)
    Flow.objects.update(paused_at=None)
    while admitting.work(now):
        pass
    part = text(staff.get("/flows/trial/", headers={"HX-Request": "true"}).content)
    assert "Done" in part
    assert "2 came in, 1 did not" in part
    assert "hx-trigger" not in part


def test_a_flow_nobody_was_let_into_says_nothing_of_it(flow: Flow, staff: Client) -> None:
    assert "Let in by hand" not in text(staff.get("/flows/trial/").content)
