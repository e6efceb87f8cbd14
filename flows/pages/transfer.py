"""For technicians: a flow as a file, a file as a flow, a copy of a flow."""

import copy
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from flows import checking, drafting, files, shape
from flows.editing import parts
from flows.models import Flow
from flows.pages import beginning, frame, overview
from office import clock

LARGEST = 1_048_576  # bytes


@frame.looks
def file(_request: HttpRequest, pk: int) -> HttpResponse:
    """The draft as a TOML file."""
    flow = frame.find(pk)
    answer = HttpResponse(files.write(flow.draft), content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{flow.slug}.toml"'
    return answer


@frame.changes
def upload(request: HttpRequest) -> HttpResponse:
    """A file as a draft: of the flow that it names, or of a new one. Nothing is published."""
    try:
        definition = _read(request)
    except checking.FlowErrors as error:
        for line in error.errors:
            messages.error(request, line)
        return redirect("admin:flows_flow_add")
    flow = Flow.objects.filter(slug=definition["slug"]).first()
    before = flow.draft if flow else None
    kept = drafting.save(flow, definition, frame.person(request), clock.now())
    said = _("The file is the draft of “%s” now.") if flow else _("The file is kept as the new flow “%s”.")
    messages.success(request, said % kept.name)
    if before is not None:
        overview.remember(request, kept, before, _("The draft that was here before can be put back."))
    return frame.back(kept)


@frame.changes
def twin(request: HttpRequest, pk: int) -> HttpResponse:
    """A copy of the flow as a new draft, with letters of its own."""
    flow = frame.find(pk)
    made = drafting.save(None, copied(flow), frame.person(request), clock.now())
    messages.success(request, _("This is the copy. Nobody gets anything of it before you publish it."))
    return frame.back(made)


def copied(flow: Flow) -> dict[str, Any]:
    """The flow's draft under another name; its letters too, or publishing one flow would change the other's."""
    draft: dict[str, Any] = copy.deepcopy(flow.draft)
    name = (_("%s (copy)") % flow.name)[:120]
    slug = beginning.free_slug(name)
    names = {old: f"{slug}-{number}"[:80] for number, old in enumerate(parts.letters(draft), 1)}
    for step in parts.steps(draft):
        if step.get("letter") in names:
            step["letter"] = names[step["letter"]]
    for letter in parts.letters(draft).values():
        letter["slug"] = names[letter["slug"]]
    return {**draft, "slug": slug, "name": name}


def _read(request: HttpRequest) -> dict[str, Any]:
    sent = request.FILES.get("file")
    if sent is None:
        raise checking.FlowErrors([_("Choose a file first.")])
    content = sent.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise checking.FlowErrors([_("The file is larger than 1 MB.")])
    try:
        definition: dict[str, Any] = files.read(content.decode())
    except UnicodeDecodeError:
        raise checking.FlowErrors([_("This is no text file.")])
    slug = definition.get("slug")
    flow = Flow.objects.filter(slug=slug).first() if isinstance(slug, str) else None
    if found := drafting.wrong_slug(definition, flow) + shape.errors(definition):
        raise checking.FlowErrors(found)
    return definition
