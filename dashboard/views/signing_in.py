"""Signing in: name and password, then a code where somebody has asked for that."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from api import rates, second_step
from office import first_owner
from office.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"
HALF = "half_signed_in"  # whose password was right, when (real time), and where to go
MINUTES = 5  # in which the code must follow
CODES = rates.Limit(10, 15)  # of one person


class Names(AuthenticationForm):
    """A name and a password; an e-mail address is the same with capitals and without."""

    def clean_username(self) -> str:
        """The name as it is kept."""
        said = str(self.cleaned_data["username"])
        is_kept = User.objects.filter(username=said).exists()
        return said if is_kept or "@" not in said else said.lower()


@method_decorator(rates.limited("login", by_address=rates.Limit(60, 10)), name="dispatch")
class SignIn(LoginView):
    """The login page; in a house where nobody works yet it leads to the page that makes the first owner."""

    authentication_form = Names

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if first_owner.is_wanted():
            return redirect("begin")
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if not second_step.is_on(user):
            return super().form_valid(form)
        at = timezone.now().timestamp()
        self.request.session[HALF] = {"user": user.pk, "at": at, "next": self.get_success_url()}
        return HttpResponseRedirect(reverse("login-code"))


@never_cache
@rates.limited("login-code", by_address=rates.Limit(60, 10))
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code that follows the password; who waits longer than five minutes begins again."""
    half = request.session.get(HALF) or {"user": 0}
    user = User.objects.filter(pk=half["user"], is_active=True).first()
    if user is None or timezone.now().timestamp() - half["at"] > MINUTES * 60:
        request.session.pop(HALF, None)
        return redirect("login")
    if request.method != "POST":
        return render(request, "registration/code.html")
    if again := rates.knock("code", str(user.pk), CODES, timezone.now()):
        return rates.refuse(request, again)
    if not second_step.is_right(user, request.POST.get("code", "")):
        return render(request, "registration/code.html", {"is_wrong": True}, status=422)
    del request.session[HALF]
    login(request, user, backend=BACKEND)
    return redirect(half["next"])  # ours: the first step has looked at it
