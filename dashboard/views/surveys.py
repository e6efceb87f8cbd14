"""Questions that letters ask, and what members answered: every number leads to those who said it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from dashboard import access, chips, paging, tabs
from dashboard.questions import surveys as asked
from office import clock
from relationship.surveys import asking

ORDER = ("-answered_at", "-id")


@access.reads
def surveys(request: HttpRequest) -> HttpResponse:
    """All questions with how many answered in a year, those still asked first."""
    about = {"rows": asked.all_of_them(clock.now()), "tabs": tabs.of_register("surveys")}
    return render(request, "dashboard/surveys.html", about)


@access.reads
def survey(request: HttpRequest, slug: str) -> HttpResponse:
    """What was answered to one question, and by whom; `answer` shows those alone who said this."""
    found, now = get_object_or_404(asking.with_words(), slug=slug), clock.now()
    result = asked.result(found, now)
    numbers = {str(line.number) for line in result.lines}
    chosen = request.GET.get("answer", "") if request.GET.get("answer", "") in numbers else ""
    page = paging.page(asked.answers(found, chosen, now), ORDER, request.GET.get("after", ""))
    about = {
        "survey": found,
        "result": result,
        "chosen": next((line for line in result.lines if str(line.number) == chosen), None),
        "page": page,
        "rows": asked.said(found, page.rows),
        "first": chips.address(request, keep=("answer",)),
        "more": chips.address(request, keep=("answer",), after=page.after),
    }
    return render(request, "dashboard/survey.html", about)
