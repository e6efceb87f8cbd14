"""Pages on which people join: one per plan, with its address, a code for the phone's camera, and a line to embed."""

import io
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from dashboard import access, tabs
from intake.joining.models import usual_reasons
from intake.models import JoinPage
from members.models import Plan
from office import audit, clock, roles
from office.models import House

MOST_REASONS = 8


@access.reads
def all_pages(request: HttpRequest) -> HttpResponse:
    """Every page with its plan, and the plans that have none yet."""
    pages = list(JoinPage.objects.select_related("plan"))
    about = {
        "pages": [(page, _address(page)) for page in pages],
        "plans": Plan.objects.exclude(join_pages__isnull=False).order_by("name"),
        "tabs": tabs.of_register("join-pages"),
        "may_edit": roles.may(request.user, "join_pages.change"),
    }
    return render(request, "dashboard/join_pages.html", about)


@access.does("join_pages.change")
def new(request: HttpRequest) -> HttpResponse:
    """POST `plan`: makes a page for it that works at once, and shows it."""
    plan, user, now = (
        get_object_or_404(Plan, slug=request.POST.get("plan", "")),
        access.person(request),
        clock.now(),
    )
    page = JoinPage.objects.create(
        slug=_free_slug(plan.slug),
        plan=plan,
        title=_("Join %s") % House.current().name,
        reasons=usual_reasons(),
        news=_("You may also write to me about news and events"),
        created_at=now,
    )
    audit.record(user, "join_page.added", page.slug, now)
    return redirect("join-page", slug=page.slug)


@access.edits("join_pages.change")
def one(request: HttpRequest, slug: str) -> HttpResponse:
    """The page's words and ways to it. POST: changes them, or closes and opens the page (`do`)."""
    page = get_object_or_404(JoinPage.objects.select_related("plan"), slug=slug)
    if request.method == "POST":
        _change(request, page)
        return redirect("join-page", slug=page.slug)
    about = {
        "page": page,
        "address": _address(page),
        "embed": _line(page),
        "reasons": "\n".join(page.reasons),
        "may_edit": roles.may(request.user, "join_pages.change"),
    }
    return render(request, "dashboard/join_page.html", about)


@access.reads
def code(_request: HttpRequest, slug: str) -> HttpResponse:
    """The page's address as a QR code, to print."""
    page = get_object_or_404(JoinPage, slug=slug)
    drawn = io.BytesIO()
    segno.make(_address(page), error="m").save(drawn, kind="svg", scale=8, border=3, xmldecl=False)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


def _change(request: HttpRequest, page: JoinPage) -> None:
    user, now, do = access.person(request), clock.now(), request.POST.get("do", "")
    if do in ("close", "open"):
        page.closed_at = now if do == "close" else None
        messages.success(request, _("The page is closed.") if page.closed_at else _("The page is open."))
    else:
        said = _said(request)
        if not said["title"]:
            messages.error(request, _("The page needs a heading."))
            return
        for name, value in said.items():
            setattr(page, name, value)
        messages.success(request, _("Saved."))
    page.save()
    audit.record(user, "join_page.changed", page.slug, now, do=do or "words")


def _said(request: HttpRequest) -> dict[str, Any]:
    lines = request.POST.get("reasons", "").splitlines()
    return {
        "title": request.POST.get("title", "").strip()[:120],
        "text": request.POST.get("text", "").strip()[:600],
        "reasons": [line.strip()[:80] for line in lines if line.strip()][:MOST_REASONS],
        "asks_phone": "asks_phone" in request.POST,
        "news": request.POST.get("news", "").strip()[:200],
    }


def _free_slug(slug: str) -> str:
    taken = set(JoinPage.objects.values_list("slug", flat=True))
    base = slugify(slug)[:50] or "join"
    return next(one for one in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


def _address(page: JoinPage) -> str:
    return f"{settings.BASE_URL}{reverse('join', args=[page.slug])}"


def _line(page: JoinPage) -> str:
    return f'<iframe src="{_address(page)}" title="{page.slug}" width="100%" height="900" style="border:0"></iframe>'
