"""The first steps that have pages of their own: the list of them, the first face, the first letter."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard import access
from dashboard.questions import start as questions
from dashboard.words import lists
from flows import checking, letting_run, versions
from flows.editing import drafts_of_letters
from mail import compiling, pictures, previewing, rendering, trying, writers
from mail.models import Sender
from office import audit, clock, roles
from relationship import made_up, succession

FACE = "senders.change"
if TYPE_CHECKING:
    _Form = forms.ModelForm[Sender]
else:
    _Form = forms.ModelForm


class Face(_Form):
    """The person whose name, face and phone stand under the first letters."""

    upload = forms.FileField(
        label=gettext_lazy("Picture"),
        required=False,
        help_text=gettext_lazy("A face, as a phone takes it: PNG, JPEG or WebP, at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    class Meta:
        model = Sender
        fields = ("name", "role", "phone", "email")
        help_texts = {
            "role": gettext_lazy(
                "What you do here, in a member’s words: “secretary, at the door on Thursdays”."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("role", "phone"):
            self.fields[name].required = True

    def clean_upload(self) -> bytes | None:
        """The bytes of a picture that letters can show; needed as long as there is none."""
        file = self.cleaned_data["upload"]
        if not isinstance(file, UploadedFile):
            if not self.instance.picture_id:
                raise forms.ValidationError(_("Choose a picture: members shall see who writes."))
            return None
        content: bytes = file.read(pictures.LARGEST_UPLOAD + 1)
        try:
            pictures.check(content, pictures.LARGEST_UPLOAD)
        except pictures.NoPicture as error:
            raise forms.ValidationError(str(error)) from error
        return content


@access.reads
def start(request: HttpRequest) -> HttpResponse:
    """The start list, also when members are here already."""
    return render(request, "dashboard/start.html", questions.about())


@access.asks(FACE)
def face(request: HttpRequest) -> HttpResponse:
    """Who writes first: whoever asks, if nobody else was named. POST also puts them in every made-up person's place."""
    person = access.person(request)
    row = Sender.objects.filter(user=person).first() or Sender(
        user=person, name=person.get_full_name(), email=person.email
    )
    form = Face(request.POST or None, request.FILES or None, instance=row)
    if request.method == "POST" and form.is_valid():
        names = _keep(request, form)
        if names:
            said = _("Letters are yours now: you write in the place of %s.") % lists.joined(names)
        else:
            said = _("%s is kept.") % form.instance.name
        messages.success(request, said)
        return redirect("home")
    about = {"form": form, "sender": row if row.pk else None, "made_up": list(made_up.still_writing())}
    return render(request, "dashboard/start_face.html", about)


@access.edits("flows.change")
def letter(request: HttpRequest) -> HttpResponse:
    """The welcome's first letter. POST `do`: `try` sends it to whoever asks, `publish` lets members have it."""
    found = questions.welcome()
    if found is None:
        messages.error(request, _("There is no welcome yet: choose your trade first."))
        return redirect("trades")
    trouble: list[str] = []
    if request.method == "POST":
        deed = {"try": _try, "publish": _publish}.get(request.POST.get("do", ""))
        trouble = deed(request, found) if deed else []
        if not trouble:
            return redirect("home" if request.POST.get("do") == "publish" else "start-letter")
    sender = found.sender
    about = {
        "found": found,
        "trouble": trouble,
        "missing": questions.missing(sender) if sender else [],
        "is_made_up": bool(sender and made_up.still_writing().filter(pk=sender.pk).exists()),
        "page": reverse("admin:flows_flow_letter", args=[found.flow.pk, found.uid]) + "?dark=0",
        "may_edit": roles.may(request.user, "flows.change"),
        "may_try": trying.is_possible(),
        "address": access.person(request).email,
    }
    return render(request, "dashboard/start_letter.html", about)


def _keep(request: HttpRequest, form: Face) -> list[str]:
    row, person, now = form.save(commit=False), access.person(request), clock.now()
    is_new = row.pk is None
    with transaction.atomic():
        if is_new:
            row.slug = writers.free_slug(row.name)
        if content := form.cleaned_data.get("upload"):
            row.picture = pictures.keep_face(content, largest=pictures.LARGEST_UPLOAD)
        row.save()
        deed = "sender.added" if is_new else "sender.changed"
        audit.record(person, deed, row.name, now, fields=sorted(form.changed_data))
        try:
            return made_up.replace_all(row, person, now)
        except succession.NotReplaced as error:
            messages.error(request, str(error))
            return []


def _try(request: HttpRequest, found: questions.Welcome) -> list[str]:
    """Sends it to whoever asks, as somebody made up would read it; what stands in the way."""
    person, now = access.person(request), clock.now()
    try:
        version = drafts_of_letters.version(found.letter, found.flow.draft, now)
        read = previewing.preview(version, version.language)
        trying.send(read, version.sender, person.email, person.get_full_name(), now)
    except (
        compiling.LetterErrors,
        rendering.RenderError,
        drafts_of_letters.NoSender,
        trying.NotSent,
    ) as error:
        return list(getattr(error, "errors", [str(error)]))
    audit.record(person, "letter.tried", found.flow.slug, now, step=found.uid)
    messages.success(request, _("A trial of the letter is on its way to %s.") % person.email)
    return []


def _publish(request: HttpRequest, found: questions.Welcome) -> list[str]:
    """Publishes the welcome; what is missing of the person who writes, or wrong in the flow."""
    if found.sender is None:
        return [_("Nobody writes this letter yet.")]
    if made_up.still_writing().filter(pk=found.sender.pk).exists():
        return [_("%s is made up: put your own face there first.") % found.sender.name]
    if lacks := questions.missing(found.sender):
        words = {"name": found.sender.name, "what": lists.joined(lacks)}
        return [_("%(name)s still needs %(what)s: members shall know who writes.") % words]
    person, now = access.person(request), clock.now()
    try:
        with transaction.atomic():
            versions.publish(found.flow, {}, now, person)
            # Ready letters that were read here wait for no second yes: a welcome that waits is none.
            letting_run.let_run(found.flow, person, now)
            if receipt := questions.receipt():
                versions.publish(receipt, {}, now, person)
    except checking.FlowErrors as error:
        return list(error.errors)
    messages.success(request, _("The welcome is on. Whoever joins from now on gets it at once."))
    return []
