"""Plans by their slug. A signup may name one that nobody has written down yet: it is made, and listed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.text import slugify

from members.models import Plan, PlanDefaults
from members.models.plan import Consumption

# As the lists of many houses call what is paid to support them.
PASSIVE = re.compile(r"\bpassiv|\bst[øö]tte|\bsupport(er|ing)|\bsympati", re.IGNORECASE)
QUIET_TIMES = ("quiet_after", "sleeping_after", "quiet_below", "quiet_months")


def by_slug(slugs: Iterable[str]) -> dict[str, Plan]:
    """The plans of these slugs; an unknown slug makes a plan without a price, to be completed by an editor."""
    wanted = {slug for slug in slugs if slug}
    found = {plan.slug: plan for plan in Plan.objects.filter(slug__in=wanted)}
    strange = sorted(wanted - found.keys())
    quiet = quiet_times() if strange else {}
    for slug in strange:
        found[slug], _ = Plan.objects.get_or_create(slug=slug, defaults={"name": _readable(slug), **quiet})
    return found


def make(called: Mapping[str, str]) -> None:
    """Makes the plans of these slugs that nobody knows yet, called as people call them.

    A plan that calls itself passive or supporting expects nobody: its members are never asleep.
    """
    known = set(Plan.objects.filter(slug__in=called).values_list("slug", flat=True))
    quiet = quiet_times() if called.keys() - known else {}
    for slug in sorted(called.keys() - known):
        use = Consumption.OPTIONAL if PASSIVE.search(called[slug]) else Consumption.EXPECTED
        about = {"name": called[slug][:120], "consumption": use, **quiet}
        Plan.objects.get_or_create(slug=slug, defaults=about)


def named(slug: str) -> Plan | None:
    """One plan by its slug, made when unknown; None for no slug."""
    return by_slug([slug]).get(slug)


def slugs_by_name() -> dict[str, str]:
    """The slugs of all plans by what people call them, without case."""
    return {name.strip().casefold(): slug for name, slug in Plan.objects.values_list("name", "slug")}


def quiet_times() -> dict[str, Any]:
    """With which quiet times a new plan begins: those of the house's trade, else the product's own."""
    row = PlanDefaults.objects.first() or PlanDefaults()
    return {name: getattr(row, name) for name in QUIET_TIMES}


def choose_defaults(trade: str, **quiet: Any) -> list[str]:
    """Gives new plans, and those that nobody changed, the quiet times of a trade; returns the changed plans' slugs."""
    quiet = {"quiet_below": None, **quiet}
    untouched = Plan.objects.filter(**quiet_times()).exclude(**quiet)
    changed = sorted(untouched.values_list("slug", flat=True))
    Plan.objects.filter(slug__in=changed).update(**quiet)
    PlanDefaults.objects.update_or_create(pk=1, defaults={"trade": trade, **quiet})
    return changed


def as_slug(text: str) -> str:
    """A provider's name of a plan as a slug."""
    for letter, plain in _NORDIC.items():
        text = text.casefold().replace(letter, plain)
    return slugify(text)[:80]


_NORDIC = {"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "y", "ß": "ss"}  # else they fall out


def _readable(slug: str) -> str:
    return slug.replace("-", " ").replace("_", " ").capitalize()
