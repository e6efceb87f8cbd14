"""What the member page says of permissions and of who belongs together, and how staff change it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from dashboard import access
from dashboard.questions import permissions
from dashboard.words import people
from mail import double_opt_in
from members import accounts, finding, households, merging_members
from members.models import Account, Member
from office import audit, clock, roles


def about(member: Member, request: HttpRequest) -> dict[str, Any]:
    """What the identity blocks of the member page show."""
    now, user, topics = clock.now(), request.user, permissions.topics(member)
    return {
        "topics": topics,
        "topic_choices": permissions.choices(topics),
        "mates": households.mates(member),
        "wards": households.wards(member),
        "merges": merging_members.undoable(member, now),
        "companies": Account.objects.order_by("name")[:200],
        "may_merge": roles.may(user, "members.merge"),
        "may_export": roles.may(user, "members.export"),
        "may_erase": roles.may(user, "members.erase"),
    }


@access.does("consents.change")
def consents(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST `topic`, `granted` (yes or no) and `proof`: one line for the ledger."""
    member = _member(uuid)
    topic, proof = request.POST.get("topic", "").strip(), request.POST.get("proof", "").strip()
    if not permissions.is_topic(topic):
        messages.error(request, _("Choose what the letters are about."))
    elif not proof:
        messages.error(request, _("Write down how you know: when and where it was said."))
    else:
        is_yes = request.POST.get("granted") == "yes"
        permissions.write(member, topic, is_yes, proof, access.person(request), clock.now())
        messages.success(request, _("Written down. It counts from the next letter on."))
    return _back(member)


@access.does("consents.change")
def second_yes(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST `topic`: the letter that asks for a second yes is sent once more, if that was not done lately."""
    member, now = _member(uuid), clock.now()
    topic = request.POST.get("topic", "")
    if double_opt_in.ask_again(member, topic, now):
        audit.record(access.person(request), "consent.asked", member, now, member=member.uuid, topic=topic)
        messages.success(request, _("The letter that asks for a second yes is on its way."))
    else:
        messages.error(request, _("It was sent within the last day, or three times already."))
    return _back(member)


@access.does("members.change")
def household(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST `who`: lives with that member; empty: lives alone."""
    member, user = _member(uuid), access.person(request)
    if not request.POST.get("who", "").strip():
        households.move_out(member, user, clock.now())
        messages.success(request, _("%s lives alone now.") % member)
    elif other := _one(request, member):
        households.live_with(member, other, user, clock.now())
        messages.success(request, people.together(member, other))
    return _back(member)


@access.does("members.change")
def guardian(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST `who`: that member gets the letters; empty: the member gets them again."""
    member, user = _member(uuid), access.person(request)
    other = _one(request, member) if request.POST.get("who", "").strip() else None
    if other is None and request.POST.get("who", "").strip():
        return _back(member)
    try:
        households.give_guardian(member, other, user, clock.now())
    except households.NotPossible as error:
        messages.error(request, str(error))
    else:
        reader = other or member
        messages.success(
            request, _("Letters to %(member)s go to %(who)s.") % {"member": member, "who": reader}
        )
    return _back(member)


@access.does("members.change")
def company(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST `company`: the id or the name of one that exists; empty: none."""
    member, text = _member(uuid), request.POST.get("company", "").strip()
    account = accounts.named(text) if text else None
    if text and account is None:
        messages.error(request, _("No company here is called “%s”.") % text[:100])
    else:
        accounts.belong(member, account, access.person(request), clock.now())
        messages.success(request, _("Saved."))
    return _back(member)


def _one(request: HttpRequest, member: Member) -> Member | None:
    """The one other member whom the text means; says what is missing when it is nobody, or several."""
    text = request.POST.get("who", "")[:100]
    found = list(finding.search(finding.shown().exclude(pk=member.pk), text)[:2])
    if len(found) == 1:
        return found[0]
    sentence = (
        _("“%s” is several people. Write the member number, as #12.")
        if found
        else _("Nobody is called “%s”.")
    )
    messages.error(request, sentence % text)
    return None


def _member(uuid: uuid.UUID) -> Member:
    return get_object_or_404(Member.objects.filter(erased_at=None), uuid=uuid)


def _back(member: Member) -> HttpResponse:
    return redirect("member", uuid=member.uuid)
