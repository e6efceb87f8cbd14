"""One flow at a glance: how it begins, its steps in order with their numbers, the drawing, what is wrong with it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from flows import diagram, differences, findings, limits, numbers, step_words, steps, trigger_words, warnings
from flows.editing import keeping, parts
from flows.findings import Finding
from flows.models import Flow
from flows.numbers import Numbers
from flows.pages import first_letters, frame
from office import clock

ORDER = ("send", "wait", "branch", "task", "split", "set", "reward", "webhook", "end")
UNDO = "flow-undo"  # in the session: what a draft was before a step was taken out


@dataclass(frozen=True)
class Row:
    """One step of the list: what it says, where else it leads, its numbers, and what is wrong with it."""

    uid: str
    kind: str
    kind_words: str
    number: int
    text: str
    leads: Sequence[tuple[str, int, str]]
    numbers: Numbers
    found: Sequence[Finding]
    is_first: bool
    is_last: bool
    has_focus: str = ""


@frame.looks
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole flow."""
    flow = frame.find(pk)
    found = all_findings(flow)
    about = {
        **about_steps(request, flow, found),
        "begins": trigger_words.begins(flow.draft),
        "whom": trigger_words.whom(flow.draft),
        "again": trigger_words.again(flow.draft),
        "leaves": trigger_words.leaves(flow.draft),
        "goal": trigger_words.goal(flow.draft),
        **first_letters.about(flow),
        "versions": list(flow.versions.select_related("published_by").order_by("-number")[:20]),
    }
    return frame.page(request, "overview.html", about)


@frame.looks
def drawing(request: HttpRequest, pk: int) -> HttpResponse:
    """The drawing alone, with the numbers of this moment."""
    return frame.page(request, "overview.html#drawing", about_steps(request, frame.find(pk), []))


def all_findings(flow: Flow) -> list[Finding]:
    """What is wrong, and where nothing is, what is worth a second look."""
    try:
        return [*findings.errors(flow), *warnings.warnings(flow.draft, clock.now())]
    except (TypeError, AttributeError, KeyError):
        return findings.errors(flow)  # an imported draft of another shape; the errors say so


def about_steps(
    request: HttpRequest, flow: Flow, found: Sequence[Finding], focus: str = ""
) -> dict[str, Any]:
    """What the head, the list of steps, the drawing and the findings need."""
    counted = numbers.of(flow)
    current = flow.current.definition if flow.current else None
    return {
        "flow": flow,
        "rows": rows(flow, counted, found, focus),
        "drawing": diagram.draw(flow.draft, counted),
        "kinds": kinds(),
        "undo": undo_of(request, flow),
        "errors": [one for one in found if one.is_error],
        "warnings": [one for one in found if not one.is_error],
        "is_changed": current is None or bool(differences.between(current, flow.draft)),
        "why_it_stopped": limits.in_words(flow.paused_reason),
    }


def rows(
    flow: Flow, counted: dict[str, Numbers], found: Sequence[Finding] = (), focus: str = ""
) -> list[Row]:
    """The steps of the draft as the list shows them."""
    listed, written = parts.steps(flow.draft), parts.letters(flow.draft)
    places = {step["uid"]: place for place, step in enumerate(listed, 1)}
    texts = {step["uid"]: step_words.sentence(step, written) for step in listed}
    by_step = defaultdict(list)
    for one in found:
        by_step[one.uid].append(one)
    return [
        Row(
            uid=step["uid"],
            kind=str(step.get("kind")),
            kind_words=step_words.kind(str(step.get("kind"))),
            number=place,
            text=texts[step["uid"]],
            leads=[(word, places[to], texts[to]) for to, word in diagram.jumps(step) if to in places],
            numbers=counted.get(step["uid"], Numbers()),
            found=by_step[step["uid"]],
            is_first=place == 1,
            is_last=place == len(listed),
            has_focus=focus.partition(":")[2] if focus.partition(":")[0] == step["uid"] else "",
        )
        for place, step in enumerate(listed, 1)
    ]


def kinds() -> list[tuple[str, str]]:
    """The kinds of step that can be added, the usual ones first."""
    known = sorted(steps.names(), key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return [(name, step_words.kind(name)) for name in known]


def remember(request: HttpRequest, flow: Flow, before: parts.Draft, said: str) -> None:
    """Keeps what the draft was, so that the last deed can be undone as long as nothing else changed it."""
    request.session[UNDO] = {
        "flow": flow.pk,
        "draft": before,
        "after": keeping.mark(flow.draft),
        "said": said,
    }


def forget(request: HttpRequest) -> None:
    """Published, the draft is no more what somebody would put back with a word."""
    request.session.pop(UNDO, None)


def undo_of(request: HttpRequest, flow: Flow) -> dict[str, Any] | None:
    """What can be undone in this flow now."""
    kept = request.session.get(UNDO)
    if not kept or kept["flow"] != flow.pk or kept["after"] != keeping.mark(flow.draft):
        return None
    return dict(kept)
