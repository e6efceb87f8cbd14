"""The mailbox: what letters leave through, its limits, and a letter to oneself to try it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dashboard import access
from dashboard.questions import mailbox as questions
from dashboard.words import mailbox as words
from mail import accounts, mailboxes, trouble_words, trying
from mail.mailbox_presets import BY_SLUG, PRESETS, Preset
from office import audit, clock, roles

CHANGE = "mailbox.change"
OWN = "numbers"
MOST = {"per_minute": 100_000, "per_day": 10_000_000}


@access.edits(CHANGE)
def mailbox(request: HttpRequest) -> HttpResponse:
    """The page. POST `do`: `limit` sets the limits, `try` sends a letter to oneself, `wake` ends a rest."""
    deed = DEEDS.get(request.POST.get("do", "")) if request.method == "POST" else None
    return deed(request) if deed else _page(request)


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    accounts.refresh()
    now, found, way = clock.now(), mailboxes.current(), settings.MAIL_TRANSPORT
    chosen = found.preset or (OWN if found.decided_at else mailboxes.suggestion().slug)
    line = questions.line(found, now)
    about: dict[str, Any] = {
        "mailbox": found,
        "is_kept": way["kind"] == "kept",
        "is_connected": accounts.MARK in way,
        "is_provider": way["kind"] == "anymail",
        "user_name": way.get("user", ""),
        "port": way.get("port", ""),
        "holds": words.limits(found.per_minute, found.per_day),
        "choices": _choices(chosen),
        "is_own": chosen == OWN,
        "values": {"per_minute": found.per_minute or "", "per_day": found.per_day or ""},
        "use": questions.use(now),
        "waiting": words.waiting(line, now) if line else "",
        "rests": bool(line and line.rests_until),
        "may_edit": roles.may(request.user, CHANGE),
        "may_try": trying.is_possible(),
        "address": access.person(request).email,
        "errors": {},
        **more,
    }
    return render(request, "dashboard/mailbox.html", about)


def _limit(request: HttpRequest) -> HttpResponse:
    preset = request.POST.get("preset", "")
    values = {name: request.POST.get(name, "").strip() for name in MOST}
    errors = {} if preset in BY_SLUG else {name: why for name in MOST if (why := _wrong(name, values[name]))}
    if preset not in BY_SLUG and preset != OWN:
        errors["preset"] = [_("Choose one of these.")]
    if errors:
        shown = {"values": values, "choices": _choices(preset), "is_own": preset == OWN}
        return _page(request, errors=errors, **shown)
    numbers = {name: int(text) if text and preset == OWN else None for name, text in values.items()}
    person = access.person(request)
    found = mailboxes.limit(preset, numbers["per_minute"], numbers["per_day"], clock.now(), person)
    messages.success(request, _("From now on: %s.") % words.limits(found.per_minute, found.per_day))
    return redirect("mailbox")


def _choices(chosen: str) -> list[tuple[Preset, str, bool]]:
    """The lines of the list, each as a sentence, and which of them is chosen."""
    return [(one, words.preset(one), one.slug == chosen) for one in PRESETS]


def _wrong(name: str, text: str) -> list[str]:
    if not text or (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MOST[name]):
        return []
    return [_("Write a whole number from 1 to %s, or leave it empty for no limit.") % intcomma(MOST[name])]


def _try(request: HttpRequest) -> HttpResponse:
    person, now = access.person(request), clock.now()
    try:
        trying.hello(person.email, person.get_full_name(), now)
    except trying.NotSent as error:
        plain = trouble_words.plain(error.said) if error.said else str(error)
        return _page(request, failed=plain, said=error.said)
    audit.record(person, "mailbox.tried", mailboxes.name(), now)
    messages.success(request, _("A letter is on its way to %s.") % person.email)
    return redirect("mailbox")


def _wake(request: HttpRequest) -> HttpResponse:
    mailboxes.wake(clock.now(), access.person(request))
    messages.success(request, _("Letters leave again."))
    return redirect("mailbox")


DEEDS = {"limit": _limit, "try": _try, "wake": _wake}
