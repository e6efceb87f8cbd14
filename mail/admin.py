"""The post room for editors: letters and their versions, the people who write, stopped addresses, what was sent."""

from typing import TYPE_CHECKING, Any

from csp.decorators import csp
from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api import secrets
from mail import comparing, incoming, pages, pictures, previewing, rendering, reports
from mail.models import Incoming, Letter, LetterVersion, Message, Report, Sender, Suppression
from members import identity
from members.models import Member
from office import desk, roles

if TYPE_CHECKING:
    _Form = forms.ModelForm[Sender]
else:
    _Form = forms.ModelForm


class Versions(desk.Lines):
    model = LetterVersion
    fields = readonly_fields = ("number", "sender", "language", "published_at", "read")
    ordering = ("-number",)

    @admin.display(description=gettext_lazy("read it"))
    def read(self, version: LetterVersion) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:mail_letter_version", args=[version.pk]), _("Read")
        )


@admin.register(Letter)
class Letters(desk.ReadOnly):
    """Letters with all their versions. A letter is changed inside its flow, and published with it."""

    list_display = ("slug", "how_many")
    search_fields = ("slug",)
    fields = ("slug",)
    inlines = (Versions,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Letter]:
        rows: QuerySet[Letter] = super().get_queryset(request)
        return rows.annotate(number_of_versions=Count("versions"))

    @admin.display(description=gettext_lazy("versions"))
    def how_many(self, letter: Any) -> int:
        return int(letter.number_of_versions)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("versions/<int:pk>/", self.admin_site.admin_view(self.version), name="mail_letter_version"),
            path("versions/<int:pk>/page/", self.admin_site.admin_view(self.page), name="mail_letter_page"),
        ]
        return own + super().get_urls()

    def version(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One version with its subjects, and the way to read it in each language as any member."""
        version = get_object_or_404(LetterVersion.objects.select_related("letter", "sender"), pk=pk)
        before = version.letter.versions.filter(number__lt=version.number).order_by("-number").first()
        context = {
            **self.admin_site.each_context(request),
            "title": _("%(letter)s, version %(number)d")
            % {"letter": version.letter, "number": version.number},
            "opts": Letter._meta,
            "version": version,
            "texts": version.texts.items(),
            "before": before,
            "changes": comparing.versions(before, version) if before else [],
        }
        return TemplateResponse(request, "admin/mail/letter/version.html", context)

    @method_decorator(csp(pages.LETTER_POLICY))
    def page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The letter itself, in its own sandbox: `?language=da`, and `&member=12` for somebody's own values."""
        version = get_object_or_404(LetterVersion.objects.select_related("sender__picture"), pk=pk)
        try:
            letter = previewing.preview(
                version, request.GET.get("language", version.language), _member(request)
            )
        except KeyError as error:
            raise Http404(_("This letter does not speak that language.")) from error
        except rendering.RenderError as error:
            return HttpResponse(str(error), content_type="text/plain; charset=utf-8", status=422)
        return HttpResponse(letter.html)


def _member(request: HttpRequest) -> Member | None:
    number = request.GET.get("member", "").strip().removeprefix("#")
    if not number:
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Http404(_("A member number has digits only."))
    return get_object_or_404(Member.objects.select_related("plan"), pk=int(number))


class SenderForm(_Form):
    """A person who writes; the picture is uploaded, and kept under the hash of its content."""

    upload = forms.FileField(
        label=gettext_lazy("New picture"),
        required=False,
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 2 MB; shown round, 64 pixels wide."),
    )

    class Meta:
        model = Sender
        fields = (
            *(
                "slug",
                "name",
                "role",
                "roles",
                "email",
                "reply_to",
                "phone",
                "signature",
                "languages",
                "user",
            ),
            *("until", "replacement"),
        )

    def clean_upload(self) -> bytes | None:
        file = self.cleaned_data["upload"]
        if not file:
            return None
        content: bytes = file.read(pictures.LARGEST + 1)
        try:
            pictures.check(content)
        except pictures.NoPicture as error:
            raise forms.ValidationError(str(error)) from error
        return content


@admin.register(Sender)
class Senders(desk.Desk):
    """The people whose names and faces stand under letters."""

    changed_by = roles.MAY["senders.change"]
    form = SenderForm
    list_display = ("name", "role", "email", "phone", "has_picture")
    fields = (
        *("slug", "name", "role", "roles", "email", "reply_to", "phone", "signature", "languages", "user"),
        *("until", "replacement", "face", "upload"),
    )
    readonly_fields = ("face",)

    @admin.display(boolean=True, description=gettext_lazy("picture"))
    def has_picture(self, sender: Sender) -> bool:
        return sender.picture_id is not None

    @admin.display(description=gettext_lazy("picture"))
    def face(self, sender: Sender) -> str:
        if sender.picture is None:
            return _("none yet")
        url = reverse("picture", args=[sender.picture.name])
        return format_html('<img src="{}" alt="{}" width="64" height="64">', url, sender.name)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if content := form.cleaned_data.get("upload"):
            obj.picture = pictures.keep_face(content)
        super().save_model(request, obj, form, change)


@admin.register(Suppression)
class StoppedAddresses(desk.ReadOnly):
    """Addresses that get no letters. Of what was erased only a hash is kept; a whole address finds that too."""

    deleted_by = roles.MAY["suppressions.delete"]
    list_display = ("short", "reason", "detail", "at")
    list_filter = ("reason",)
    search_fields = ("address_hash",)
    search_help_text = gettext_lazy("Write the whole e-mail address.")
    ordering = ("-at",)
    fields = ("address", "address_hash", "reason", "detail", "at")
    actions = ()

    @admin.display(description=gettext_lazy("address, or a code where it was erased"))
    def short(self, line: Suppression) -> str:
        return str(line)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if "@" in search_term:
            hashes = secrets.keyed_hashes("suppression", identity.email_key(search_term))
            return queryset.filter(address_hash__in=hashes), False
        return super().get_search_results(request, queryset, search_term)


@admin.register(Message)
class Messages(desk.ReadOnly):
    """Every letter that is to leave, left, or stayed."""

    list_display = ("subject_or_letter", "member", "status", "why", "first_due_at", "finished_at")
    list_filter = ("status", "purpose", "letter_version__letter")
    list_select_related = ("member", "letter_version__letter")
    search_fields = ("member__first_name", "member__last_name", "address", "subject")
    ordering = ("-first_due_at", "-pk")
    fields = (
        *("subject", "member", "address", "letter_version", "language", "purpose", "topic", "status", "why"),
        *("first_due_at", "due_at", "not_after", "attempts", "submitted_at", "finished_at", "message_id"),
    )
    readonly_fields = ("why",)

    @admin.display(description=gettext_lazy("letter"))
    def subject_or_letter(self, message: Message) -> str:
        return message.subject or str(message.letter_version.letter)

    @admin.display(description=gettext_lazy("why"))
    def why(self, message: Message) -> str:
        return message.reason_in_words


@admin.register(Incoming)
class Mails(desk.ReadOnly):
    """Mail that came in, and what became of it; what was set aside can be read again."""

    list_display = ("received_at", "source", "status", "reason")
    list_filter = ("status", "source")
    ordering = ("-pk",)
    show_full_result_count = False
    fields = ("source", "received_at", "status", "reason", "handled_at")
    readonly_fields = fields
    actions = ("replay",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incoming]:
        rows: QuerySet[Incoming] = super().get_queryset(request)
        return rows.defer("body")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Whoever works with members may have a mail read again."""
        return roles.may(request.user, "work.change")

    @admin.action(description=gettext_lazy("Try again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            incoming.replay(row)
        self.message_user(request, _("It is tried again in a moment."))


@admin.register(Report)
class Reports(desk.ReadOnly):
    """What mail providers reported, as it came; what was set aside can be tried again."""

    list_display = ("received_at", "provider", "status", "reason")
    list_filter = ("status", "provider")
    ordering = ("-pk",)
    show_full_result_count = False
    fields = ("provider", "received_at", "status", "reason", "handled_at", "body")
    readonly_fields = fields
    actions = ("replay",)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Whoever works with members may have a report tried again."""
        return roles.may(request.user, "work.change")

    @admin.action(description=gettext_lazy("Try again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for report in queryset:
            reports.replay(report)
        self.message_user(request, _("It is tried again in a moment."))
