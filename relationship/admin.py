"""What people here have to do for members, as a list."""

from django.contrib import admin

from office import desk
from relationship.models import Task
from relationship.surveys import admin as survey_admin  # noqa: F401 (its pages register themselves)


@admin.register(Task)
class Tasks(desk.ReadOnly):
    """Tasks are closed on the member's page; here they can be searched and counted."""

    list_display = ("title", "member", "assigned_to", "due_at", "done_at", "done_by", "outcome")
    list_filter = (("done_at", admin.EmptyFieldListFilter), "assigned_to", "done_by")
    list_select_related = ("member", "assigned_to", "done_by")
    search_fields = ("title", "member__first_name", "member__last_name")
    ordering = ("due_at",)
    fields = (
        "title",
        "because",
        "member",
        "assigned_to",
        "created_at",
        "due_at",
        "done_at",
        "done_by",
        "outcome",
    )
