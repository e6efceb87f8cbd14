"""Flows for editors: the list of them, and the addresses of the editor's pages."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy

from flows.models import Enrolment, Flow
from flows.pages import (
    beginning,
    first_letters,
    frame,
    ordering,
    overview,
    previews,
    publishing,
    running,
    step,
    transfer,
)
from office import desk, roles

PAGES = (
    ("add/", beginning.new, "add"),
    ("upload/", transfer.upload, "upload"),
    ("<int:pk>/change/", overview.overview, "change"),
    ("<int:pk>/drawing/", overview.drawing, "drawing"),
    ("<int:pk>/beginning/", beginning.beginning, "beginning"),
    ("<int:pk>/condition/", step.condition, "condition"),
    ("<int:pk>/steps/", ordering.steps_of, "steps"),
    ("<int:pk>/step/<path:uid>/", step.step, "step"),
    ("<int:pk>/letter/<path:uid>/", previews.preview, "preview"),
    ("<int:pk>/letter-page/<path:uid>/", previews.letter_page, "letter"),
    ("<int:pk>/trial/<path:uid>/", previews.trial, "trial"),
    ("<int:pk>/publish/", publishing.publish, "publish"),
    ("<int:pk>/versions/<int:number>/", publishing.version, "version"),
    ("<int:pk>/first-letters/", first_letters.first_letters, "first_letters"),
    ("<int:pk>/pause/", running.pause, "pause"),
    ("<int:pk>/resume/", running.resume, "resume"),
    ("<int:pk>/removal/", running.removal, "removal"),
    ("<int:pk>/file/", transfer.file, "file"),
    ("<int:pk>/twin/", transfer.twin, "twin"),
)


@admin.register(Flow)
class Flows(desk.Desk):
    """Every flow, how it stands, and how many members are in it."""

    changed_by = roles.MAY["flows.change"]
    list_display = ("name", "state", "version", "inside")
    search_fields = ("name", "slug")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flow]:
        active = Count("enrolments", filter=Q(enrolments__status=Enrolment.Status.ACTIVE))
        rows: QuerySet[Flow] = super().get_queryset(request).select_related("current")
        return rows.annotate(people_inside=active)

    @admin.display(description=gettext_lazy("state"))
    def state(self, flow: Flow) -> str:
        return frame.state(flow)

    @admin.display(description=gettext_lazy("version"))
    def version(self, flow: Flow) -> str:
        return str(flow.current.number) if flow.current else "–"

    @admin.display(description=gettext_lazy("members in it"))
    def inside(self, flow: Any) -> int:
        return int(flow.people_inside)

    def get_urls(self) -> list[URLPattern]:
        own = [path(address, view, name=f"flows_flow_{name}") for address, view, name in PAGES]
        return [*own, *super().get_urls()]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A flow is deleted on a page of its own, which asks who is inside."""
        return running.removal(request, pk=int(object_id) if object_id.isdigit() else 0)
