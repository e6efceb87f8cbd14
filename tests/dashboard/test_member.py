import datetime as dt

from django.test import Client

from dashboard.questions import person, timeline
from members import events, stages, usage
from members.models import Event
from office.models import AuditEntry
from relationship.models import Task
from tests.dashboard import queries
from tests.dashboard.club import Club


def test_the_page_tells_where_somebody_is_and_what_comes_next(club: Club, staff: Client) -> None:
    page = staff.get(f"/members/{club.ingrid.uuid}/").content.decode()
    for said in (
        "Ingrid Østergaard",
        "Onboarding",
        "Welcome to the club",
        "Began in Onboarding",
        "membership: yes",
    ):
        assert said.lower() in page.lower()


def test_next_letters_are_called_as_the_member_will_read_them(club: Club) -> None:
    (planned,) = person.planned(club.ingrid)
    assert planned.name == "Ingrid, skal jeg holde en plads til dig?"


def test_why_no_letter_came_stands_there_in_words(club: Club, staff: Client) -> None:
    page = staff.get(f"/members/{club.ole.uuid}/").content.decode()
    assert "no e-mail address is known" in page
    assert "none: letters cannot reach" in page


def test_the_ladder_ends_where_somebody_stands(club: Club) -> None:
    rungs = person.ladder(club.ingrid, person.moves(club.ingrid))
    assert [bool(rung.at) for rung in rungs] == [True, False, False, False]
    assert [rung.is_here for rung in rungs] == [True, False, False, False]


def test_the_timeline_mixes_everything_and_loses_nothing(club: Club, now: dt.datetime) -> None:
    drafts = [
        events.Draft(
            "club.waved", club.former, now - dt.timedelta(hours=hour // 3), f"w{hour}", {"note": str(hour)}
        )
        for hour in range(45)
    ]
    events.record_many(drafts, now, quiet=True)
    told, skip = [], 0
    while True:
        stretch = timeline.read(club.former, skip, size=7)
        told += stretch.entries
        if not stretch.earlier:
            break
        skip = stretch.earlier
    waves = [entry.detail for entry in told if entry.text == "Club waved"]
    assert sorted(waves, key=int) == [str(hour) for hour in range(45)]
    assert [entry.at for entry in told] == sorted((entry.at for entry in told), reverse=True)
    assert {"move", "life"} <= {entry.sort for entry in told}


def test_use_is_told_by_the_week(club: Club, now: dt.datetime) -> None:
    monday = dt.datetime(2026, 2, 2, 10, tzinfo=dt.UTC)
    for day in range(3):
        use(club, monday + dt.timedelta(days=day))
    told = [entry.text for entry in timeline.read(club.former).entries if entry.sort == "use"]
    assert told == ["Walk, 3 times that week"]


def use(club: Club, at: dt.datetime) -> None:
    usage.UsageDay.objects.create(member=club.former, name="usage.walk", day=at.date(), count=1, quantity=1)


def test_earlier_fetches_the_next_stretch_alone(club: Club, staff: Client, now: dt.datetime) -> None:
    drafts = [events.Draft("club.waved", club.ingrid, now, f"w{number}") for number in range(30)]
    events.record_many(drafts, now, quiet=True)
    address = f"/members/{club.ingrid.uuid}/?earlier=20"
    part = staff.get(address, headers={"hx-request": "true"}).content
    assert b"<html" not in part
    assert part.count(b"<li>") == timeline.read(club.ingrid, 20).entries.__len__()


def test_the_page_asks_as_often_for_a_long_story_as_for_a_short_one(
    club: Club, staff: Client, now: dt.datetime
) -> None:
    address = f"/members/{club.ingrid.uuid}/"
    few = queries.asked(staff, address)
    events.record_many([events.Draft("a.b", club.ingrid, now, f"w{n}") for n in range(300)], now, quiet=True)
    assert queries.asked(staff, address) == few


def test_a_task_is_taken_off_the_list_once_and_written_down(
    club: Club, staff: Client, now: dt.datetime
) -> None:
    address = f"/members/{club.ole.uuid}/tasks/{club.task.pk}/outcome"
    page = staff.post(address, {"outcome": "not_needed"}, follow=True).content.decode()
    task = Task.objects.get(key="t")
    assert (task.done_at, task.outcome) == (now, "not_needed")
    assert "“Call Ole” is off the list." in page
    assert f'action="{address}"' in page  # undo
    again = staff.post(address, {"outcome": "done"}, follow=True).content.decode()
    assert "Somebody else was quicker" in again
    assert AuditEntry.objects.filter(user__username="anna", deed="task.closed").count() == 1


def test_a_task_can_be_taken_back(club: Club, staff: Client) -> None:
    address = f"/members/{club.ole.uuid}/tasks/{club.task.pk}/outcome"
    staff.post(address, {"outcome": "done"})
    staff.post(address, {"outcome": "open"})
    assert Task.objects.get(key="t").done_at is None
    assert AuditEntry.objects.filter(deed="task.opened_again").exists()


def test_a_task_of_somebody_else_is_not_found(club: Club, staff: Client) -> None:
    assert staff.post(f"/members/{club.ingrid.uuid}/tasks/{club.task.pk}/outcome").status_code == 404


def test_a_former_member_is_on_no_rung(club: Club) -> None:
    assert stages.Stage(club.former.stage) == "former"
    assert not any(rung.is_here for rung in person.ladder(club.former, person.moves(club.former)))
    assert Event.objects.filter(member=club.former).exists()
