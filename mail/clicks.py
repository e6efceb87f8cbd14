"""Links of letters by way of us, so that we know which letters lead somewhere; off until a house wants it.

Where a link leads stands inside the signed token: nobody can make one of ours lead elsewhere. Who opened it is judged
when it is known what else was opened at that moment: programs open every link of a letter at once, people one.
"""

import datetime as dt
import hashlib
import html
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.conf import settings
from django.db import transaction

from api import links
from mail import clicking
from mail.models import Click, Message
from mail.rendering import Rendered
from members import events
from office import nudges
from office.models import House

PURPOSE = "click"
ANCHOR = re.compile(r"(<a\b[^>]*?\shref=)(\"|')(https?://[^\"'<>]+)\2", re.IGNORECASE)
WAIT = dt.timedelta(seconds=30)  # until all that a program opens at once has been opened
AT_ONCE, LINKS = dt.timedelta(seconds=5), 3  # so many different links of one letter within that: a program
AGAIN = dt.timedelta(minutes=1)  # the same link opened again within that is the same click
KEEP = dt.timedelta(days=30)
BATCH = 500
By = Click.By


def are_counted() -> bool:
    """Whether this house wants to know which links are opened."""
    return House.current().counts_clicks


def through_us(letter: Rendered, message: Message) -> Rendered:
    """The letter whose links lead by way of us: those of its page, not those to the member's own pages or to leave.

    The text part keeps its plain addresses, and so does the letter when it is read again.
    """
    own = {html.escape(text) for text in message.values.get("links", {}).values() if text}

    def ours(found: re.Match[str]) -> str:
        before, quote, target = found[1], found[2], found[3]
        return (
            f"{before}{quote}{_link(html.unescape(target), message) or target}{quote}"
            if _may(target, own)
            else found[0]
        )

    return replace(letter, html=ANCHOR.sub(ours, letter.html))


def note(message: Message, url: str, agent: str, method: str, now: dt.datetime) -> None:
    """Writes down that a link was opened; the same one within a minute only once."""
    seen = Click.objects.filter(message=message, url=url, at__gt=now - AGAIN, at__lte=now)
    is_program = method != "GET" or clicking.is_machine(agent, now, message.submitted_at)
    by = By.PROGRAM if is_program else By.UNJUDGED
    if not seen.filter(by=by).exists():
        Click.objects.create(message=message, url=url, at=now, by=by)
        nudges.after_commit("engine")


def judge(now: dt.datetime) -> int:
    """Says who opened the links of half a minute ago and before; a person's click becomes `mail.clicked`."""
    with transaction.atomic():
        waiting = Click.objects.filter(by=By.UNJUDGED, at__lte=now - WAIT).order_by("at", "pk")
        chosen = list(waiting.select_for_update(skip_locked=True)[:BATCH])
        if not chosen:
            return 0
        programs = _programs(chosen)
        people = [click for click in chosen if click.pk not in programs]
        Click.objects.filter(pk__in=programs).update(by=By.PROGRAM)
        Click.objects.filter(pk__in=[click.pk for click in people]).update(by=By.PERSON)
        _tell(people, now)
    return len(chosen)


def forget_old(now: dt.datetime) -> int:
    """Drops what was opened more than 30 days ago; what people opened stands in their timelines."""
    return Click.objects.filter(at__lt=now - KEEP).exclude(by=By.UNJUDGED).delete()[0]


def _may(target: str, own: Iterable[str]) -> bool:
    left_alone = (f"{settings.BASE_URL}/u/", f"{settings.BASE_URL}/r/", settings.CANCEL_URL or None)
    return target not in own and not target.startswith(tuple(text for text in left_alone if text))


def _link(target: str, message: Message) -> str:
    """Empty where the address is too long to travel inside a link."""
    try:
        return links.url(PURPOSE, message.uuid, target)
    except ValueError:
        return ""


def _programs(clicks: Iterable[Click]) -> set[int]:
    """Those opened together with many others of the same letter, judged already or not."""
    clicks = list(clicks)
    around = defaultdict(list)
    for other in Click.objects.filter(message__in={click.message_id for click in clicks}):
        around[other.message_id].append(other)
    return {
        click.pk
        for click in clicks
        if len({one.url for one in around[click.message_id] if abs(one.at - click.at) <= AT_ONCE}) >= LINKS
    }


def _tell(clicks: Iterable[Click], now: dt.datetime) -> None:
    letters = Message.objects.filter(pk__in={click.message_id for click in clicks}).select_related("member")
    known = {message.pk: message for message in letters}
    drafts = []
    for click in clicks:
        message = known[click.message_id]
        day = hashlib.sha256(f"{click.url} {click.at:%Y-%m-%d}".encode()).hexdigest()[:32]
        data = {"letter": str(message.uuid), "subject": message.subject, "url": click.url}
        key = f"mail.clicked:{message.uuid}:{day}"
        drafts.append(events.Draft("mail.clicked", message.member, click.at, key, data))
    events.record_many(drafts, now)
