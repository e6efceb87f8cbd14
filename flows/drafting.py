"""Drafts as a whole: what is wrong with one, and keeping one that comes from a file or from another flow."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from flows import checking, letters
from flows.models import Flow
from office import audit
from office.models import User


def problems(definition: Mapping[str, Any], flow: Flow | None) -> list[str]:
    """Everything that would stop this definition from being published as `flow` (None: a new one)."""
    found = checking.errors(definition)
    if not found:
        found = letters.faceless(definition, {})
    return wrong_slug(definition, flow) + found


def wrong_slug(definition: Mapping[str, Any], flow: Flow | None) -> list[str]:
    """Why this definition cannot be kept as the draft of `flow`: another name, or one that is taken."""
    slug = definition.get("slug")
    if not isinstance(slug, str) or not slug or len(slug) > 80:
        return ["slug: a short name of letters, digits and hyphens is missing"]
    if flow and slug != flow.slug:
        return [f"slug: this flow is called “{flow.slug}”, and keeps that name"]
    if flow is None and Flow.objects.filter(slug=slug).exists():
        return [f"slug: there is a flow “{slug}” already"]
    return []


def save(flow: Flow | None, definition: Mapping[str, Any], by: User | None, now: dt.datetime) -> Flow:
    """Keeps the definition as the draft, right or wrong; what is live stays as it is."""
    with transaction.atomic():
        kept = flow or Flow(slug=definition["slug"])
        kept.draft = dict(definition)
        if kept.current_id is None:
            kept.name = str(definition.get("name") or kept.slug)[:120]
        # Of a flow that is there only this: meanwhile it may have paused itself, or counted its first letters.
        kept.save(update_fields=["draft", "name"] if kept.pk else None)
        audit.record(by, "flow.draft_saved", kept.slug, now)
    return kept
