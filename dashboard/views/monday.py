"""The Monday letter as it would be today, and whether one gets it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from dashboard import access, notices
from dashboard import monday as letter
from office import audit, clock
from office.models import House


@access.edits("pages.read")
def monday(request: HttpRequest) -> HttpResponse:
    """GET: the letter as it would be now. POST `wanted` (yes or no): whether whoever asks gets it."""
    user, now = access.person(request), clock.now()
    if request.method == "POST":
        user.monday_letter = request.POST.get("wanted") == "yes"
        user.save(update_fields=["monday_letter"])
        audit.record(user, "monday_letter.chosen", user, now, wanted=user.monday_letter)
        messages.success(request, _("Saved."))
        return redirect("monday")
    with translation.override(House.current().language):
        subject, text = letter.write(now)
    about = {"subject": subject, "text": text, "gets_it": user in notices.owners()}
    return render(request, "dashboard/monday.html", about)
