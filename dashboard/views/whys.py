"""The page that answers why somebody got, or did not get, a letter."""

import uuid as uuids

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from dashboard import access
from dashboard.questions import answers, whys
from flows.models import Flow
from members.models import Member
from office import clock


@access.reads
def why(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """Tells how this member stands with a flow: the one asked for, else the one that last decided about them."""
    member = get_object_or_404(Member, uuid=uuid)
    flows = list(Flow.objects.select_related("current"))
    asked = request.GET.get("flow") or whys.latest(member)
    flow = next((one for one in flows if one.slug == asked), None)
    answer = whys.tell(member, flow) if flow else None
    said = answers.read(member, clock.now(), flow)
    return render(
        request,
        "dashboard/why.html",
        {"member": member, "flows": flows, "flow": flow, "answer": answer, "asked": asked, "said": said},
    )
