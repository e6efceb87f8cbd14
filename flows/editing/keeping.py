"""Keeps what somebody changed in a draft, without writing over what somebody else changed meanwhile."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction

from flows.editing import parts
from flows.models import Flow
from office import audit
from office.models import AuditEntry, User

DEED = "flow.draft_saved"


class Overtaken(Exception):
    """Somebody else changed the same part since it was opened; `by` is their name, where it is known."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


def change(
    flow: Flow,
    make: Callable[[parts.Draft], parts.Draft],
    by: User,
    now: dt.datetime,
    *,
    seen: str = "",
    part: Callable[[parts.Draft], str] | None = None,
) -> parts.Draft:
    """Puts what `make` makes of the draft in its place, and returns what it was before.

    `seen` is the mark of the part as the editor opened it, `part` reads it now. Raises Overtaken when they differ,
    and parts.Gone when the part is not there any more; nothing is changed then.
    """
    with transaction.atomic():
        kept = Flow.objects.select_for_update(of=("self",)).get(pk=flow.pk)
        if part and part(kept.draft) != seen:
            raise Overtaken(_last_to_change(kept))
        before: parts.Draft = kept.draft
        kept.draft = make(before)
        if kept.current_id is None:
            kept.name = str(kept.draft.get("name") or kept.slug)[:120]
        kept.save(update_fields=["draft", "name"])
        audit.record(by, DEED, kept.slug, now)
    flow.draft, flow.name = kept.draft, kept.name
    return before


def mark(draft: parts.Draft) -> str:
    """The mark of a whole draft."""
    return parts.digest(draft)


def _last_to_change(flow: Flow) -> str:
    entry: Any = AuditEntry.objects.filter(deed=DEED, subject=flow.slug).select_related("user").last()
    return (entry.user.get_full_name() or entry.user.username) if entry and entry.user else ""
