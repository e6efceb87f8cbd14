"""What staff changed, in plain sentences."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from dashboard import access, chips, paging
from dashboard.questions import changes as log
from dashboard.words import changes as words

LATEST = ("-at", "-id")
KEEP = ("who", "about", "member")


@access.shows("changes.read")
def changes(request: HttpRequest) -> HttpResponse:
    """Changes, latest first; `who`, `about` (the first half of a deed) and `member` (a UUID) narrow them."""
    who, about, member = (request.GET.get(name, "") for name in KEEP)
    page = paging.page(log.matching(who, about, member), LATEST, request.GET.get("after", ""))
    named, flows = log.names(page.rows), log.flow_names(page.rows)
    context = {
        "page": page,
        "lines": [words.line(entry, named, flows) for entry in page.rows],
        "people": chips.of(request, "who", [("", _("Everybody"), None), *log.people()], who, keep=KEEP),
        "nouns": chips.of(request, "about", [("", _("Everything"), None), *log.nouns()], about, keep=KEEP),
        "member": log.member(member),
        "first": chips.address(request, keep=KEEP),
        "more": chips.address(request, keep=KEEP, after=page.after),
        "without": chips.address(request, keep=("who", "about")),
    }
    return render(request, "dashboard/changes.html", context)
