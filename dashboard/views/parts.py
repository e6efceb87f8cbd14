"""Every part of the pages in every state, for those who build with them."""

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard import access, charts, chips, paging
from dashboard.questions import alarms, person, post
from members.models import Member, Plan
from members.models.member import Stage
from office import clock


@access.reads
def parts(request: HttpRequest) -> HttpResponse:
    """The page of parts: on a development server, or for a superuser."""
    if not settings.DEBUG and not access.is_developer(request.user):
        raise Http404
    now = clock.now()
    about = {
        "people": [_person(name, stage, now) for name, stage in zip(NAMES, Stage, strict=False)],
        "chips": [
            chips.Chip("", name, number, "#", number == 12) for name, number in (("All", 12), ("Some", 3))
        ],
        "bars": charts.bars(WEEK),
        "page": paging.Page([], "more", is_first=True),
        "stages": list(Stage),
        "alarms": [alarms.Alarm("Letters stand still since 06:10", "See which", "#alarm")],
        "days": [
            post.Day(now.date() + dt.timedelta(days=away), number, 0) for away, number in enumerate(WEEK)
        ],
        "ladder": [
            person.Rung(stage, since, since is not None)
            for stage, since in zip(Stage, (now, None), strict=False)
        ],
        "past": [now - dt.timedelta(minutes=5), now - dt.timedelta(days=1), now - dt.timedelta(days=400)],
    }
    return render(request, "dashboard/parts.html", about)


WEEK = (4, 0, 1, 12, 7, 2, 0)
NAMES = (
    "Ole Brandt",
    "Mette Kjærsgaard",
    "Ådne Østerås",
    "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Maximiliana",
    "",
)


def _person(name: str, stage: Stage, now: dt.datetime) -> Member:
    first, _, last = name.partition(" ")
    since = now - dt.timedelta(days=75)
    plan = Plan(slug="full", name="Full membership")
    return Member(
        pk=1, first_name=first, last_name=last, stage=stage, stage_since=since, joined_at=since, plan=plan
    )
