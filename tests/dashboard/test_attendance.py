"""The list at the door, as the pages have it."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from api import links
from intake.models import Occasion, Presence
from members.models import Member, Usage, UsageDay
from tests.dashboard.club import Club


@pytest.fixture
def address(staff: Client, club: Club) -> str:
    answer = staff.post("/attendance/", {"name": "Thursday evening"})
    return str(answer.headers["Location"])


def tick(browser: Client, address: str, here: str = "yes", **said: Any) -> Any:
    return browser.post(f"{address}presence", {"here": here, **said})


def told(answer: HttpResponse) -> Any:
    return json.loads(answer.content)


def test_a_list_is_opened_by_its_name_and_offered_again(staff: Client, address: str, club: Club) -> None:
    page = staff.get(address).content.decode()
    assert "Thursday evening" in page
    assert "Ingrid Østergaard" in page
    assert "Thursday evening, today" in staff.get("/attendance/").content.decode()


def test_what_is_wrong_with_a_list_is_said(staff: Client) -> None:
    for said, words in (({"name": ""}, "Name the list"), ({"name": "x", "on": "soon"}, "Write the day")):
        assert words in staff.post("/attendance/", said, follow=True).content.decode()
    assert not Occasion.objects.exists()


def test_every_tick_is_kept_at_once_and_told_twice_is_one_use(
    staff: Client, address: str, club: Club
) -> None:
    said = {"member": club.ingrid.uuid, "device": "d", "tap": "7"}
    for _again in range(3):
        answer = told(tick(staff, address, **said))
    assert (answer["here"], answer["is_here"], answer["member"]["name"]) == (1, True, "Ingrid Østergaard")
    assert (Usage.objects.count(), UsageDay.objects.get().count) == (1, 1)
    assert told(tick(staff, address, "no", **said | {"tap": "8"}))["here"] == 0
    assert not UsageDay.objects.exists()


def test_a_card_ticks_its_member(staff: Client, address: str, club: Club) -> None:
    answer = tick(staff, address, card=links.token("card", club.ole.uuid))
    assert told(answer)["member"]["name"] == "Ole Brandt"
    assert Presence.objects.get().member == club.ole


@pytest.mark.parametrize(
    "said", [{"card": "x" * 60}, {"member": "nobody"}, {"member": "9f0c8a3e-0000-4000-8000-000000000000"}, {}]
)
def test_nobody_is_ticked_by_what_nobody_knows(staff: Client, address: str, said: dict[str, str]) -> None:
    answer = tick(staff, address, tap="²", device="d", **said)
    assert (answer.status_code, Presence.objects.count()) == (404, 0)


def test_a_strange_number_of_a_tap_harms_nothing(staff: Client, address: str, club: Club) -> None:
    for tap in ("²", "-1", "9" * 30, ""):
        assert tick(staff, address, member=club.ole.uuid, device="d", tap=tap).status_code == 200
    assert UsageDay.objects.get().count == 1


def test_without_scripts_only_what_was_changed_here_is_saved(staff: Client, address: str, club: Club) -> None:
    tick(staff, address, member=club.ole.uuid)  # somebody else, after this page was made
    staff.post(address, {"here": [str(club.ingrid.uuid), "rubbish"], "was": []})
    assert Presence.objects.filter(is_here=True).count() == 2
    staff.post(address, {"here": [], "was": [str(club.ole.uuid)]})
    assert Presence.objects.get(is_here=True).member == club.ingrid


def test_looking_for_somebody_gives_rows_to_add(staff: Client, address: str, club: Club) -> None:
    rows = staff.get(address, {"rows": "1", "q": "ole"}).content.decode()
    assert "Ole Brandt" in rows
    assert "Ingrid" not in rows
    assert "<html" not in rows
    assert f'value="{club.ole.uuid}"' in staff.get(address, {"q": f"#{club.ole.number}"}).content.decode()


def test_who_may_only_read_sees_who_came_and_ticks_nobody(reader: Client, address: str, club: Club) -> None:
    page = reader.get(address).content.decode()
    assert "disabled" in page
    assert "Save</button>" not in page
    assert tick(reader, address, member=club.ole.uuid).status_code == 403
    assert not Member.objects.filter(presences__isnull=False).exists()
