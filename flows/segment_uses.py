"""Which flows ask for a segment, in what is published and in what is being edited."""

from django.utils.translation import gettext as _

from flows.models import Flow
from members import segment_uses


def of(slug: str) -> list[str]:
    """The flows that ask for the segment of this slug, each in words."""
    return [
        _("flow “%s”") % flow.name
        for flow in Flow.objects.select_related("current")
        if segment_uses.names(flow.draft, slug)
        or (flow.current and segment_uses.names(flow.current.definition, slug))
    ]
