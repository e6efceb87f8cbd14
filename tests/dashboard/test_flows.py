import datetime as dt

from django.test import Client
from django.urls import reverse

from dashboard.questions import flows
from flows.models import Enrolment, Flow, StepRun
from tests.dashboard import queries
from tests.dashboard.club import Club


def test_every_step_is_told_with_those_who_stand_there(club: Club) -> None:
    stops = flows.stops(Flow.objects.get())
    assert sum(stop.numbers.waiting for stop in stops) == 2
    assert stops[0].numbers.done == 2


def test_no_curly_bracket_reaches_a_page(club: Club, staff: Client) -> None:
    for address in ("/flows/welcome/", "/letters/", f"/members/{club.ingrid.uuid}/"):
        page = staff.get(address).content.decode()
        assert "{{" not in page
        assert "{%" not in page
    assert "[first name]" in staff.get("/flows/welcome/").content.decode()


def test_the_list_counts_who_is_where(club: Club) -> None:
    (summary,) = flows.summaries()
    assert (summary.inside, summary.through, summary.left) == (2, 0, 0)


def test_a_paused_flow_says_so(club: Club, staff: Client) -> None:
    Flow.objects.update(paused_at=club.letter.created_at)
    assert b"Paused" in staff.get("/flows/welcome/").content


def test_a_flow_asks_in_a_fixed_number(club: Club, staff: Client) -> None:
    few = queries.asked(staff, "/flows/welcome/")
    StepRun.objects.all().delete()
    assert queries.asked(staff, "/flows/welcome/") == few <= 17


def test_every_number_of_a_flow_leads_to_the_members_behind_it(club: Club, staff: Client) -> None:
    page = staff.get("/flows/welcome/").content.decode()
    for kind in ("through", "goal", "left"):
        address = f"{reverse('flow-people', args=['welcome'])}?show={kind}"
        assert address in page
        assert b"Nobody." in staff.get(address).content
    Enrolment.objects.filter(member=club.ingrid).update(status="completed")
    assert club.ingrid.name in staff.get(address.replace("left", "through")).content.decode()


def test_a_flow_that_was_never_published_leads_to_its_letters(club: Club, staff: Client) -> None:
    Flow.objects.create(slug="new", name="New")
    assert b"It is not published yet" in staff.get("/flows/new/").content


def test_the_members_of_a_flow_are_listed_under_its_name(club: Club, staff: Client) -> None:
    flow = Flow.objects.get()
    assert f"in the flow “{flow.name}” now" in staff.get("/members/?flow=welcome").content.decode()
    for address in ("/members/?flow=%00", "/flows/welcome/people/?step=%00"):
        assert staff.get(address).status_code == 200


def test_a_goal_counts_whether_or_not_it_ended_the_flow(club: Club, staff: Client, now: dt.datetime) -> None:
    Enrolment.objects.update(status="active", goal_at=None)
    run = Enrolment.objects.latest("pk")
    run.goal_at = now
    run.save()
    assert flows.of(run.flow).goal == 1
    assert next(one for one in flows.summaries() if one.flow == run.flow).goal == 1
    page = staff.get(f"/flows/{run.flow.slug}/people/?show=goal").content.decode()
    assert run.member.name in page
    Enrolment.objects.update(status="held_out")
    assert flows.of(run.flow).goal == 0  # without the flow's doing
