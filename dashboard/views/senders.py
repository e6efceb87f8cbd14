"""People who write: their faces and how to reach them, until when, and who takes their place."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard import access
from dashboard.questions import senders
from flows import signing
from flows.editing.letter_form import LANGUAGES
from mail import freeing, pictures, writers
from mail.models import Sender, Succession
from mail.models.sender import LONGEST_ROLE
from office import audit, clock, roles
from office.models import House, User
from relationship import succession

CHANGE = "senders.change"
if TYPE_CHECKING:
    _Form = forms.ModelForm[Sender]
else:
    _Form = forms.ModelForm


class SenderForm(_Form):
    """A person who writes, with a new picture perhaps."""

    upload = forms.FileField(
        label=gettext_lazy("New picture"),
        required=False,
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 2 MB; shown round, 64 pixels wide."),
    )

    class Meta:
        model = Sender
        fields = (
            *("name", "role", "email", "reply_to", "phone", "signature", "languages", "user"),
            *("until", "replacement"),
        )
        widgets = {
            "until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "signature": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "languages": gettext_lazy("Whose answers this person can read. None ticked: every language.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Sender.objects.exclude(pk=self.instance.pk) if self.instance.pk else Sender.objects.all()
        self.fields["replacement"].queryset = others  # type: ignore[attr-defined]
        self.fields["user"].queryset = User.objects.filter(is_active=True)  # type: ignore[attr-defined]
        known = {**LANGUAGES, **{code: code for code in self.instance.spoken if code not in LANGUAGES}}
        self.fields["languages"] = forms.MultipleChoiceField(
            choices=known.items(),
            required=False,
            label=self.fields["languages"].label,
            help_text=self.fields["languages"].help_text,
            widget=forms.CheckboxSelectMultiple,
        )
        self.initial["languages"] = self.instance.spoken
        self._ask_roles()

    def _ask_roles(self) -> None:
        """One more field for what this person does in each other language that members read."""
        self.roles = {f"role_{code}": code for code in senders.role_languages(self.instance)}
        for name, code in self.roles.items():
            self.fields[name] = forms.CharField(
                label=_("Role in %s") % LANGUAGES.get(code, code),
                max_length=LONGEST_ROLE,
                required=False,
                initial=self.instance.roles.get(code, ""),
                widget=forms.TextInput(attrs={"lang": code}),
            )
        if self.roles:
            at_home = House.current().language
            said = _("In %s. Letters in a language that is left empty say this one.")
            self.fields["role"].help_text = said % LANGUAGES.get(at_home, at_home)
        self.order_fields(["name", "role", *self.roles])

    def clean(self) -> dict[str, Any] | None:
        """The roles of other languages are kept as one table."""
        said = {code: self.cleaned_data.get(name, "") for name, code in self.roles.items()}
        self.instance.roles = {code: role for code, role in {**self.instance.roles, **said}.items() if role}
        return super().clean()

    def clean_languages(self) -> str:
        """The ticked ones as they are kept: codes with commas between."""
        return ", ".join(self.cleaned_data["languages"])

    def clean_upload(self) -> bytes | None:
        """The bytes of a picture that letters can show."""
        file = self.cleaned_data["upload"]
        if not file:
            return None
        content: bytes = file.read(pictures.LARGEST + 1)
        try:
            pictures.check(content)
        except pictures.NoPicture as error:
            raise forms.ValidationError(str(error)) from error
        return content


@access.reads
def all_senders(request: HttpRequest) -> HttpResponse:
    """Everybody who writes."""
    about = {"lines": senders.lines(clock.now()), "may_edit": roles.may(request.user, CHANGE)}
    return render(request, "dashboard/senders.html", about)


@access.asks(CHANGE)
def new(request: HttpRequest) -> HttpResponse:
    """The form for somebody new."""
    return _edit(request, Sender())


@access.asks(CHANGE)
def sender(request: HttpRequest, slug: str) -> HttpResponse:
    """The form for somebody who writes already."""
    return _edit(request, get_object_or_404(Sender.objects.select_related("picture"), slug=slug))


@access.asks(CHANGE)
def replacement(request: HttpRequest, slug: str) -> HttpResponse:
    """Says what would move if somebody took this person's place, and does it. POST `to`, `members`."""
    old = get_object_or_404(Sender.objects.select_related("picture", "user"), slug=slug)
    problem = ""
    if request.method == "POST":
        to = Sender.objects.filter(slug=request.POST.get("to", "")).first()
        try:
            if to is None:
                raise succession.NotReplaced(_("Choose who takes the place."))
            user, now = access.person(request), clock.now()
            done = succession.replace(old, to, user, now, with_members=bool(request.POST.get("members")))
        except succession.NotReplaced as error:
            problem = str(error)
        else:
            said = _("%(new)s writes in the place of %(old)s from now on.") % {"new": to, "old": old}
            messages.success(request, said, extra_tags=reverse("sender-put-back", args=[done.pk]))
            return redirect("senders")
    others, spoken = Sender.objects.exclude(pk=old.pk).select_related("picture"), signing.languages(old)
    about = {
        "sender": old,
        "outlook": succession.outlook(old),
        "others": [(other, senders.foreign(other, spoken)) for other in others],
        "chosen": request.POST.get("to") or (old.replacement.slug if old.replacement else ""),
        "standing": succession.standing(old),
        "problem": problem,
    }
    return render(request, "dashboard/sender_replacement.html", about)


@access.does(CHANGE)
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: the person who was replaced writes again."""
    done = get_object_or_404(Succession.objects.select_related("old", "new"), pk=pk)
    if succession.put_back(done, access.person(request), clock.now()):
        messages.success(request, _("%s writes again, as before.") % done.old.name)
    return redirect("senders")


def _edit(request: HttpRequest, row: Sender) -> HttpResponse:
    form = SenderForm(request.POST or None, request.FILES or None, instance=row)
    if request.method == "POST" and form.is_valid():
        _save(request, form)
        messages.success(request, _("%s is kept.") % form.instance.name)
        return redirect("senders")
    about = {
        "form": form,
        "sender": row if row.pk else None,
        "missing": senders.missing(row) if row.pk else "",
    }
    return render(request, "dashboard/sender.html", about)


def _save(request: HttpRequest, form: SenderForm) -> None:
    row, now, is_new = form.save(commit=False), clock.now(), form.instance.pk is None
    with transaction.atomic():
        if is_new:
            row.slug = writers.free_slug(row.name)
        if content := form.cleaned_data.get("upload"):
            row.picture = pictures.keep_face(content)
        row.save()
        deed = "sender.added" if is_new else "sender.changed"
        audit.record(access.person(request), deed, row.name, now, fields=sorted(form.changed_data))
        freeing.free("sender", now)
