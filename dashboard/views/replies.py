"""What members wrote back: who waits for an answer, and what somebody here did about it."""

import uuid
from collections.abc import Sequence
from typing import Any
from urllib import parse

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard import access, chips, paging, tabs
from dashboard.questions import replies
from mail import answering
from mail.models import Reply
from members import finding
from members.models import Member
from office import clock
from office.models import User

KEEP = ("show",)
MOST = 200
CANDIDATES = 8


@access.edits("work.change")
def all_replies(request: HttpRequest) -> HttpResponse:
    """Replies by who sees to them. POST `do`: answered or assign (`reply` many, `to`); `only` is one of them."""
    if request.method == "POST":
        _do(request, _chosen(request))
        return redirect(chips.address(request, keep=KEEP))
    user, show, now = access.person(request), request.GET.get("show", ""), clock.now()
    rows, order = replies.listed(show, user)
    page = paging.page(rows, order, request.GET.get("after", ""))
    about = {
        "page": page,
        "lines": replies.lines(page.rows, now),
        "show": show,
        "kinds": chips.of(request, "show", replies.kinds(user), show, keep=KEEP),
        "people": replies.people(),
        "tabs": tabs.of_letters("replies"),
        "first": chips.address(request, keep=KEEP),
        "more": chips.address(request, keep=KEEP, after=page.after),
    }
    return render(request, "dashboard/replies.html", about)


@access.edits("work.change")
def reply(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """One reply with the letter it answers. POST `do`: answered, assign (`to`), attach (`member`), dismiss."""
    rows = Reply.objects.select_related(
        "member", "letter__letter_version__letter", "answered_by", "assigned_to"
    )
    one = get_object_or_404(rows, uuid=uuid)
    deed = request.POST.get("do", "") if request.method == "POST" else ""
    if deed == "attach":
        return _attach(request, one)
    if deed == "dismiss" and one.member is None:
        answering.dismiss(one, access.person(request), clock.now())
        messages.success(request, _("It is gone from the list."))
        return redirect(f"{reverse('replies')}?show=unknown")
    if deed:
        _do(request, [one.uuid])
        return redirect("replies") if deed == "answered" else redirect("reply", uuid=uuid)
    return _page(request, one)


@access.changes
def reopening(request: HttpRequest) -> HttpResponse:
    """POST: the replies named in the address (`reply` many) wait for an answer again."""
    uuids = _uuids(request.GET.getlist("reply"))
    number = len(answering.reopen(uuids, access.person(request), clock.now()))
    said = ngettext("%d reply waits for an answer again.", "%d replies wait for an answer again.", number)
    messages.success(request, said % number)
    return redirect("reply", uuid=uuids[0]) if len(uuids) == 1 else redirect("replies")


def _page(request: HttpRequest, one: Reply, problem: str = "") -> HttpResponse:
    search = request.GET.get("q", "").strip()[:100]
    about: dict[str, Any] = {
        "line": replies.lines([one], clock.now())[0],
        "reply": one,
        "mailto": replies.mailto(one),
        "people": replies.people(),
        "search": search,
        "candidates": _candidates(one, search),
        "problem": problem,
    }
    return render(request, "dashboard/reply.html", about)


def _candidates(one: Reply, search: str) -> Sequence[Member]:
    """Members who may have written it: those with that address, or whom the search means."""
    wanted = search or ("" if one.member else one.from_address)
    if not wanted:
        return []
    rows = finding.search(Member.objects.filter(erased_at=None), wanted)
    return list(rows.order_by("-joined_at")[:CANDIDATES])


def _attach(request: HttpRequest, one: Reply) -> HttpResponse:
    chosen = _uuids([request.POST.get("member", "")])
    member = Member.objects.filter(uuid__in=chosen).first()
    if member is None:
        return _page(request, one, _("Choose one of the members first."))
    try:
        answering.attach(one, member, access.person(request), clock.now())
    except answering.NotAttached as error:
        return _page(request, one, str(error))
    messages.success(request, _("%s wrote this.") % member.name)
    return redirect("reply", uuid=one.uuid)


def _do(request: HttpRequest, uuids: Sequence[uuid.UUID]) -> None:
    user, now = access.person(request), clock.now()
    if not uuids:
        messages.warning(request, _("Tick the replies first."))
    elif request.POST.get("do") == "assign" and not request.POST.get("only"):
        to = User.objects.filter(pk__in=_numbers(request.POST.get("to", "")), is_active=True).first()
        number = len(answering.assign(uuids, to, user, now))
        named = {"number": number, "name": to.get_full_name() or to.username if to else _("nobody")}
        said = ngettext("%(number)d reply: %(name)s.", "%(number)d replies: %(name)s.", number)
        messages.success(request, said % named)
    else:
        done = answering.answer(uuids, user, now)
        back = f"{reverse('replies-reopening')}?{parse.urlencode([('reply', row.uuid) for row in done])}"
        said = ngettext("%d reply is marked as answered.", "%d replies are marked as answered.", len(done))
        messages.success(request, said % len(done), extra_tags=back if done else "")


def _chosen(request: HttpRequest) -> list[uuid.UUID]:
    only = request.POST.get("only", "")
    return _uuids([only] if only else request.POST.getlist("reply"))


def _uuids(texts: Sequence[str]) -> list[uuid.UUID]:
    """The ids in these texts; what is none is left out."""
    found = []
    for text in texts[:MOST]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _numbers(text: str) -> list[int]:
    return [int(text)] if text.isascii() and text.isdigit() and len(text) < 19 else []
