"""Lists that leave the house."""

from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from dashboard import access
from intake import export
from members.models import Member
from office import audit, clock


@access.shows("lists.export")
def members(request: HttpRequest) -> HttpResponse:
    """All members as CSV; written into the log of changes. For owners and editors."""
    now = clock.now()
    rows = Member.objects.filter(merged_into=None, erased_at=None)
    audit.record(access.person(request), "members.exported", _("all members"), now, count=rows.count())
    headers = {"Content-Disposition": f'attachment; filename="members-{now:%Y-%m-%d}.csv"'}
    lines = StreamingHttpResponse(
        export.members(rows), content_type="text/csv; charset=utf-8", headers=headers
    )
    return cast(HttpResponse, lines)
