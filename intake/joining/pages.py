"""The page on which somebody joins: no login, no cookie, no script; it can stand in a frame elsewhere."""

import uuid
from typing import Any

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.exceptions import ValidationError

from api import links, rates
from intake.joining import newcomers
from intake.models import JoinPage
from members import joining
from office import clock

TRAP = "website"  # people do not see this field; machines that fill in everything do
DAY = 24 * 3600
NEWS = "news"
ASKED = ("first_name", "last_name", "email", "phone", "joining_reason", "told_by")
in_any_frame: Any = csp_replace({"frame-ancestors": ["*"]})


@never_cache
@csrf_exempt  # nobody is signed in here, and a page inside a frame keeps no cookie
@xframe_options_exempt
@in_any_frame  # type: ignore[untyped-decorator]  # it knows views of one argument only
@rates.limited("join", by_address=rates.Limit(60, 10))
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """GET: the form. POST: joins, once however often the same form is sent; what is wrong is said at its field."""
    page = get_object_or_404(JoinPage.objects.select_related("plan"), slug=slug)
    if page.closed_at:
        return render(request, "intake/join_closed.html", {"page": page}, status=410)
    if request.method != "POST":
        said = {"referral_code": request.GET.get("ref", "")[:80]}
        return render(request, "intake/join.html", _about(page, said, {}))
    return _posted(request, page)


@never_cache
@xframe_options_exempt
@in_any_frame  # type: ignore[untyped-decorator]  # it knows views of one argument only
@require_safe
def joined(request: HttpRequest, slug: str) -> HttpResponse:
    """What follows; the same for everybody, whoever was here already."""
    return render(request, "intake/joined.html", {"page": get_object_or_404(JoinPage, slug=slug)})


def _posted(request: HttpRequest, page: JoinPage) -> HttpResponse:
    ticket = links.read("join", request.POST.get("ticket", ""), max_age=DAY)
    said = {name: request.POST.get(name, "")[:600] for name in (*ASKED, "referral_code")}
    if ticket is None:  # left open overnight, or sent by a machine that never saw the page
        return render(request, "intake/join.html", _about(page, said, {}), status=422)
    if not request.POST.get(TRAP):
        try:
            known = newcomers.checked({**said, "locale": translation.get_language() or ""})
        except ValidationError as error:
            return render(
                request, "intake/join.html", _about(page, said, newcomers.by_field(error)), status=422
            )
        newcomers.take(_newcomer(request, page, known, ticket[0]), clock.now())
    return HttpResponseRedirect(reverse("joined", args=[page.slug]))


def _newcomer(request: HttpRequest, page: JoinPage, said: dict[str, str], ident: str) -> newcomers.Newcomer:
    where = f"join page {page.slug}"
    news = [joining.ConsentLine(NEWS, granted=True, at=clock.now(), proof=f"{where}: {page.news}")]
    return newcomers.Newcomer(
        said=said,
        ident=f"join-{ident}",
        through="page",
        proof=where,
        plan=page.plan,
        consents=tuple(news) if page.news and request.POST.get("news") == "yes" else (),
        data={"page": page.slug},
    )


def _about(page: JoinPage, said: dict[str, str], errors: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "page": page,
        "said": said,
        "errors": errors,
        "trap": TRAP,
        "ticket": links.token("join", uuid.uuid4()),
    }
