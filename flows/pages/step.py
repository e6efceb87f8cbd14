"""One step: its form, and beside it the letter that it sends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from flows import step_words, steps
from flows.editing import field_labels, keeping, kinds, letter_form, parts, step_forms
from flows.models import Flow
from flows.numbers import Numbers
from flows.pages import frame, overview
from mail import blocks
from members import building
from members.building import finding
from office import clock

SAVES = ("save", "close")


@dataclass
class Opened:
    """A step as it was opened: its settings, its forms, the mark of what it said then."""

    step: dict[str, Any]
    form: step_forms.StepForm
    letter: letter_form.LetterForm | None
    seen: str

    def is_valid(self) -> bool:
        """Whether the step and its letter can be kept."""
        verdicts = [self.form.is_valid(), self.letter.is_valid() if self.letter else True]
        return all(verdicts)


@frame.reads
def step(request: HttpRequest, pk: int, uid: str) -> HttpResponse:
    """The step's page. POST `do`: `save`, `close` (and back to the flow), or what only changes the form."""
    flow = frame.find(pk)
    try:
        opened = _open(request, flow, uid)
    except parts.Gone:
        if request.method != "POST":
            raise Http404(_("This step is not there any more."))
        messages.warning(request, _("Somebody took this step out meanwhile. What you wrote was not kept."))
        return frame.back(flow)
    if request.method == "POST" and request.POST.get("do", "save") in SAVES and opened.is_valid():
        try:
            _keep(request, flow, uid, opened)
        except keeping.Overtaken as error:
            return _page(request, flow, opened, overtaken=error.by or _("somebody else"))
        if request.POST.get("do") == "close":
            return frame.back(flow)
        return redirect("admin:flows_flow_step", flow.pk, uid)
    is_wrong = request.method == "POST" and request.POST.get("do", "save") in SAVES
    return _page(request, flow, opened, is_wrong=is_wrong)


@frame.reads
def condition(request: HttpRequest, pk: int) -> HttpResponse:
    """The builder of conditions while somebody fills it in: the whole of it, or only what it finds."""
    frame.find(pk)
    is_fork = request.GET.get("prefix") == "if"
    builder = building.read(request.POST, "if" if is_fork else "entry", in_flow=is_fork)
    part = "builder_reading" if "do" not in request.POST else "builder"
    about = {
        "builder": builder,
        "reading": finding.read(builder, clock.now()),
        "place": request.get_full_path(),
    }
    return TemplateResponse(request, f"parts/{part}.html", about)


def _open(request: HttpRequest, flow: Flow, uid: str) -> Opened:
    _place, settings = parts.find(flow.draft, uid)
    sent: QueryDict | None = request.POST if request.method == "POST" else None
    is_letter = settings.get("kind") == "send"
    is_form = sent is not None and (
        is_letter or sent.get("do", "save") in SAVES or "how" in sent or "if-0-join" in sent
    )
    form = kinds.form(sent if is_form else None, step=settings, draft=flow.draft)
    written = None
    if settings.get("kind") == "send":
        written = letter_form.of(sent, parts.letter_of(flow.draft, settings), flow.draft, request.FILES)
    seen = str(sent.get("seen", "")) if sent else parts.seen(flow.draft, uid)
    return Opened(settings, form, written, seen)


def _keep(request: HttpRequest, flow: Flow, uid: str, opened: Opened) -> None:
    changed = {"uid": uid, "kind": opened.step["kind"], **opened.form.settings()}
    before = parts.letter_of(flow.draft, opened.step)
    letter = None
    if opened.letter:
        slug = str(opened.step.get("letter") or uid)
        changed["letter"] = slug
        letter = {**opened.letter.letter({**before, "slug": slug}), "slug": slug}
    keeping.change(
        flow,
        lambda draft: parts.put_step(draft, uid, changed, letter),
        frame.person(request),
        clock.now(),
        seen=opened.seen,
        part=lambda draft: parts.seen(draft, uid),
    )
    messages.success(request, _("Kept in the draft. Members still get what was published last."))


def _page(
    request: HttpRequest, flow: Flow, opened: Opened, *, overtaken: str = "", is_wrong: bool = False
) -> HttpResponse:
    uid = opened.step["uid"]
    listed = overview.rows(flow, {})
    place = next(row for row in listed if row.uid == uid)
    builder = opened.form.builder
    found = [one for one in overview.all_findings(flow) if one.uid == uid] if request.method != "POST" else []
    about = {
        "flow": flow,
        "step": opened.step,
        "row": place,
        "rows": listed,
        "form": opened.form,
        "letter": opened.letter,
        "builder": builder,
        "reading": finding.read(builder, clock.now()) if builder else None,
        "place": f"{reverse('admin:flows_flow_condition', args=[flow.pk])}?prefix=if",
        "seen": parts.seen(flow.draft, uid) if overtaken else opened.seen,
        "overtaken": overtaken,
        "is_wrong": is_wrong,
        "errors": list(opened.form.non_field_errors()) if is_wrong else [],
        "found": found,
        "shared": _shared(flow, opened.step, listed),
        "chips": field_labels.to_choose(),
        "block_kinds": [(name, capfirst(blocks.label(name))) for name in blocks.names()],
        "is_known": opened.step.get("kind") in steps.names(),
        "kind_words": step_words.kind(str(opened.step.get("kind"))),
        "numbers": Numbers(),
    }
    return frame.page(request, "step.html", about, status=409 if overtaken else 200)


def _shared(flow: Flow, step: Mapping[str, Any], listed: Sequence[overview.Row]) -> list[overview.Row]:
    """The other steps that send the same letter: what is written here is written for them too."""
    alike = [one["uid"] for one in parts.steps(flow.draft) if one.get("letter") == step.get("letter")]
    return [row for row in listed if step.get("letter") and row.uid in alike and row.uid != step["uid"]]
