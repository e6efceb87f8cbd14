"""A letter of the draft, read before anybody gets it: made up, as a member would, on a phone; or in one's own inbox."""

from typing import Any

from csp.decorators import csp
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from flows import step_words
from flows.editing import drafts_of_letters, parts
from flows.editing.letter_form import LANGUAGES
from flows.models import Flow
from flows.pages import frame
from mail import compiling, pages, previewing, rendering, trying
from mail.models import LetterVersion
from members import finding
from members.models import Member
from office import audit, clock

# Shown in a frame of our own page, where its links lead nowhere: a click must not unsubscribe anybody.
POLICY = {
    **{name: value for name, value in pages.LETTER_POLICY.items() if name != "sandbox"},
    "sandbox": [],
    "frame-ancestors": ["'self'"],
}
FOUND = 8
NAMELESS = "nameless"


@frame.looks
def preview(request: HttpRequest, pk: int, uid: str) -> HttpResponse:
    """The letter in its frame, with a search for the member to read it as."""
    flow = frame.find(pk)
    step, letter = _letter(flow, uid)
    search = request.GET.get("q", "").strip()[:100]
    member = _member(request.GET.get("member", ""))
    languages = drafts_of_letters.languages(letter, flow.draft)
    language = request.GET.get("language", "")
    language = language if language in languages else languages[0]
    is_phone, is_dark = request.GET.get("width") == "phone", request.GET.get("dark") == "1"
    is_nameless = not member and request.GET.get("as") == NAMELESS
    reader = f"&member={member.uuid}" if member else f"&as={NAMELESS}" if is_nameless else ""
    kept = f"language={language}{reader}"
    wide, dark = ("&width=phone" if is_phone else ""), ("&dark=1" if is_dark else "")
    about = {
        "flow": flow,
        "step": step,
        "text": step_words.sentence(step, parts.letters(flow.draft)),
        "member": member,
        "search": search,
        "people": _search(search),
        "languages": [(code, LANGUAGES.get(code, code), code == language) for code in languages],
        "language": language,
        "is_phone": is_phone,
        "is_dark": is_dark,
        "page": f"{reverse('admin:flows_flow_letter', args=[flow.pk, uid])}?{kept}{dark or '&dark=0'}",
        "ways": {"wide": kept + dark, "phone": f"{kept}&width=phone{dark}", "light": kept + wide},
        "in_the_dark": f"{kept}{wide}&dark=1",
        "looks": reader + wide + dark,
        "readers": f"language={language}{wide}{dark}",
        "is_nameless": is_nameless,
        "may_try": trying.is_possible(),
        "address": frame.person(request).email,
        **_subject(flow, letter, language, member, nameless=is_nameless),
    }
    return frame.page(request, "preview.html", about)


@frame.looks  # type: ignore[arg-type]  # the policies below know views of one argument only
@xframe_options_sameorigin
@csp(POLICY)  # type: ignore[arg-type]  # it knows views of one argument only
def letter_page(request: HttpRequest, pk: int, uid: str) -> HttpResponse:
    """The letter itself, for the frame."""
    flow = frame.find(pk)
    _step, letter = _letter(flow, uid)
    try:
        version = drafts_of_letters.version(letter, flow.draft, clock.now())
        language = request.GET.get("language", version.language)
        member, is_nameless = _member(request.GET.get("member", "")), request.GET.get("as") == NAMELESS
        rendered = previewing.preview(version, language, member, nameless=is_nameless)
    except (compiling.LetterErrors, rendering.RenderError, KeyError, drafts_of_letters.NoSender) as error:
        said = "\n".join(getattr(error, "errors", [str(error)]))
        return HttpResponse(said, content_type="text/plain; charset=utf-8", status=422)
    asked = request.GET.get("dark", "")
    page = previewing.in_light(rendered.html, dark=asked == "1") if asked else rendered.html
    return HttpResponse(page)


@frame.changes
def trial(request: HttpRequest, pk: int, uid: str) -> HttpResponse:
    """Sends the letter to whoever asks, with made-up values: links of a real member would act for that member."""
    flow = frame.find(pk)
    _step, letter = _letter(flow, uid)
    user, now = frame.person(request), clock.now()
    try:
        version = drafts_of_letters.version(letter, flow.draft, now)
        language = request.POST.get("language", version.language)
        trying.send(
            previewing.preview(version, language), version.sender, user.email, user.get_full_name(), now
        )
    except (
        compiling.LetterErrors,
        rendering.RenderError,
        KeyError,
        drafts_of_letters.NoSender,
        trying.NotSent,
    ) as error:
        messages.error(request, _("It was not sent. %s") % "; ".join(getattr(error, "errors", [str(error)])))
    else:
        audit.record(user, "letter.tried", flow.slug, now, step=uid)
        messages.success(request, _("A trial of the letter is on its way to %s.") % user.email)
    return redirect("admin:flows_flow_preview", flow.pk, uid)


def _letter(flow: Flow, uid: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        _place, step = parts.find(flow.draft, uid)
    except parts.Gone:
        raise Http404(_("This step is not there any more."))
    letter = parts.letter_of(flow.draft, step)
    if step.get("kind") != "send" or not letter:
        raise Http404(_("This step sends no letter."))
    return step, letter


def _subject(
    flow: Flow, letter: dict[str, Any], language: str, member: Member | None, *, nameless: bool
) -> dict[str, Any]:
    """The subject as it would be read, or why the letter cannot be shown yet."""
    try:
        version: LetterVersion = drafts_of_letters.version(letter, flow.draft, clock.now())
        rendered = previewing.preview(version, language, member, nameless=nameless)
        return {"subject": rendered.subject, "sender": version.sender}
    except (compiling.LetterErrors, rendering.RenderError, drafts_of_letters.NoSender) as error:
        return {"trouble": getattr(error, "errors", [str(error)])}


def _member(key: str) -> Member | None:
    if not key:
        return None
    try:
        return Member.objects.select_related("plan", "guardian").get(uuid=key)
    except (Member.DoesNotExist, ValueError, TypeError):
        raise Http404(_("There is no such member."))
    except Exception as error:  # ValidationError of a malformed UUID
        raise Http404(_("There is no such member.")) from error


def _search(text: str) -> list[Member]:
    if not text:
        return []
    return list(finding.search(Member.objects.filter(erased_at=None), text).select_related("plan")[:FOUND])
