"""What somebody here did, as one sentence."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.sending import saying
from dashboard.words import lists
from members import conditions
from members.models import Member
from office.models import AuditEntry

DEEDS = {
    "member.merged": gettext_lazy("merged %(what)s with no. %(with_number)s"),
    "member.unmerged": gettext_lazy("took %(what)s and no. %(with_number)s apart again"),
    "member.moved": gettext_lazy("moved %(what)s to another stage"),
    "member.exported": gettext_lazy("took a copy of everything known of %(what)s"),
    "member.erased": gettext_lazy("erased the data of %(what)s"),
    "consent.granted": gettext_lazy("wrote down that %(what)s wants letters about %(topic)s"),
    "consent.asked": gettext_lazy("asked %(what)s once more for a second yes to letters about %(topic)s"),
    "consent.withdrawn": gettext_lazy("wrote down that %(what)s wants no letters about %(topic)s"),
    "household.joined": gettext_lazy("put %(what)s into the household of no. %(number)s"),
    "household.left": gettext_lazy("took %(what)s out of the household"),
    "guardian.changed": gettext_lazy("changed who gets the letters to %(what)s"),
    "company.changed": gettext_lazy("changed the company of %(what)s"),
    "segment.saved": gettext_lazy("saved the segment “%(what)s”"),
    "segment.deleted": gettext_lazy("deleted the segment “%(what)s”"),
    "segment.entered": gettext_lazy("put people on the list “%(what)s”: %(number)s"),
    "segment.left": gettext_lazy("took people off the list “%(what)s”: %(number)s"),
    "members.exported": gettext_lazy("took a list away: %(what)s"),
    "import.members": gettext_lazy("took in a list of members, “%(what)s”"),
    "import.subscriptions": gettext_lazy("took in a list of contracts, “%(what)s”"),
    "import.payments": gettext_lazy("took in a list of payments, “%(what)s”"),
    "import.events": gettext_lazy("took in a list of happenings, “%(what)s”"),
    "import.uses": gettext_lazy("took in a list of visits, “%(what)s”"),
    "import.undone": gettext_lazy("undid the list “%(what)s”"),
    "attendance.opened": gettext_lazy("opened the list “%(what)s” of who is here"),
    "house.begun": gettext_lazy("began the house “%(what)s”"),
    "trade.chosen": gettext_lazy("chose the trade “%(what)s” with its rules"),
    "mailbox.changed": gettext_lazy("set how many letters may leave through %(what)s"),
    "mailbox.woken": gettext_lazy("let letters leave through %(what)s again"),
    "mailbox.tried": gettext_lazy("sent a letter through %(what)s to themselves"),
    "mailbox.connected": gettext_lazy("connected the mailbox %(what)s"),
    "mailbox.disconnected": gettext_lazy("took the mailbox %(what)s away"),
    "brand.changed": gettext_lazy("changed how letters look"),
    "picture.added": gettext_lazy("put the picture “%(what)s” into the library"),
    "picture.changed": gettext_lazy("changed the words of the picture “%(what)s”"),
    "picture.removed": gettext_lazy("took the picture “%(what)s” out of the library"),
    "sendingrules.changed": gettext_lazy("changed the sending rules"),
    "task.closed": gettext_lazy("took the task “%(what)s” off the list"),
    "task.tried": gettext_lazy("called for “%(what)s”, and nobody answered"),
    "task.given": gettext_lazy("gave the task “%(what)s”"),
    "member.talked": gettext_lazy("wrote down a talk with %(what)s"),
    "monday_letter.chosen": gettext_lazy("chose whether to get the Monday letter"),
    "member.noted": gettext_lazy("wrote a note about %(what)s"),
    "member.seen": gettext_lazy("wrote down that %(what)s was here"),
    "retention.changed": gettext_lazy("said how long former members are kept: %(what)s months"),
    "member.unseen": gettext_lazy("took back that %(what)s was here"),
    "task.opened_again": gettext_lazy("put the task “%(what)s” back on the list"),
    "arrival.tried_again": gettext_lazy("had an arrival tried again: %(what)s"),
    "event.tried_again": gettext_lazy("had something tried again that was set aside: %(what)s"),
    "flow.draft_saved": gettext_lazy("saved a draft of the flow “%(what)s”"),
    "flow.draft_taken_back": gettext_lazy("took an older version of the flow “%(what)s” as its draft"),
    "flow.members_moved": gettext_lazy("moved or ended members in the flow “%(what)s”"),
    "flow.members_ended": gettext_lazy("ended the flow “%(what)s” for everybody in it"),
    "flow.deleted": gettext_lazy("deleted the flow “%(what)s”"),
    "mailing.saved": gettext_lazy("wrote the letter to a group “%(what)s”"),
    "mailing.sent": gettext_lazy("sent the letter to a group “%(what)s”"),
    "mailing.stopped": gettext_lazy("stopped the letter to a group “%(what)s”"),
    "mailing.deleted": gettext_lazy("deleted the draft of a letter to a group “%(what)s”"),
    "mailing.tried": gettext_lazy("sent the letter to a group “%(what)s” to themselves"),
    "letter.tried": gettext_lazy("sent a letter of the flow “%(what)s” to themselves"),
    "flow.published": gettext_lazy("published the flow “%(what)s”"),
    "flow.paused": gettext_lazy("paused the flow “%(what)s”"),
    "flow.resumed": gettext_lazy("let the flow “%(what)s” go on"),
    "flow.let_in": gettext_lazy("let people into the flow “%(what)s”"),
    "flow.share_set": gettext_lazy("set the share of people whom the flow “%(what)s” takes to %(after)s %%"),
    "flow.let_run": gettext_lazy("let the new flow “%(what)s” run"),
    "flow.letters_discarded": gettext_lazy("threw away letters of the flow “%(what)s”: %(number)s"),
    "flow.letters_approved": gettext_lazy("said yes to letters of the flow “%(what)s”: %(number)s"),
    "letter.arrived": gettext_lazy("found that the letter “%(what)s” had arrived"),
    "letter.sent_again": gettext_lazy("had the letter “%(what)s” sent once more"),
    "reply.answered": gettext_lazy("marked a reply of %(what)s as answered"),
    "reply.reopened": gettext_lazy("let a reply of %(what)s wait again"),
    "reply.assigned": gettext_lazy("chose who answers a reply of %(what)s"),
    "reply.attached": gettext_lazy("said that %(what)s wrote a reply"),
    "reply.dismissed": gettext_lazy("took a mail off the list that no member wrote"),
    "sender.replaced": gettext_lazy("put %(after)s in the place of %(what)s everywhere"),
    "sender.put_back": gettext_lazy("put %(what)s back in place of %(after)s"),
    "suppression.added": gettext_lazy("stopped letters to %(what)s"),
    "suppression.lifted": gettext_lazy("let letters go to %(what)s again"),
    "suppressions.imported": gettext_lazy("took in a list of stopped addresses, “%(what)s”: %(number)s new"),
    "suppressions.exported": gettext_lazy("took the list of stopped addresses away"),
    "second_step.on": gettext_lazy("asked for a code besides the password of %(what)s"),
    "second_step.off": gettext_lazy("asks no code besides the password of %(what)s any more"),
    "benefit.offer": gettext_lazy("told members of benefits"),
    "benefit.retire": gettext_lazy("retired benefits"),
    "upcoming.call_off": gettext_lazy("called off what was coming"),
    "upcoming.hold_after_all": gettext_lazy("let something that was called off be held after all"),
    "user.new-password": gettext_lazy("gave %(what)s a new password"),
}
VERBS = {
    "changed": gettext_lazy("changed %(noun)s “%(what)s”"),
    "added": gettext_lazy("added %(noun)s “%(what)s”"),
    "removed": gettext_lazy("removed %(noun)s “%(what)s”"),
}

ABOUT_FLOWS = ("flow", "letter")  # deeds whose subject is the slug of a flow


@dataclass(frozen=True)
class Line:
    """One change: the entry, who did it, what was done, what it was before and is now, and where it leads."""

    entry: AuditEntry
    who: str
    said: str
    details: list[str]
    member: Member | None


def line(entry: AuditEntry, named: Mapping[uuid.UUID, Member], flows: Mapping[str, str]) -> Line:
    """The entry in words; `flows` are names by slug."""
    who = (entry.user.get_full_name() or entry.user.username) if entry.user else _("A command")
    member = named.get(entry.member) if entry.member else None
    return Line(entry, who, said(entry, flows), details(entry), member)


def said(entry: AuditEntry, flows: Mapping[str, str]) -> str:
    """What was done; of somebody erased, only that it was a member."""
    name, verb = entry.deed.partition(".")[::2]
    sentence = DEEDS.get(entry.deed) or VERBS.get(verb)
    called: Mapping[str, Any] = _stages if name == "stagerule" else flows if name in ABOUT_FLOWS else {}
    what = called.get(entry.subject, entry.subject)
    values = {"noun": noun(name), **_blanks, **entry.details, "what": what or _("somebody erased")}
    if sentence:
        return str(sentence) % values
    return f"{noun(name)}: {lists.readable(verb).lower()} – {values['what']}"


NOUNS = {
    "trade": gettext_lazy("trade"),
    "household": gettext_lazy("household"),
    "guardian": gettext_lazy("guardian"),
    "company": gettext_lazy("company"),
    "arrival": gettext_lazy("arrival"),
    "import": gettext_lazy("list taken in"),
    "join_page": gettext_lazy("page for joining"),
    "members": gettext_lazy("members"),
    "attendance": gettext_lazy("list at the door"),
    "monday_letter": gettext_lazy("Monday letter"),
    "outgoing_webhook": gettext_lazy("outgoing webhook"),
    "retention": gettext_lazy("former members"),
    "second_step": gettext_lazy("code at sign-in"),
    "suppressions": gettext_lazy("stopped addresses"),
}
_stages: dict[str, Any] = dict(Member.Stage.choices)
_blanks = {"with_number": "–", "number": "–", "topic": "–", "after": "–"}


def noun(name: str) -> str:
    """A thing as people here call it."""
    models = {model._meta.model_name: model for model in apps.get_models()}
    return str(
        models[name]._meta.verbose_name if name in models else NOUNS.get(name) or lists.readable(name).lower()
    )


def details(entry: AuditEntry) -> list[str]:
    """What it was and what it is, field by field; how many, where it was done to many."""
    said: Mapping[str, Any] = entry.details
    lines = []
    if "count" in said:
        lines.append(_("%(count)s rows") % {"count": said["count"]})
    before, after = said.get("before"), said.get("after")
    if _condition(before) or _condition(after):
        lines.append(_("%(was)s → %(now)s") % {"was": _value(before), "now": _value(after)})
    elif isinstance(before, dict) and isinstance(after, dict):
        for name, was, now in _pairs(entry.deed.partition(".")[0], before, after):
            lines.append(_("%(name)s: %(was)s → %(now)s") % {"name": name, "was": was, "now": now})
    elif fields := said.get("fields"):
        lines.append(", ".join(lists.readable(str(name)) for name in fields))
    if note := said.get("note"):
        lines.append(str(note))
    return lines


def _pairs(room: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Each field that changed: what it is called, what it was and what it is."""
    if room == "sendingrules":
        rows = zip(saying.lines(before), saying.lines(after), strict=True)
        return [(name, "; ".join(was), "; ".join(now)) for (name, was), (_same, now) in rows if was != now]
    fields = _fields(room)
    return [
        (
            _named(name, fields),
            _chosen(before.get(name), name, fields),
            _chosen(after.get(name), name, fields),
        )
        for name in sorted({*before, *after})
    ]


def _fields(room: str) -> dict[str, Any]:
    """The fields of a model by their names; empty for what is no model."""
    found = next((model for model in apps.get_models() if model._meta.model_name == room), None)
    return {field.name: field for field in found._meta.concrete_fields} if found else {}


def _named(name: str, fields: Mapping[str, Any]) -> str:
    return capfirst(str(fields[name].verbose_name)) if name in fields else lists.readable(name)


def _chosen(value: Any, name: str, fields: Mapping[str, Any]) -> str:
    """A value; one that was chosen, by what it is called."""
    choices = dict(fields[name].flatchoices) if name in fields else {}
    return str(choices[value]) if isinstance(value, str) and value in choices else _value(value)


def _value(value: Any) -> str:
    if spoken := _condition(value):
        return spoken
    return _("nothing") if value in (None, "", {}) else str(value)


def _condition(value: Any) -> str:
    """A condition as a sentence; empty for anything else, and for what no condition can be any more."""
    if not isinstance(value, dict) or conditions.problems(value, "", in_flow=True):
        return ""
    return conditions.read_aloud(value)
