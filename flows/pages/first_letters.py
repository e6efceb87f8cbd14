"""How a new flow begins with care: its first letters wait for a yes, and it may take only a share of the members."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from flows import letting_run, ramping
from flows.editing import plain_text
from flows.models import Flow
from flows.pages import frame
from mail import rendering
from mail import values as mail_values
from mail.models import Message
from office import clock

SHARES = (5, 10, 20, 50, 100)
SHOWN = 20


@dataclass(frozen=True)
class Waiting:
    """One letter that waits for a yes: to whom, and what it is called."""

    message: Message
    subject: str


def about(flow: Flow) -> dict[str, Any]:
    """What the flow's page says of this."""
    is_asking = bool(flow.letters_to_hold or flow.asks_to_run_at)
    waiting = letting_run.held(flow).select_related("member__plan", "letter_version__sender")
    held = list(waiting[:SHOWN]) if is_asking else []
    values = mail_values.gather(held, clock.now()) if held else {}
    return {
        "is_asking": is_asking,
        "first_letters": [Waiting(message, _subject(message, values[message.pk])) for message in held],
        "shares": sorted({*SHARES, flow.ramp}),
    }


@frame.changes
def first_letters(request: HttpRequest, pk: int) -> HttpResponse:
    """POST `do`: `run` (the yes), `discard` (the letters ticked as `letter`), or `share` (`percent`)."""
    flow = frame.find(pk)
    by, now, deed = frame.person(request), clock.now(), request.POST.get("do")
    if deed == "run":
        done = letting_run.let_run(flow, by, now)
        some = ngettext("%d letter is on its way.", "%d letters are on their way.", done.letters)
        messages.success(request, _("The flow runs. %s") % (some % done.letters))
    elif deed == "discard":
        gone = letting_run.discard(flow, set(_chosen(request)), by, now)
        some = ngettext("%d letter was thrown away.", "%d letters were thrown away.", gone)
        messages.success(request, some % gone)
    elif deed == "share":
        try:
            ramping.set_share(flow, int(request.POST.get("percent", "")), by, now)
        except ValueError:
            messages.error(request, _("Choose a share from 0 to 100 per cent."))
        else:
            messages.success(
                request, _("From now on it takes %d %% of those who would come into it.") % flow.ramp
            )
    return frame.back(flow)


def _chosen(request: HttpRequest) -> Iterator[uuid.UUID]:
    for text in request.POST.getlist("letter"):
        try:
            yield uuid.UUID(text)
        except ValueError:
            continue


def _subject(message: Message, values: Mapping[str, Any]) -> str:
    """What the member would read; where it cannot be written for them, what the editor wrote."""
    _language, text = message.letter_version.text_for(message.member.locale)
    try:
        return rendering.line(text.get("subject", ""), values)
    except rendering.RenderError:
        return plain_text.told(text.get("subject", ""))
