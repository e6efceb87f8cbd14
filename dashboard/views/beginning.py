"""The first page of an empty house: the owner's account. Afterwards nothing of it is left but the login page."""

from django import forms
from django.conf import settings
from django.contrib.auth import login as sign_in
from django.contrib.auth import password_validation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from api import rates
from members import ledger
from office import clock, first_owner
from office.models import User


class Begin(forms.Form):
    """Who owns the house, and what it is called."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=100,
        help_text=gettext_lazy(
            "It was printed when the program started, so that no stranger takes this house."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    house = forms.CharField(label=gettext_lazy("Name of your club or business"), max_length=200)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of its letters"), choices=lambda: settings.LANGUAGES
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail"),
        max_length=150,  # it is the name to sign in with, too
        help_text=gettext_lazy("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        help_text=gettext_lazy("At least eight characters, and not a usual one."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_code(self) -> str:
        """The code that was printed."""
        said = str(self.cleaned_data["code"])
        if not first_owner.is_right(said):
            raise forms.ValidationError(
                _("This is not the code. The program prints it again with: manage.py begin")
            )
        return said

    def clean_password(self) -> str:
        """A password that the rules for passwords allow."""
        said = self.cleaned_data
        someone = User(username=said.get("email", ""), email=said.get("email", ""))
        password_validation.validate_password(said["password"], someone)
        return str(said["password"])


@never_cache
@rates.limited("begin", by_address=rates.Limit(20, 10))
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Makes the first owner, who is then signed in; leads to the login page as soon as anybody works here."""
    if not first_owner.is_wanted():
        return redirect("login")
    first = {"code": request.GET.get("code", "")[:100], "language": get_language()}
    form = Begin(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            user = first_owner.make(
                said["name"], said["email"], said["password"], said["house"], said["language"], clock.now()
            )
        except first_owner.TooLate:
            return redirect("login")
        ledger.begin()
        sign_in(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("home")
    return render(request, "dashboard/begin.html", {"form": form})
