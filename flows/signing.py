"""Who signs the letters of flows: where a person is used, and drafts in which another takes their place."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F

from flows.editing import parts
from flows.models import Flow, Step
from mail.models import LetterVersion, Sender


def live(sender: Sender) -> list[Flow]:
    """The flows that members enter now and in which this person writes, by name."""
    used = Step.objects.filter(version__flow__current=F("version"), letter_version__sender=sender)
    return list(Flow.objects.filter(pk__in=used.values("version__flow")).order_by("name"))


def languages(sender: Sender) -> list[str]:
    """The languages (codes) in which live flows write in this person's name."""
    used = Step.objects.filter(version__flow__current=F("version"), letter_version__sender=sender)
    texts = LetterVersion.objects.filter(pk__in=used.values("letter_version")).values_list("texts", flat=True)
    return sorted({code for said in texts for code in said})


def drafted(sender: Sender) -> list[tuple[Flow, list[str]]]:
    """Flows in whose draft this person writes, with the slugs of those letters."""
    found = []
    for flow in Flow.objects.order_by("name"):
        rows = parts.letters(flow.draft).values()
        if slugs := [row["slug"] for row in rows if row.get("sender") == sender.slug]:
            found.append((flow, slugs))
    return found


def say_name(sender: Sender) -> list[LetterVersion]:
    """Live letters whose own words hold this person's first name: nobody else can sign those as they are."""
    first = sender.name.split(" ")[0]
    used = Step.objects.filter(version__flow__current=F("version"), letter_version__sender=sender)
    rows = LetterVersion.objects.filter(pk__in=used.values("letter_version")).select_related("letter")
    return [row for row in rows if first and first in _words(row.source)]


def sign(changes: Iterable[tuple[str, Sequence[str]]], old: str, new: str) -> list[list[Any]]:
    """Puts `new` where `old` signs letters (flow, letters) of drafts, by slug; those that were changed."""
    changed = []
    for slug, letters in changes:
        flow = Flow.objects.select_for_update().filter(slug=slug).first()
        rows = [row for row in parts.letters(flow.draft).values() if row.get("sender") == old] if flow else []
        mine = [row for row in rows if row["slug"] in letters]
        for row in mine:
            row["sender"] = new
        if flow and mine:
            flow.save(update_fields=["draft"])
            changed.append([slug, [row["slug"] for row in mine]])
    return changed


def _words(source: Any) -> str:
    if isinstance(source, dict):
        return " ".join(map(_words, source.values()))
    return source if isinstance(source, str) else ""
