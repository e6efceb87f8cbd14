"""What is wrong with a segment: its condition, circles through other segments, and depth with them put in."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from members import conditions
from members.conditions import Condition
from members.models import Segment

PLACE = "condition"
Asked = Mapping[str, Condition | None]


def problems(segment: Segment, condition: Any, before: Segment | None) -> list[str]:
    """Everything wrong with keeping this condition under this segment; an empty list means it may be kept."""
    found = _problems_of_name(segment)
    if condition is None:
        return found + _problems_of_kind(segment, before)
    if before is not None and before.is_list:
        found.append(_("“%s” is a list kept by hand; it cannot get a condition.") % before.name)
    if wrong := conditions.problems(condition, PLACE):
        return found + wrong
    asked = dict(Segment.objects.values_list("slug", "condition")) | {segment.slug: condition}
    if circles := _circles(segment.slug, asked):
        return found + _named(circles, segment)
    return found + _depths(segment.slug, asked)


def depth(condition: Condition | None, asked: Asked) -> int:
    """How deep a condition is nested, the segments that it asks for put in their places."""
    if not condition:
        return 0
    if "segment" in condition:
        return 1 + depth(asked.get(condition["segment"]), asked)
    inner = [*condition.get("all", ()), *condition.get("any", ())]
    inner += [condition["not"]] if "not" in condition else []
    return 1 + max((depth(part, asked) for part in inner), default=0)


def _problems_of_name(segment: Segment) -> list[str]:
    if not segment.name:
        return [_("name: a segment needs a name")]
    if len(segment.name) > 120:
        return [_("name: at most 120 letters")]
    if "\0" in segment.name:
        return [_("name: there is a sign in it that cannot be kept")]
    return []


def _problems_of_kind(segment: Segment, before: Segment | None) -> list[str]:
    if before is not None and not before.is_list:
        return [_("%(place)s: “%(name)s” needs at least one line") % {"place": PLACE, "name": segment.name}]
    return []


def _named(circles: list[list[str]], segment: Segment) -> list[str]:
    names = dict(Segment.objects.values_list("slug", "name")) | {segment.slug: segment.name}
    text = _("%(place)s: segments ask in a circle: %(way)s")
    ways = (" → ".join(f"“{names[stop]}”" for stop in circle) for circle in circles)
    return [text % {"place": PLACE, "way": way} for way in ways]


def _circles(slug: str, asked: Asked) -> list[list[str]]:
    """The ways on which a segment comes back to itself, stop by stop."""
    found: list[list[str]] = []

    def walk(at: str, way: tuple[str, ...]) -> None:
        for following in sorted(set(conditions.mentioned(asked.get(at), "segment"))):
            if following == slug:
                found.append([*way, slug])
            elif following not in way:
                walk(following, (*way, following))

    walk(slug, (slug,))
    return found


def _depths(slug: str, asked: Asked) -> list[str]:
    """The segments, this one or those that ask for it, that would be too deep with all others put in."""
    text = _("%(place)s: “%(slug)s”, with the segments it asks for, would be nested more than %(most)d deep")
    return [
        text % {"place": PLACE, "slug": one, "most": conditions.DEEPEST}
        for one, condition in asked.items()
        if depth(condition, asked) > conditions.DEEPEST and (one == slug or _leads(one, slug, asked))
    ]


def _leads(one: str, slug: str, asked: Asked) -> bool:
    following = set(conditions.mentioned(asked.get(one), "segment"))
    return slug in following or any(_leads(next_one, slug, asked) for next_one in following)
