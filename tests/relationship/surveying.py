"""Questions for tests: one of each kind, in English and Danish, and a letter that asks one."""

import datetime as dt

from flows import publishing
from mail.models import Message
from members.models import Member
from relationship.models import Survey
from relationship.surveys import files

HOPED_FOR = {
    "slug": "hoped-for",
    "kind": "choice",
    "good": [1],
    "worrying": [2, 3],
    "en": {"question": "Is it what you hoped for?", "answers": ["Yes", "Partly", "No"], "follow_up": "Why?"},
    "da": {"question": "Er det godt?", "answers": ["Ja", "Delvist", "Nej"]},
}
RECOMMEND = {
    "slug": "recommend",
    "kind": "nps",
    "en": {"question": "Would you recommend us to a friend?"},
    "da": {"question": "Ville du anbefale os til en ven?"},
}


def store(*rows: dict[str, object]) -> Survey:
    """These questions are in the house; the last one."""
    files.store(list(rows))
    return Survey.objects.get(slug=rows[-1]["slug"])


def flow(slug: str = "hoped-for", *, name: str = "ask", **more: object) -> dict[str, object]:
    """A flow that sends one letter with this question when somebody joins."""
    letter = {
        "slug": f"{name}-letter",
        "sender": "anna",
        "subject": "One question",
        "blocks": [{"kind": "text", "text": "Hi"}, {"kind": "survey", "survey": slug}],
        "da": {
            "subject": "Et spørgsmål",
            "blocks": [{"kind": "text", "text": "Hej"}, {"kind": "survey", "survey": slug}],
        },
    }
    head = {"slug": name, "name": "Ask", "language": "en", "purpose": "value", "topic": "membership"}
    trigger = {"trigger": {"event": "member.signed_up"}}
    steps = [{"uid": "letter", "kind": "send", "letter": letter["slug"], "not_after": "5d"}]
    senders = [{"slug": "anna", "name": "Anna Bak", "email": "anna@example.com", "phone": "+45 30 12 34 56"}]
    return {**head, **trigger, "steps": steps, "letters": [letter], "senders": senders, **more}


def publish(now: dt.datetime, slug: str = "hoped-for", **more: object) -> None:
    """The flow is live."""
    publishing.publish(flow(slug, **more), now, without_face=True)


def letter_to(member: Member) -> Message:
    """The last letter that somebody got."""
    return Message.objects.filter(member=member, status="sent").latest("pk")
