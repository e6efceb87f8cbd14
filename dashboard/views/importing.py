"""Lists that staff bring: uploaded, looked at, taken in, and taken back."""

import uuid
from pathlib import Path
from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from dashboard import access, fragments
from dashboard.words import importing as words
from intake.importing import drafts, mapping, meanings, refusals, undoing, uses
from intake.importing.reading import FileRefused
from intake.models import Import
from office import clock

Status = Import.Status
SHOWN = 50
LOOKED_THROUGH = 500  # lines, for the first values of a column that is mostly empty


@access.shows("imports.change")
def imports(request: HttpRequest) -> HttpResponse:
    """The lists taken in so far, and where a new one is uploaded."""
    rows = Import.objects.select_related("by").order_by("-created_at", "-pk")[:SHOWN]
    about = {"lists": rows, "kinds": Import.Kind.choices, "regular": uses.regular(rows)}
    return render(request, "dashboard/imports.html", about)


@access.does("imports.change")
def uploads(request: HttpRequest) -> HttpResponse:
    """POST `kind`, `file`: stores the list and shows what is in it; nothing is taken in yet."""
    file, kind = request.FILES.get("file"), request.POST.get("kind", "")
    if not isinstance(file, UploadedFile) or kind not in Import.Kind.values:
        messages.error(request, _("Choose a file, and what it is a list of."))
        return redirect("imports")
    batch: Import | None = None
    try:
        batch = drafts.upload(kind, file.name or "", file.chunks(), access.person(request), clock.now())
        _look(batch)
    except FileRefused as error:
        messages.error(request, str(error))
        if batch:
            drafts.drop(batch)
            batch.delete()
        return redirect("imports")
    return redirect("import", uuid=batch.uuid)


@access.shows("imports.change")
def one(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """One list: what would become of it, how far it is, or what became of it. htmx gets the progress alone."""
    batch = get_object_or_404(Import.objects.select_related("by", "undone_by"), uuid=uuid)
    if batch.status == Status.DRAFT:
        return _draft(request, batch)
    about = {
        "list": batch,
        "is_under_way": batch.status in (Status.WAITING, Status.UNDOING),
        "headings": batch.choices.get("headings", []),
        "refused": [
            {"cells": cells, "reason": words.reason(why)}
            for cells, why in refusals.first(batch.refused_file, SHOWN)
        ],
        "has_refused": bool(batch.refused_file) and Path(batch.refused_file).is_file(),
        "may_undo": undoing.may_undo(batch, clock.now()),
        "undo_until": undoing.until(batch),
    }
    return render(request, fragments.template(request, "dashboard/import_outcome.html", "progress"), about)


@access.does("imports.change")
def columns(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST `meaning-N` per column and how the file is written: looks at the list again in that light."""
    batch = _draft_of(uuid)
    try:
        _hear(batch, request)
        _look(batch)
    except FileRefused as error:
        messages.error(request, str(error))
    return redirect("import", uuid=uuid)


@access.does("imports.change")
def start(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST: hands the list to the workers, with the decisions about likely duplicates and families.

    Columns that were given another meaning since are looked at first, and nothing is taken in.
    """
    batch = _draft_of(uuid)
    if _is_said_otherwise(batch, request):
        messages.info(request, _("You chose something else: see what would happen now, then take it in."))
        return columns(request, uuid=uuid)
    if missing := drafts.is_ready(batch):
        messages.error(request, _("Say first which column is: %s.") % words.named(missing))
        return redirect("import", uuid=uuid)
    _call(batch, request)
    twins = batch.outlook.get("twins", [])
    chosen = {
        twin["ident"]: twin["other"]
        for place, twin in enumerate(twins)
        if request.POST.get(f"twin-{place}") == "same"
    }
    year = clock.now().year if request.POST.get("reader") == "yes" else None
    drafts.start(batch, chosen, with_homes=request.POST.get("homes") == "yes", this_year=year)
    return redirect("import", uuid=uuid)


@access.does("imports.change")
def dropped(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST: lets go of a list that was not taken in."""
    batch = _draft_of(uuid)
    drafts.drop(batch)
    batch.delete()
    messages.success(request, _("“%s” is gone; nothing was taken in.") % batch.file_name)
    return redirect("imports")


@access.shows("imports.change")
def refused(_request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """The lines that were not taken in, as a file to be corrected and brought again."""
    batch = get_object_or_404(Import, uuid=uuid)
    path = Path(batch.refused_file)
    if not batch.refused_file or not path.is_file() or path.parent != refusals.folder():
        raise Http404
    found = FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="text/csv")
    return cast(HttpResponse, found)


@access.shows("imports.change")
def undo(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Asks whether the list shall be taken back."""
    batch = get_object_or_404(Import, uuid=uuid)
    about = {"list": batch, "may_undo": undoing.may_undo(batch, clock.now())}
    return render(request, "dashboard/import_undo.html", about)


@access.does("imports.change")
def undone(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST: takes the list back, as far as nobody touched since what it brought."""
    batch = get_object_or_404(Import, uuid=uuid)
    if not undoing.ask(batch, access.person(request), clock.now()):
        messages.error(request, _("It is too late to undo this list."))
    return redirect("import", uuid=uuid)


def _draft(request: HttpRequest, batch: Import) -> HttpResponse:
    try:
        rows = mapping.samples(batch, LOOKED_THROUGH)
        samples = [[mapping.read_aloud(batch, place, text) for place, text in enumerate(row)] for row in rows]
    except FileRefused as error:
        messages.error(request, str(error))
        samples = []
    headings, chosen = batch.choices["headings"], batch.choices["meanings"]
    about: dict[str, Any] = {
        "list": batch,
        "outlook": batch.outlook,
        "columns": words.columns(batch.kind, headings, chosen, samples),
        "reading": words.reading(batch),
        "regular": batch.choices.get("regular", {}),
        "missing": words.named(drafts.is_ready(batch)),
        "taken": max(batch.lines - batch.outlook.get("refused", 0), 0),
        "problems": [
            {"line": number, "reason": words.reason(why)} for number, why in batch.outlook.get("problems", [])
        ],
    }
    return render(request, "dashboard/import.html", about)


def _said(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("encoding", "separator", "dates", "decimal")}


def _is_said_otherwise(batch: Import, request: HttpRequest) -> bool:
    reading = any(text and text != batch.reading.get(name) for name, text in _said(request).items())
    if _regular(batch, request).get("word", "") != batch.choices.get("regular", {}).get("word", ""):
        return True
    return reading or _chosen(batch, request) != batch.choices["meanings"]


def _hear(batch: Import, request: HttpRequest) -> None:
    """Takes over what was chosen; a file that is written otherwise is recognised anew."""
    said = _said(request)
    if any(said[name] and said[name] != batch.reading[name] for name in ("encoding", "separator")):
        drafts.recognise(batch, said)
    else:
        _choose(batch, request, said)


def _chosen(batch: Import, request: HttpRequest) -> list[str]:
    if "meaning-0" not in request.POST:
        return list(batch.choices["meanings"])
    chosen: list[str] = []
    for place, heading in enumerate(batch.choices["headings"]):
        meaning = meanings.accepted(batch.kind, heading, request.POST.get(f"meaning-{place}", ""))
        chosen.append("" if meaning in chosen else meaning)
    return chosen


def _choose(batch: Import, request: HttpRequest, said: dict[str, str]) -> None:
    batch.choices = {**batch.choices, "meanings": _chosen(batch, request)}
    _call(batch, request)
    if said["dates"] in words.DATES:
        batch.reading["dates"] = said["dates"]
    if said["decimal"] in words.DECIMALS:
        batch.reading["decimal"] = said["decimal"]


def _call(batch: Import, request: HttpRequest) -> None:
    """Takes over what a file of visits is called, and what its lines count as."""
    if regular := _regular(batch, request):
        batch.choices = {**batch.choices, "regular": regular}


def _regular(batch: Import, request: HttpRequest) -> dict[str, str]:
    if batch.kind != Import.Kind.USES or "regular-name" not in request.POST:
        return dict(batch.choices.get("regular", {}))
    said = {name: request.POST.get(f"regular-{name}", "").replace("\0", "") for name in ("name", "word")}
    return {name: " ".join(text.split())[:60] for name, text in said.items()}


def _look(batch: Import) -> None:
    drafts.look(batch, clock.now())
    batch.save()


def _draft_of(uuid: uuid.UUID) -> Import:
    return get_object_or_404(Import, uuid=uuid, status=Status.DRAFT)
