"""Letters on their way, sent, and stayed; and one of them, to be read."""

import html
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from dashboard import access, chips, fragments, paging, tabs
from dashboard.questions import mailbox, plans, post, versions
from dashboard.words import letters
from dashboard.words import mailbox as mailbox_words
from mail import mailboxes, reading, rendering, values, writers
from mail.models import Message
from office import clock
from office.models import House

SOON = ("due_at", "id")
LATEST = ("-finished_at", "-id")
PLANNED_SHOWN = 20
# A letter is shown as it is, with its own styles and pictures, and can do nothing at all.
LAST_WAITS = 10
LETTER_POLICY = "; ".join(
    (
        "sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        f"img-src 'self' {settings.BASE_URL} data:",
        "frame-ancestors 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)


@access.reads
def on_their_way(request: HttpRequest) -> HttpResponse:
    """Letters that are to leave, soonest first, and those planned after them."""
    waiting = plans.waiting().select_related("member", "flow").order_by("due_at", "pk")
    planned = [] if request.GET.get("q") else plans.letters(waiting[: PLANNED_SHOWN + 1])
    about = {
        "planned": planned[:PLANNED_SHOWN],
        "is_more_planned": len(planned) > PLANNED_SHOWN,
        "mailbox_line": _mailbox_line(),
    }
    return _list(request, "letters", post.on_their_way(), SOON, about)


@access.reads
def sent(request: HttpRequest) -> HttpResponse:
    """Letters that left, latest first."""
    return _list(request, "letters-sent", post.sent(), LATEST, {})


@access.reads
def stayed(request: HttpRequest) -> HttpResponse:
    """Letters that did not leave, with the reason, and those of which nobody knows."""
    show = request.GET.get("show", "")
    numbers = post.numbers()
    kinds: list[tuple[str, str, int | None]] = [
        ("", _("All"), None),
        ("skipped", _("Not sent"), numbers["skipped"]),
        ("refused", _("Refused"), numbers["failed"]),
        ("unknown", _("Not known"), numbers["unknown"]),
    ]
    about = {"kinds": chips.of(request, "show", kinds, show, keep=("q", "show"))}
    return _list(request, "letters-stayed", post.stayed(show), LATEST, about)


@access.reads
def letter(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """One letter: to whom, from whom, how it went, and what it says."""
    message = _message(uuid)
    read, trouble = _read(message)
    is_plain = request.GET.get("as") == "text"
    about = {
        "message": message,
        "writer": _writer(message),
        "subject": read.subject if read else letters.name(message),
        "read": read,
        "trouble": trouble,
        "is_plain": is_plain,
        "waited": message.postponements.order_by("-pk")[:LAST_WAITS],
        "tabs": [
            chips.Chip("", _("As a letter"), None, request.path, not is_plain),
            chips.Chip("text", _("As plain text"), None, f"{request.path}?as=text", is_plain),
        ],
    }
    return render(request, "dashboard/letter.html", about)


@access.reads
def letter_html(_request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """The letter itself, for the frame on its page: no scripts, no forms, nothing from elsewhere."""
    read, trouble = _read(_message(uuid))
    # Headers that are there already are left alone by the middleware that sets the stricter ones of the pages.
    headers = {"Content-Security-Policy": LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(read.html if read else html.escape(trouble), headers=headers)


def _mailbox_line() -> str:
    line = mailbox.line(mailboxes.current(), clock.now())
    return mailbox_words.waiting(line, clock.now()) if line else ""


def _writer(message: Message) -> dict[str, Any]:
    """Who signed it; of a letter that has not been written yet, who will."""
    signed = message.values.get("sender") if message.values else None
    if isinstance(signed, dict) and signed.get("name"):
        return signed
    found = writers.of([message], clock.now())[message.pk]
    role = found.sender.role_in(values.language_of(message), House.current().language)
    return {"name": found.sender.name, "role": role, "instead_of": found.instead_of}


def _read(message: Message) -> tuple[rendering.Rendered | None, str]:
    try:
        return reading.read(message, clock.now()), ""
    except rendering.RenderError as error:
        return None, str(error)


def _message(uuid: uuid.UUID) -> Message:
    rows = Message.objects.select_related("member__plan", "letter_version__letter", "letter_version__sender")
    return get_object_or_404(rows, uuid=uuid)


def _list(
    request: HttpRequest,
    name: str,
    rows: QuerySet[Message],
    order: tuple[str, ...],
    about: Mapping[str, object],
) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:100]
    found = post.of_people(rows, search, clock.now())
    page = paging.page(found, order, request.GET.get("after", ""))
    versions.attach(page.rows)
    about = {
        **about,
        "page": page,
        "search": search,
        "place": name,
        "tabs": tabs.of_letters(name, request.GET.get("q", "")),
        "first": chips.address(request, keep=("q", "show")),
        "more": chips.address(request, keep=("q", "show"), after=page.after),
    }
    return render(request, fragments.template(request, "dashboard/letters.html", "list"), about)
