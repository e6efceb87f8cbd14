"""What the house noticed by itself, what came of it, and what is usual in each flow."""

import itertools

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard import access
from dashboard.models import Alarm, Reading
from dashboard.words import alarms as words
from office import clock

SHOWN = 50


@access.reads
def alarms(request: HttpRequest) -> HttpResponse:
    """What lasts first, then what is over; below it the figures that are watched."""
    now = clock.now()
    lasting = Alarm.objects.filter(cleared_at=None).order_by("-raised_at", "-pk")
    over = Alarm.objects.exclude(cleared_at=None).order_by("-raised_at", "-pk")[:SHOWN]
    readings = Reading.objects.select_related("flow").order_by("flow__name", "flow", "measure", "days")
    context = {
        "lasting": [(alarm, words.tell(alarm, now), words.page(alarm)) for alarm in lasting],
        "over": [(alarm, words.tell(alarm, now), words.page(alarm)) for alarm in over],
        "readings": [
            (flow, [words.usual(one) for one in alike])
            for flow, alike in itertools.groupby(readings, key=lambda reading: reading.flow)
        ],
    }
    return render(request, "dashboard/alarms.html", context)
