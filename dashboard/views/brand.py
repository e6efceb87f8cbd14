"""How letters look: colours, font, logo, what the house is called and where it lives; with a letter to see it on."""

from typing import Any

from csp.decorators import csp
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from dashboard import access, fragments
from dashboard.branding import form, sample
from flows.pages import previews
from mail.models import Brand
from office import clock
from office.models import House

PAGE, PART = "dashboard/brand.html", "outlook"


@access.asks("brand.change")
def brand(request: HttpRequest) -> HttpResponse:
    """The look of the letters; POST saves it (`do=save`), or only shows a letter that has it."""
    if request.method != "POST":
        return _page(request, form.opened())
    sent = form.sent(request.POST, request.FILES)
    is_right = sent.is_valid()
    if fragments.is_wanted(request) or request.POST.get("do") == "look" or not is_right:
        return _page(request, sent)
    changed = form.save(sent, access.person(request), clock.now())
    said = _("Letters look like this from now on, those that are waiting too.")
    messages.success(request, said if changed else _("Nothing was changed."))
    return redirect("brand")


@access.shows("brand.change")  # type: ignore[arg-type]  # the policies below answer more widely
@xframe_options_sameorigin
@csp(previews.POLICY)
def letter(request: HttpRequest) -> HttpResponse:
    """A letter with the look that the address asks for, for the frame."""
    asked = form.Look(_wanted(request.GET), instance=Brand.current())
    asked.is_valid()
    page = sample.letter(asked.chosen(), House.current(), request.GET)
    return HttpResponse(page)


def _wanted(asked: QueryDict) -> dict[str, Any]:
    return {name: asked.get(name, "") for name in form.Look.base_fields if name in asked}


def _page(request: HttpRequest, sent: form.Forms) -> HttpResponse:
    about = {
        "look": sent.look,
        "called": sent.house,
        "names": sent.house.instance,
        "contrasts": sent.contrasts(),
        "logo": Brand.current().logo,
        "languages": sent.languages(),
        "frame": f"{reverse('brand-letter')}?{sent.query()}",
    }
    return render(request, fragments.template(request, PAGE, PART), about)
