"""One letter to a group, written: looked at before it leaves, sent, stopped, and what became of it."""

import datetime as dt
import html
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard import access, chips, fragments, paging
from dashboard.questions import to_groups as questions
from dashboard.views.letters import LETTER_POLICY
from dashboard.words import times
from dashboard.words import to_groups as words
from mail import audiences, group_letters, mailboxes, mailings, pacing, previewing, reach, rendering, trying
from mail.group_letters import MailingErrors
from mail.mailings import Moved
from mail.models import LetterVersion, Mailing
from members import durations
from members.models import Member
from office import audit, clock, roles
from relationship import made_up

WRITE, SEND = "group_letters.change", "letters.approve"
READERS = 5
SHOWN = 10  # replies on the page; the rest stand among all replies
ORDER = ("id",)


@access.reads
def check(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Before it leaves: how many get it and who does not, how a member reads it, and when it is to leave."""
    mailing = _mailing(uuid)
    now = clock.now()
    try:
        version = group_letters.version(mailing, now)
    except MailingErrors as error:
        if roles.may(request.user, WRITE):
            messages.error(request, str(error))
            return redirect("letter-to-group", uuid=uuid)
        raise Http404(str(error)) from error
    if mailing.state != Mailing.State.DRAFT:
        return redirect("letter-to-group", uuid=uuid)
    return render(request, "dashboard/letter_to_group_check.html", _outlook(request, mailing, version, now))


@access.reads
def page_of_letter(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """The letter itself as `?member=` would read it, for the frame: no scripts, no forms, nothing from elsewhere."""
    mailing = _mailing(uuid)
    headers = {"Content-Security-Policy": LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    try:
        read = previewing.preview(
            version := _version(mailing), version.language, _reader(request.GET.get("member", ""))
        )
    except (MailingErrors, rendering.RenderError) as error:
        return HttpResponse(html.escape(str(error)), headers=headers)
    return HttpResponse(read.html, headers=headers)


@access.does(WRITE)
def trial(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Sends the letter to whoever asks, with made-up values: links of a real member would act for that member."""
    mailing, user, now = _mailing(uuid), access.person(request), clock.now()
    try:
        version = _version(mailing)
        letter = previewing.preview(version, version.language)
        trying.send(letter, version.sender, user.email, user.get_full_name(), now)
    except (MailingErrors, rendering.RenderError, trying.NotSent) as error:
        messages.error(request, _("It was not sent. %s") % error)
    else:
        audit.record(user, "mailing.tried", mailing.subject, now, id=str(mailing.uuid))
        messages.success(request, _("A trial of the letter is on its way to %s.") % user.email)
    return redirect("letter-to-group-check", uuid=uuid)


@access.does(SEND)
def sending(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST `when`: now, or `later` with `day` and `time` by the clock of the house."""
    mailing, now = _mailing(uuid), clock.now()
    try:
        at = _moment(request) if request.POST.get("when") == "later" else None
        mailings.send(mailing, at, now, access.person(request))
    except (MailingErrors, Moved) as error:
        messages.error(request, str(error))
        return redirect("letter-to-group-check", uuid=uuid)
    if at:
        messages.success(request, _("It leaves on %s.") % times.exact(at))
    return redirect("letter-to-group", uuid=uuid)


@access.does(WRITE)
def stopping(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Stops it: no letter leaves any more."""
    mailing = _mailing(uuid)
    is_begun = mailing.state == Mailing.State.LEAVING
    try:
        left, stopped = mailings.stop(mailing, clock.now(), access.person(request))
    except Moved as error:
        messages.error(request, str(error))
    else:
        said = ngettext("Stopped. %d letter had left already", "Stopped. %d letters had left already", left)
        stay = ngettext("%d stays here.", "%d stay here.", stopped)
        messages.success(
            request,
            f"{said % left}, {stay % stopped}" if is_begun else _("It does not leave. It is a draft again."),
        )
    return redirect("letter-to-group", uuid=uuid)


@access.does(WRITE)
def copies(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """A new draft that says the same."""
    fresh = mailings.copy(_mailing(uuid), clock.now(), access.person(request))
    return redirect("letter-to-group", uuid=fresh.uuid)


@access.does(WRITE)
def deletion(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Throws a draft away."""
    try:
        mailings.forget(_mailing(uuid), clock.now(), access.person(request))
    except Moved as error:
        messages.error(request, str(error))
        return redirect("letter-to-group", uuid=uuid)
    messages.success(request, _("The draft is deleted."))
    return redirect("letters-to-groups")


@access.reads
def people(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """The names behind a number, `?of=`."""
    mailing, part = _mailing(uuid), request.GET.get("of", "")
    about: dict[str, Any] = {"letter": mailing, "part": words.part(part)}
    if mailing.state in (Mailing.State.DRAFT, Mailing.State.PLANNED):
        found = _reach(mailing, clock.now(), part)
        about["members"] = Member.objects.filter(pk__in=found.asked).order_by("first_name", "last_name")
        about["more_than_named"] = found.numbers[part] - len(found.asked)
    else:
        page = paging.page(questions.letters(mailing, part), ORDER, request.GET.get("after", ""))
        more = chips.address(request, keep=("of",), after=page.after)
        about |= {"page": page, "first": chips.address(request, keep=("of",)), "more": more}
    return render(request, "dashboard/letter_to_group_people.html", about)


def show(request: HttpRequest, mailing: Mailing) -> HttpResponse:
    """What became of it, or becomes while one looks. htmx gets the progress alone."""
    result = questions.result(mailing)
    about = {
        "letter": mailing,
        "group": audiences.name(mailing.people),
        "result": result,
        "stayed": [(code, words.part(code), number) for code, number in result.stayed],
        "told": [(code, words.part(code), number) for code, number in result.told.items()],
        "state": words.state(mailing),
        "tone": words.tone(mailing),
        "done_by": _done_by(result, clock.now()),
        "replies": questions.replies(mailing)[:SHOWN],
        "is_under_way": mailing.state in (Mailing.State.PLANNED, Mailing.State.LEAVING),
        "may_write": roles.may(request.user, WRITE),
    }
    part = fragments.template(request, "dashboard/letter_to_group_result.html", "progress")
    return render(request, part, about)


def _outlook(
    request: HttpRequest, mailing: Mailing, version: LetterVersion, now: dt.datetime
) -> dict[str, Any]:
    found = _reach(mailing, now)
    readers = _readers(mailing, now)
    done_by = mailings.done_by(mailing, found.gets, now)
    member = _reader(request.GET.get("member", "")) or next(iter(readers), None)
    try:
        subject = previewing.preview(version, version.language, member).subject
    except rendering.RenderError as error:
        subject = str(error)
    return {
        "letter": mailing,
        "group": audiences.name(mailing.people),
        "reach": found,
        "stays": [(code, words.part(code), number) for code, number in found.stays],
        "said": words.reached(found),
        "limit": words.limit(mailboxes.current()),
        "is_made_up": made_up.still_writing().filter(pk=version.sender.pk).exists(),
        "member": member,
        "readers": readers,
        "subject": subject,
        "sender": version.sender,
        "done_by": done_by,
        "is_too_slow": done_by > mailings.worth_until(mailing, now),
        "zone": durations.house_zone().key,
        "today": now.astimezone(durations.house_zone()),
        "may_write": roles.may(request.user, WRITE),
        "may_send": roles.may(request.user, SEND),
        "may_try": trying.is_possible() and bool(access.person(request).email),
        "address": access.person(request).email,
    }


def _done_by(result: questions.Result, now: dt.datetime) -> dt.datetime | None:
    """When the last of those that wait leaves; those that the mailbox has not given their moment yet count too."""
    if result.last_due_at is None:
        return None
    return max(result.last_due_at, pacing.foresee(pacing.less(mailboxes.current()), 1, now))


def _reach(mailing: Mailing, now: dt.datetime, part: str = "") -> reach.Reach:
    return reach.foresee(audiences.people(mailing.people, now), mailing.topic, now, part)


def _readers(mailing: Mailing, now: dt.datetime) -> list[Member]:
    """Some who get it, to read it as: the first, and one whose first name is not known."""
    people = audiences.people(mailing.people, now).exclude(email="").select_related("plan", "guardian")
    some = list(people.order_by("pk")[:READERS])
    nameless = people.filter(first_name="").order_by("pk").first()
    return [*some, nameless] if nameless and nameless not in some else some


def _reader(key: str) -> Member | None:
    try:
        return Member.objects.select_related("plan", "guardian").get(uuid=uuid.UUID(key)) if key else None
    except (Member.DoesNotExist, ValueError) as error:
        raise Http404(_("There is no such member.")) from error


def _version(mailing: Mailing) -> LetterVersion:
    return mailing.letter_version or group_letters.version(mailing, clock.now())


def _moment(request: HttpRequest) -> dt.datetime:
    """The day and time by the clock of the house; one that the clocks jump over is the next that exists."""
    said = f"{request.POST.get('day', '')}T{request.POST.get('time', '')}"
    try:
        local = dt.datetime.strptime(said, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 (the house's zone is added below)
    except ValueError as error:
        raise MailingErrors({"at": [_("Say on which day and at what time.")]}) from error
    return durations.resolve(local, durations.house_zone())


def _mailing(key: uuid.UUID) -> Mailing:
    rows = Mailing.objects.select_related("sender__picture", "letter_version__sender__picture", "sent_by")
    return get_object_or_404(rows, uuid=key)
