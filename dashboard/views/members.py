"""The list of members: search, stages, order; everything stands in the address."""

from dataclasses import dataclass
from urllib import parse

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard import access, chips, fragments, paging, tabs
from dashboard.questions import narrowed, people, shown
from flows.models import Flow
from members.models import Member, Plan, Segment
from members.models.member import Stage
from office import clock, roles

TENURE = {"newest": "ascending", "longest": "descending"}
KEEP = ("q", "stage", "segment", "sort", "show", "flow", "step", "plan", "circle")


@dataclass(frozen=True)
class Column:
    """The head of one column: its name, where it sorts, and how it is sorted now (a word of ARIA, or none)."""

    name: str
    url: str = ""
    order: str = ""


@access.reads
def members(request: HttpRequest) -> HttpResponse:
    """One page of the members asked for; htmx gets the list alone."""
    now = clock.now()
    choice = _choice(request)
    found = people.matching(choice, now).select_related("plan")
    page = paging.page(found, people.ORDERS[choice.sort], request.GET.get("after", ""))
    counts = people.per_stage()
    groups = list(Segment.objects.all())
    about = {
        "page": page,
        "choice": choice,
        "total": sum(number for stage, number in counts.items() if stage != Stage.FORMER),
        "stages": chips.of(request, "stage", _stages(counts), choice.stage, keep=KEEP),
        "columns": _columns(request, choice.sort),
        "kept": {name: request.GET.get(name, "") for name in KEEP if name not in ("q", "segment")},
        "first": chips.address(request, keep=KEEP),
        "more": chips.address(request, keep=KEEP, after=page.after),
        "without": chips.address(request, keep=("q", "stage", "sort")),
        "tabs": tabs.of_register("members"),
        "may_import": roles.may(request.user, "imports.change"),
        "may_export": roles.may(request.user, "lists.export"),
        "groups": groups,
        "segment": next((one for one in groups if one.slug == choice.segment), None),
        "found": found.count() if choice.segment else 0,
        "shown": shown.SENTENCES.get(choice.show, ""),
        "flow_name": _flow_name(choice.flow),
        "only": _only(choice),
        "without_only": chips.address(
            request, keep=[name for name in KEEP if name not in ("plan", "circle")]
        ),
        "without_segment": chips.address(request, keep=[name for name in KEEP if name != "segment"]),
        "kept_as": _kept_as(choice),
    }
    return render(request, fragments.template(request, "dashboard/members.html", "list"), about)


def _choice(request: HttpRequest) -> people.Choice:
    get = request.GET.get
    sort, stage = get("sort", ""), get("stage", "")
    only = narrowed.of(request)
    return people.Choice(
        search=get("q", "").strip()[:100],
        stage=stage if stage in Stage.values else "",
        segment=get("segment", "").replace("\0", ""),
        flow=get("flow", "").replace("\0", ""),
        step=get("step", "").replace("\0", ""),
        show=get("show", "") if get("show", "") in people.SHOWN else "",
        plan=only.plan,
        circle=only.circle,
        sort=sort if sort in people.ORDERS else "newest",
    )


def _flow_name(slug: str) -> str:
    """What the flow is called; the word in the address where there is none."""
    return Flow.objects.filter(slug=slug).values_list("name", flat=True).first() or slug if slug else ""


def _only(choice: people.Choice) -> str:
    """The plan and the circle that the list is narrowed to, in words."""
    plan = Plan.objects.filter(slug=choice.plan).values_list("name", flat=True).first() if choice.plan else ""
    circle = str(Member.Circle(choice.circle).label) if choice.circle else ""
    return " · ".join(filter(None, (plan, circle)))


def _kept_as(choice: people.Choice) -> str:
    """Where these filters begin a segment; empty where a segment cannot ask for them."""
    asked = {name: value for name in ("stage", "flow", "segment") if (value := getattr(choice, name))}
    is_more = choice.search or choice.show or choice.step or choice.plan or choice.circle
    return (
        f"{reverse('segment-new')}?{parse.urlencode(asked)}"
        if asked.keys() - {"segment"} and not is_more
        else ""
    )


def _stages(counts: dict[str, int]) -> list[tuple[str, str, int | None]]:
    everybody = ("", _("Everybody"), sum(counts.values()))
    return [everybody, *((stage.value, str(stage.label), counts.get(stage, 0)) for stage in Stage)]


def _columns(request: HttpRequest, sort: str) -> list[Column]:
    """The heads of the table; a second click on the last one turns the order round."""
    tenure = "longest" if sort == "newest" else "newest"
    return [
        _column(request, _("Member"), "name", sort),
        Column(_("Plan")),
        _column(request, _("Stage, and since when"), "moved", sort),
        Column(_("Member for"), chips.address(request, keep=KEEP, sort=tenure), TENURE.get(sort, "")),
    ]


def _column(request: HttpRequest, name: str, order: str, sort: str) -> Column:
    return Column(name, chips.address(request, keep=KEEP, sort=order), "ascending" if sort == order else "")
