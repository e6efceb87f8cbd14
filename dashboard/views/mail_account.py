"""Connecting the mailbox in the browser: tried with a letter to oneself before it is kept."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard import access
from mail import accounts, trouble_words, trying
from mail.models import Account
from members.models import Member
from office import clock

OTHER = "other"
if TYPE_CHECKING:
    _Form = forms.ModelForm[Account]
else:
    _Form = forms.ModelForm


class Connection(_Form):
    """Whose mailbox it is, and how to sign in to it."""

    provider = forms.ChoiceField(
        label=gettext_lazy("Who hosts it?"),
        widget=forms.Select(attrs={"data-unfolds": "own-server", "data-when": OTHER}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=500,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "Google, Microsoft and Apple want an app password, made in your account there. It is kept sealed and "
            "never shown again."
        ),
    )
    replies = forms.BooleanField(
        label=gettext_lazy("Read the replies of members from it too"), required=False, initial=True
    )
    field_order = ("provider", "address", "password", "replies")

    class Meta:
        model = Account
        fields = ("address", "host", "port", "security", "user_name", "imap_host")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(host.slug, host.name) for host in accounts.HOSTS]
        self.fields["provider"].choices = [*named, (OTHER, _("Another one"))]  # type: ignore[attr-defined]
        for name in ("host", "port", "security"):
            self.fields[name].required = False
        self.fields["user_name"].help_text = _("Empty: the e-mail address.")

    def clean(self) -> dict[str, Any]:
        """A host of the list brings its own server; another one has to be named."""
        said: dict[str, Any] = super().clean() or {}
        if host := accounts.BY_SLUG.get(said.get("provider", "")):
            said |= {"host": host.server, "port": host.port, "security": host.security}
            said["imap_host"] = host.imap
        elif not said.get("host"):
            self.add_error("host", _("Write the name of the mail server: your web host tells it."))
        if not said.get("replies"):
            said["imap_host"] = ""
        said["port"] = said.get("port") or 587
        said["security"] = said.get("security") or Account.Security.STARTTLS
        is_open = said["security"] == Account.Security.PLAIN and not said.get("password")
        said["user_name"] = "" if is_open else said.get("user_name") or said.get("address", "")
        if not is_open and not said.get("password"):
            self.add_error("password", _("Write the password of this mailbox."))
        return said

    @property
    def limits(self) -> str:
        """The line of limits that fits."""
        host = accounts.BY_SLUG.get(self.cleaned_data["provider"])
        return host.limits if host else "hosting"


@access.asks("mailbox.change")
def connect(request: HttpRequest) -> HttpResponse:
    """The form. POST sends a letter to whoever asks, and keeps the mailbox if that left; `do=forget` forgets it."""
    person = access.person(request)
    if request.POST.get("do") == "forget":
        accounts.disconnect(clock.now(), person)
        messages.success(
            request, _("The mailbox is forgotten. Letters stay here until another one is connected.")
        )
        return redirect("mailbox")
    accounts.refresh()
    kept = Account.objects.first()
    form = Connection(request.POST or None, initial={"address": person.email})
    failed = said = ""
    if request.method == "POST" and not accounts.is_from_environment() and form.is_valid():
        row, password, now = form.instance, form.cleaned_data["password"], clock.now()
        try:
            name = person.get_full_name()
            trying.hello(person.email, name, now, way=accounts.way(row, password), sender=row.address)
        except trying.NotSent as error:
            failed, said = trouble_words.plain(error.said) if error.said else str(error), error.said
        else:
            accounts.connect(row, password, form.limits, now, person)
            messages.success(
                request, _("The mailbox is connected. A letter is on its way to %s.") % person.email
            )
            return redirect("mailbox" if Member.objects.exists() else "home")
    about = {
        "form": form,
        "kept": kept,
        "is_from_environment": accounts.is_from_environment(),
        "failed": failed,
        "said": said,
        "address": person.email,
    }
    return render(request, "dashboard/mail_account.html", about)
