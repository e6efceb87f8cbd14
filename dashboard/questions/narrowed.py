"""Home narrowed to one plan, one circle, or another period: what stands in the address, and whom it means."""

import datetime as dt
from dataclasses import dataclass
from urllib import parse

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard import chips
from members.models import Member, Plan

PERIODS = {30: gettext_lazy("30 days"), 90: gettext_lazy("90 days"), 365: gettext_lazy("a year")}
USUAL = 30
KEEP = ("plan", "circle", "days")
MOST = 30  # plans to choose among


@dataclass(frozen=True)
class Narrowed:
    """Whom the numbers of home are about; empty words narrow nothing. `days` is how far back moves are counted."""

    plan: str = ""
    circle: str = ""
    days: int = USUAL

    @property
    def is_whole(self) -> bool:
        """Whether everybody is meant."""
        return not self.plan and not self.circle

    @property
    def period(self) -> dt.timedelta:
        """How far back moves are counted."""
        return dt.timedelta(days=self.days)

    @property
    def mark(self) -> str:
        """The same for the same people and period."""
        return f"{self.plan}:{self.circle}:{self.days}"

    @property
    def query(self) -> str:
        """What a link to the names has to carry on, after its own `?show=…`."""
        asked = {"plan": self.plan, "circle": self.circle}
        said = parse.urlencode({name: word for name, word in asked.items() if word})
        return f"&{said}" if said else ""

    def who(self, prefix: str = "") -> Q:
        """The members who are meant; `prefix` leads from another row to its member."""
        asked = {f"{prefix}plan__slug": self.plan, f"{prefix}circle": self.circle}
        return Q(**{name: word for name, word in asked.items() if word})


WHOLE = Narrowed()


def of(request: HttpRequest) -> Narrowed:
    """What the address says; words that nobody knows narrow nothing."""
    plan, circle, days = (request.GET.get(name, "") for name in KEEP)
    is_plan = bool(plan) and "\0" not in plan and Plan.objects.filter(slug=plan).exists()
    return Narrowed(
        plan if is_plan else "",
        circle if circle in Member.Circle.values else "",
        int(days) if days.isascii() and days.isdigit() and int(days[:5]) in PERIODS else USUAL,
    )


def menus(request: HttpRequest, chosen: Narrowed) -> list[tuple[str, list[chips.Chip]]]:
    """The choices, each under its name; circles only where somebody is in one. Two queries."""
    plans = [("", _("all plans"), None), *_plans()]
    periods = [(str(days) if days != USUAL else "", str(said), None) for days, said in PERIODS.items()]
    days = str(chosen.days) if chosen.days != USUAL else ""
    found = [
        (_("Plan"), chips.of(request, "plan", plans, chosen.plan, keep=KEEP)),
        (_("Period"), chips.of(request, "days", periods, days, keep=KEEP)),
    ]
    if chosen.circle or Member.objects.exclude(circle=Member.Circle.NOT_YET).exists():
        circles = [
            ("", _("all circles"), None),
            *((word, str(said), None) for word, said in Member.Circle.choices),
        ]
        found.append((_("Circle"), chips.of(request, "circle", circles, chosen.circle, keep=KEEP)))
    return [(name, choices) for name, choices in found if len(choices) > 1]


def said(menus: list[tuple[str, list[chips.Chip]]]) -> str:
    """What is chosen, in one line."""
    return " · ".join(chip.name for _name, choices in menus for chip in choices if chip.is_chosen)


def _plans() -> list[tuple[str, str, int | None]]:
    rows = Plan.objects.order_by("name").values_list("slug", "name")[:MOST]
    return [(slug, name, None) for slug, name in rows]
