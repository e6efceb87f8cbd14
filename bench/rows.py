"""Rows to work on, written fast and outside of what is measured."""

import datetime as dt

from django.db import connection

from flows import files, publishing
from flows.models import Enrolment, Flow, FlowVersion, Step, StepRun
from mail import outbox
from mail.models import LetterVersion, Message, Outage
from mail.models.message import Purpose
from members.models import Consent, Member
from office.models import House

DAY = dt.timedelta(days=1)
SIZE = 3000  # bytes of HTML
FLOW = """
slug = "{slug}"
name = "Bench"
purpose = "onboarding"
topic = "membership"
trigger = {{ event = "bench.began" }}
steps = [ {steps} ]
[[senders]]
slug = "anna"
name = "Anna Bak"
role = "Member host"
email = "anna@example.com"
phone = "+45 30 12 34 56"
[[letters]]
slug = "bench"
sender = "anna"
subject = "Hello {{{{ member.first_name }}}}, your membership"
body = "Hello {{{{ member.first_name }}}}."
"""
SEND = '{ uid = "say", kind = "send", letter = "bench" }, { uid = "stay", kind = "wait", for = "30d" }'
JOURNEY = (
    '{ uid = "stay", kind = "wait", for = "1d" },'
    '{ uid = "which", kind = "branch", if = { fact = "country", value = "DK" }, then = "say" },'
    '{ uid = "say", kind = "send", letter = "bench" }'
)
FIELDS = (
    "member.first_name", "member.name", "member.since", "member.number", "plan.name",
    "sender.first_name", "sender.phone", "business.name",
)  # fmt: skip
TEXT = (
    "Hello {{ member.first_name }},\n\nthank you for being with us since {{ member.since }}.\n\n"
    + "".join(
        f"- {{{{ {name} }}}}, which is one of the things we know and write into this letter\n"
        for name in FIELDS
    )
)
FOOT = "\n{{ links.unsubscribe }} {{ links.preferences }} {{ business.address }}\n"


def publish(slug: str, steps: str, now: dt.datetime) -> FlowVersion:
    """A flow with the bench's letter: 3 kB of HTML and a text part, with a dozen merge fields."""
    definition = files.read(FLOW.format(slug=slug, steps=steps))
    version, _new = publishing.publish(definition, now - DAY, without_face=True)
    LetterVersion.objects.filter(letter__slug="bench").update(texts={"en": letter()})
    return version


def letter() -> dict[str, str]:
    """The letter as publishing leaves it: finished but for its merge fields."""
    rows = "".join(
        f'<tr><td style="padding: 0 16px 8px; color: #1F2A30">{{{{ {name} }}}}, as we know it</td></tr>'
        for name in FIELDS
    )
    head = '<html lang="en"><body style="margin: 0"><h1>Hello {{ member.first_name }}</h1><table>'
    foot = (
        "</table>{% if sender.phone != blank %}<p>{{ sender.phone }}</p>{% endif %}"
        '<p><a href="{{ links.unsubscribe }}">no more letters</a> <a href="{{ links.browser }}">browser</a></p>'
    )
    words = '<p style="margin: 0 0 16px">Words that say something, set as letters are set in our house.</p>\n'
    filling = words * ((SIZE - len(head + rows + foot)) // len(words))
    html = f"{head}{rows}{foot}{filling}</body></html>"
    return {"subject": "Hello {{ member.first_name }}", "preheader": "", "html": html, "text": TEXT + FOOT}


def members(number: int, now: dt.datetime) -> list[Member]:
    """Members who may get letters; made once, then found again."""
    House.objects.get_or_create(defaults={"name": "Bench", "postal_address": "Street 1, 1000 Town"})
    have = Member.objects.count()
    made = Member.objects.bulk_create(
        (
            Member(
                email=f"member{place}@example.com", email_key=f"member{place}@example.com",
                first_name=f"Member{place}", last_name="Østergaard", locale="en", country="DK",
                time_zone="Europe/Copenhagen", joined_at=now - DAY, stage_since=now - DAY,
                created_at=now - DAY, updated_at=now - DAY,
            )
            for place in range(have, number)
        ),
        batch_size=1000,
    )  # fmt: skip
    Consent.objects.bulk_create(
        (
            Consent(
                member=member,
                topic="membership",
                granted=True,
                at=now - DAY,
                recorded_at=now - DAY,
                source="x",
            )
            for member in made
        ),
        batch_size=1000,
    )
    return list(Member.objects.order_by("pk")[:number])


def messages(people: list[Member], name: str, now: dt.datetime) -> None:
    """A queued letter to each, due now."""
    outbox.send_due(now, 0)  # whoever looks after letters is there: their falling due is no outage
    version = LetterVersion.objects.get(letter__slug="bench")
    for start in range(0, len(people), 500):
        outbox.queue(
            [
                outbox.Draft(
                    key=f"{name}:{member.pk}", group=f"{name}:{member.pk}", member=member, letter_version=version,
                    purpose=Purpose.ONBOARDING, topic="membership", due_at=now, not_after=now + DAY,
                )
                for member in people[start : start + 500]
            ],
            now,
        )  # fmt: skip


def runs(people: list[Member], slug: str, name: str, now: dt.datetime, *, at: str = "") -> None:
    """A run of each through the flow, due now at the step `at` (its visit open), or about to take its first step."""
    outbox.send_due(now, 0)
    flow = Flow.objects.select_related("current").get(slug=slug)
    assert flow.current
    made = Enrolment.objects.bulk_create(
        (
            Enrolment(
                flow=flow, version=flow.current, member=member, key=name, entered_at=now - DAY,
                planned_at=now - DAY, due_at=now, step=at,
            )
            for member in people
        ),
        batch_size=1000,
    )  # fmt: skip
    if at:
        kind = Step.objects.get(version=flow.current, uid=at).kind
        StepRun.objects.bulk_create(
            (StepRun(enrolment=run, uid=at, kind=kind, reached_at=now - DAY, due_at=now) for run in made),
            batch_size=1000,
        )


def sweep(now: dt.datetime) -> None:
    """Removes what a bench that was broken off left due; the time since the last one is no outage."""
    Message.objects.filter(letter_version__letter__slug="bench", status__in=Message.PENDING).delete()
    Enrolment.objects.filter(flow__slug__startswith="bench-", status="active").delete()
    outbox.send_due(now, 0)
    Outage.objects.all().delete()


def settle() -> None:
    """What the server does by itself in quieter hours: fresh statistics, dead rows gone."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
