"""Home: the week in a sentence, what needs a look, who needs a person, and what the numbers say."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dashboard import access, charts
from dashboard.questions import (
    alarms,
    figures,
    foot,
    funnel,
    kind_words,
    narrowed,
    post,
    start,
    today,
    trend,
    week,
)
from dashboard.sending import outlook
from mail import sending_rules
from members.models import Member
from office import clock


@access.reads
def home(request: HttpRequest) -> HttpResponse:
    """The first page; an empty house gets a start list instead of figures."""
    now = clock.now()
    only = narrowed.of(request)
    stages = funnel.read(now, only)
    raised = alarms.read(now)
    about: dict[str, object] = {
        "alarms": raised,
        "sentence": week.sentence(raised, now),
        "unruled": outlook.missing(sending_rules.definition()),
    }
    if not stages.members and not stages.former.count and only.is_whole:
        # Of the flow that is missing the start list tells already.
        about["alarms"] = [alarm for alarm in raised if alarm.url != reverse("flows")]
        return render(request, "dashboard/start.html", {**about, **start.about(), "is_empty": True})
    calls = today.read(now)
    about |= {
        "today": calls,
        "kind_word": None if calls.lines else kind_words.choose(now),
        "back": "home",
        "foot": foot.read(),
        "left": start.left() if access.may_change(request.user) else [],
    }
    whole = {**about, **_letters(now), **_numbers(request, stages, only, now)}
    return render(request, "dashboard/home.html", whole)


def _numbers(
    request: HttpRequest, stages: funnel.Funnel, only: narrowed.Narrowed, now: dt.datetime
) -> dict[str, object]:
    """What the house counts, of those whom somebody narrowed it to."""
    menus = narrowed.menus(request, only)
    people = stages.members + stages.former.count if only.is_whole else Member.objects.count()
    return {
        "funnel": stages,
        "figures": figures.read(now, people, only),
        "trend": trend.read(now) if only.is_whole else None,
        "only": only,
        "period": narrowed.PERIODS[only.days],
        "menus": menus,
        "chosen": narrowed.said(menus),
    }


def _letters(now: dt.datetime) -> dict[str, object]:
    """Letters of the days ahead and of yesterday."""
    days = post.days_ahead(now)
    sent, missed = post.yesterday(now)
    return {
        "bars": charts.bars([day.number for day in days]),
        "days": days,
        "ahead": sum(day.number for day in days),
        "held": post.numbers()["held"],
        "sent": sent,
        "missed": missed,
    }
