"""The editors' pages in five groups that follow the work, and whatever else there is under Technical, at the end."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

GROUPS = (
    (_("Letters"), "letters", ("mail.Letter", "mail.Message", "relationship.Survey", "members.Topic")),
    (_("Flows"), "flows", ("flows.Flow",)),
    (_("People who write"), "writers", ("mail.Sender",)),
    (
        _("Plans and promises"),
        "plans",
        ("members.Plan", "value.Benefit", "value.Upcoming", "winback.Offer", "winback.MadeOffer"),
    ),
    (_("Rules"), "rules", ("members.StageRule", "members.FirstValue", "office.House", "office.User")),
)


class Desks(AdminSite):
    """Django's admin with its index sorted by what people do, not by which room keeps it."""

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one page to sign in at, with its limits and its second step."""
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The groups with the pages that whoever asks may open; one room's own pages where that is asked for."""
        rooms: list[Any] = super().get_app_list(request, app_label)
        if app_label:
            return rooms
        pages = {page["model"]._meta.label: page for room in rooms for page in room["models"]}
        found = [
            _group(str(name), slug, [pages.pop(label) for label in labels if label in pages])
            for name, slug, labels in GROUPS
        ]
        found.append(_group(str(_("Technical")), "technical", list(pages.values())))
        return [group for group in found if group["models"]]


def _group(name: str, slug: str, pages: list[Any]) -> dict[str, Any]:
    url = reverse("admin:index")
    return {"name": name, "app_label": slug, "app_url": url, "has_module_perms": True, "models": pages}
