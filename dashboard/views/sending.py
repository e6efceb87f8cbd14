"""When letters may leave: the rules in words for everybody, and as a form for those who may change them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard import access, fragments
from dashboard.sending import form, names, outlook, reading, saying
from mail import sending_rules
from mail.models import SendingRules
from office import clock, roles

PAGE, PART = "dashboard/sending_rules.html", "outlook"
REMEMBERED = 10


@access.edits("sending_rules.change")
def rules(request: HttpRequest) -> HttpResponse:
    """The sending rules; POST saves them (`do=save`), or only says what would follow from them."""
    today = timezone.localtime(clock.now()).date()
    before = sending_rules.definition()
    if request.method != "POST":
        return _page(request, form.of(before, today))
    sent = form.sent(request.POST, before, today)
    if fragments.is_wanted(request) or request.POST.get("do") == "look" or sent.errors:
        return _page(request, sent)
    return _save(request, sent)


def _save(request: HttpRequest, sent: reading.Form) -> HttpResponse:
    try:
        changed = sending_rules.save(sent.said, clock.now(), access.person(request), sent.values["note"])
    except sending_rules.RuleErrors as error:
        sent.errors.setdefault("", []).extend(error.errors)
        return _page(request, sent)
    messages.success(request, _("The rules are saved.") if changed else _("Nothing was changed."))
    return redirect("sending-rules")


def _page(request: HttpRequest, shown: reading.Form) -> HttpResponse:
    now, is_part = clock.now(), fragments.is_wanted(request)
    about: dict[str, Any] = {
        "form": shown,
        "values": shown.values,
        "errors": shown.errors,
        "general": shown.errors.get("", []),
        "examples": [] if shown.errors else outlook.sentences(shown.said, now),
        "change": "" if shown.errors else outlook.changed(shown.said, now),
    }
    if not is_part:
        about |= {
            "may_edit": roles.may(request.user, "sending_rules.change"),
            "lines": saying.lines(sending_rules.definition()),
            "kept": [saying.window(one) for one in shown.kept],
            "choices": _choices(),
            "is_fresh": not SendingRules.objects.exists(),
            "history": SendingRules.objects.select_related("decided_by").order_by("-pk")[:REMEMBERED],
        }
    return render(request, f"{PAGE}#{PART}" if is_part else PAGE, about)


def _choices() -> dict[str, Any]:
    return {
        "weekdays": names.weekdays(),
        "units": names.units(),
        "feasts": names.feasts(),
        "orders": form.orders(),
        "limited": [(name, names.purposes([name])) for name in names.LIMITED],
    }
