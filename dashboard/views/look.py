"""Light or dark: the choice, remembered in the browser."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from dashboard import look


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """POST `theme` (auto, light, dark): remembered; back to the page it was chosen on."""
    after = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(after, {request.get_host()}, require_https=request.is_secure())
    answer = redirect(after if is_ours else "home")
    look.remember(answer, request.POST.get("theme", ""))
    return answer
