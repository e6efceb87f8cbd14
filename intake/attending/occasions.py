"""Opening an evening's list, and the lists there were."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from intake.attending.models import Occasion
from office import audit
from office.models import User

USUAL = "usage.evening"
NOON = dt.time(12)
NAMED, SHOWN = 8, 20


class NotOpened(ValueError):
    """Why no list can be opened like this; the text is for staff."""


def open_list(name: str, on: dt.date, word: str, user: User, now: dt.datetime) -> Occasion:
    """The list of that name and day: as it is where there is one, else a new one. NotOpened says what is wrong.

    `word` is what being there counts as ("evening"); left out, what the last list of that name counted as.
    """
    name, today = " ".join(name.replace("\0", "").split())[:80], _local(now).date()
    if not name:
        raise NotOpened(_("Name the list, such as “Thursday evening”."))
    if on > today:
        raise NotOpened(_("That day has not come yet."))
    with transaction.atomic():
        known = Occasion.objects.filter(name=name).order_by("-on", "-pk").first()
        usage = usage_of(word) or (known.usage if known else USUAL)
        at = now if on == today else dt.datetime.combine(on, NOON, ZoneInfo(settings.TIME_ZONE))
        made = {"usage": usage, "occurred_at": at, "opened_at": now, "by": user}
        occasion, is_new = Occasion.objects.get_or_create(name=name, on=on, defaults=made)
        if is_new:
            audit.record(user, "attendance.opened", name, now, on=on.isoformat(), usage=usage)
    return occasion


def today(now: dt.datetime) -> dt.date:
    """The day it is where the house is."""
    return _local(now).date()


def names() -> list[str]:
    """What lists were called lately, latest first, each once."""
    latest = Occasion.objects.order_by("-on", "-pk").values_list("name", flat=True)[: 10 * NAMED]
    return list(dict.fromkeys(latest))[:NAMED]


def word(usage: str) -> str:
    """What a use counts as, as people write it."""
    if usage == USUAL:
        return _("evening")
    return usage.removeprefix("usage.").replace("_", " ").replace(".", " ")


def usage_of(word: str) -> str:
    """The name under which a use is counted that people call `word`; empty for no word."""
    if word.strip().casefold() == _("evening"):
        return USUAL
    plain = re.sub(r"[^a-z0-9_]+", "_", slugify(word.replace("\0", "")).replace("-", "_")).strip("_")[:60]
    return f"usage.{plain}" if plain else ""


def _local(now: dt.datetime) -> dt.datetime:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE))
