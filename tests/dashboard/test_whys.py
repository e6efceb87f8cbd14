"""The page that answers why somebody got, or did not get, a letter."""

import datetime as dt

from django.test import Client

from dashboard.questions import whys
from flows import versions, why
from flows.models import Flow
from flows.moving_runs import Move
from lifecycle import clock
from office.models import User
from tests import cast
from tests.conftest import NOW
from tests.dashboard import queries
from tests.dashboard.club import Club
from tests.flows import making


def welcome() -> Flow:
    return Flow.objects.get(slug="welcome")


def test_somebody_inside_is_told_of_with_what_comes_next(club: Club) -> None:
    answer = whys.tell(club.ingrid, welcome())
    assert answer.sentence == "Ingrid is in it."
    assert answer.next_step
    assert answer.next_at == why.tell(club.ingrid, welcome()).next_at
    assert [line.text for line in answer.lines][:2] == ["Came into the flow", "The letter was put on its way"]
    assert answer.lines[0].reason == "Joined"


def test_a_letter_that_did_not_leave_says_why(club: Club, staff: Client) -> None:
    page = staff.get(f"/members/{club.ole.uuid}/why/?flow=welcome").content.decode()
    assert "The letter was not sent" in page
    assert "no e-mail address is known" in page


def test_somebody_whom_nothing_set_going_is_told_what_would(club: Club) -> None:
    stranger = cast.join("before", NOW, quiet=True, first_name="Kim").member
    assert "never came into it: it begins with “Joined”" in whys.tell(stranger, welcome()).sentence


def test_somebody_who_was_kept_out_is_told_the_last_reason(club: Club) -> None:
    stranger = cast.join("before", NOW, quiet=True, first_name="Kim").member
    stranger.decisions.create(
        flow=welcome(), at=NOW, verdict="not_entered", reason="has been in this flow before"
    )
    said = whys.tell(stranger, welcome()).sentence
    assert said == "Kim did not come into it: had been in it before, and it takes nobody twice."


def test_the_page_asks_which_flow_and_knows_no_other(club: Club, staff: Client) -> None:
    address = f"/members/{club.ingrid.uuid}/why/"
    assert "Ingrid is in it." in staff.get(address).content.decode()  # the flow that decided last
    club.ingrid.decisions.all().delete()
    page = staff.get(address).content.decode()
    assert "Tell me" in page
    assert "is in it" not in page
    assert "There is no such flow" in staff.get(f"{address}?flow=nothing").content.decode()


def test_the_queries_do_not_grow_with_the_decisions(club: Club, staff: Client) -> None:
    address = f"/members/{club.ingrid.uuid}/why/?flow=welcome"
    before = queries.asked(staff, address)
    for _turn in range(20):
        club.ingrid.decisions.create(flow=welcome(), at=NOW, verdict="not_entered", reason="too old")
    assert queries.asked(staff, address) == before


def test_an_old_letter_is_told_with_its_old_words_after_its_reader_was_moved(club: Club) -> None:
    owner = User.objects.create(username="karen", role="editor")
    steps = [
        {"uid": "hello", "kind": "send", "letter": "hello"},
        {"uid": "rest", "kind": "wait", "for": "3d"},
        {"uid": "more", "kind": "send", "letter": "more"},
    ]
    flow = making.publish(steps, NOW)
    member = cast.join("moved", NOW, first_name="Kim", email="kim@example.com").member
    making.happens(member, making.BEGAN, NOW)
    clock.tick(NOW)
    flow.draft = making.definition([steps[0], {**steps[1], "for": "5d"}, steps[2]])
    for letter in flow.draft["letters"]:
        letter["subject"] = "Rewritten"
    versions.publish(
        flow, {(making.run_of(member).version_id, "rest"): Move("rest")}, NOW, owner, without_face=True
    )
    clock.tick(NOW + dt.timedelta(days=5))
    lines = whys.tell(member, flow).lines
    about = [
        line.step for line in lines if line.text in {"The letter was put on its way", "The letter was sent"}
    ]
    assert about == ["Letter “About hello”"] * 2 + ["Letter “Rewritten”"] * 2
    assert [line.step for line in lines if line.text == "Moved to a newer version by staff"] == [
        "Waits 3 days"
    ]
    assert [line.step for line in lines if line.text == "The wait was over"] == ["Waits 5 days"]
