"""The list behind “sleeping”: who pays and does not come."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard import access, chips, fragments, paging
from dashboard.questions import sleeping as asleep
from office import clock


@access.reads
def sleeping(request: HttpRequest) -> HttpResponse:
    """Names, since when, and what each pays in a year."""
    now = clock.now()
    found = asleep.members()
    page = paging.page(found, asleep.ORDER, request.GET.get("after", ""))
    fees = asleep.fees(page.rows, now)
    about = {
        "number": found.count(),
        "unknown": asleep.unknown(),
        "yearly": asleep.yearly(now),
        "care": asleep.care(),
        "page": page,
        "rows": [(member, fees.get(member.pk, "")) for member in page.rows],
        "first": chips.address(request, keep=()),
        "more": chips.address(request, keep=(), after=page.after),
    }
    return render(request, fragments.template(request, "dashboard/sleeping.html", "list"), about)
