"""Who asks for a segment: other segments and stage rules here; upper rooms add what they know."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from members import conditions
from members.models import Segment, StageRule

Uses = Callable[[str], Sequence[str]]
_more: list[Uses] = []


def bind(uses: Sequence[Uses]) -> None:
    """Adds those whom upper rooms know: each takes a slug and says in words what asks for that segment."""
    _more[:] = uses


def of(slug: str) -> list[str]:
    """All that asks for a segment, each in words; empty when it may be deleted."""
    found = [
        _("segment “%s”") % one.name
        for one in Segment.objects.exclude(slug=slug).exclude(condition__isnull=True)
        if slug in conditions.mentioned(one.condition, "segment")
    ]
    found += [_("the rule for stage “%s”") % rule for rule in StageRule.objects.all() if _asks(rule, slug)]
    return found + [use for uses in _more for use in uses(slug)]


def names(said: Any, slug: str) -> bool:
    """Whether something made of tables and lists, such as a flow, says `segment = slug` anywhere."""
    if isinstance(said, dict):
        return said.get("segment") == slug or any(names(part, slug) for part in said.values())
    return isinstance(said, list) and any(names(part, slug) for part in said)


def _asks(rule: StageRule, slug: str) -> bool:
    return names(rule.enter, slug) or names(rule.fall, slug)
