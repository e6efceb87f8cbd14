"""The pictures that letters can show: put in, described, and where each is used."""

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard import access
from dashboard.questions import pictures as questions
from mail import pictures
from mail.models import Picture
from office import audit, clock, roles

ON_A_PAGE = 24


class Words(forms.Form):
    """What a picture is called, and what it shows."""

    title = forms.CharField(label=gettext_lazy("What it is called here"), max_length=120)
    alt = forms.CharField(
        label=gettext_lazy("Words for those who do not see it"),
        help_text=gettext_lazy(
            "Say what it shows, in a few words. Letters begin with these; each can say it otherwise."
        ),
        max_length=300,
    )


class Upload(Words):
    """A new picture."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "PNG, JPEG or WebP, at most 10 MB. It is made small enough for letters, and where it was taken is left out."
        ),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    field_order = ("file", "title", "alt")

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        content: bytes = file.read(pictures.LARGEST_UPLOAD + 1) if isinstance(file, UploadedFile) else b""
        try:
            pictures.check(content, pictures.LARGEST_UPLOAD)
        except pictures.NoPicture as error:
            raise forms.ValidationError(str(error)) from error
        return content


@access.edits("pictures.change")
def library(request: HttpRequest) -> HttpResponse:
    """Every picture; POST puts one in."""
    form = Upload(request.POST, request.FILES) if request.method == "POST" else Upload()
    if request.method == "POST" and form.is_valid():
        said, now = form.cleaned_data, clock.now()
        with transaction.atomic():
            row = pictures.add(said["file"], title=said["title"], alt=said["alt"], now=now)
            audit.record(access.person(request), "picture.added", row.title, now, name=row.name)
        messages.success(request, _("The picture is in the library."))
        return redirect("picture-uses", row.name)
    search = request.GET.get("q", "").strip()[:100]
    page = Paginator(questions.library(search), ON_A_PAGE).get_page(request.GET.get("page"))
    about = {
        "form": form,
        "search": search,
        "page": page,
        "shown": questions.shown(page.object_list),
        "may_edit": roles.may(request.user, "pictures.change"),
    }
    return render(request, "dashboard/pictures.html", about)


@access.edits("pictures.change")
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """One picture; POST changes its words, or takes it out of the library (`do=remove`)."""
    row = get_object_or_404(Picture.objects.defer("content"), name=name, in_library=True)
    uses = questions.shown([row])[0].uses
    if request.method == "POST" and request.POST.get("do") == "remove":
        return _remove(request, row, is_used=bool(uses))
    form = Words(
        request.POST if request.method == "POST" else None, initial={"title": row.title, "alt": row.alt}
    )
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        with transaction.atomic():
            before = {"title": row.title, "alt": row.alt}
            Picture.objects.filter(pk=row.pk).update(**form.cleaned_data)
            audit.record(
                access.person(request),
                "picture.changed",
                form.cleaned_data["title"],
                now,
                before=before,
                after=form.cleaned_data,
            )
        messages.success(request, _("The words are saved. Letters that are published keep theirs."))
        return redirect("picture-uses", name)
    may_edit = roles.may(request.user, "pictures.change")
    return render(
        request, "dashboard/picture.html", {"picture": row, "form": form, "uses": uses, "may_edit": may_edit}
    )


def _remove(request: HttpRequest, row: Picture, *, is_used: bool) -> HttpResponse:
    """Out of the library; what no letter ever showed is gone for good, the rest is still served to those who got it."""
    if is_used:
        messages.error(request, _("It stays, because it is used: take it out of these places first."))
        return redirect("picture-uses", row.name)
    now = clock.now()
    with transaction.atomic():
        if questions.was_ever_published(row.name):
            Picture.objects.filter(pk=row.pk).update(in_library=False)
            said = _("It is out of the library. Letters that showed it still do.")
        else:
            row.delete()
            said = _("The picture is gone.")
        audit.record(access.person(request), "picture.removed", row.title or row.name, now, name=row.name)
    messages.success(request, said)
    return redirect("pictures")
