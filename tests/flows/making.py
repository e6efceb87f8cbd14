"""Small flows, written as a test needs them, and what happens to the people in them."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from flows import execution, publishing
from flows.models import Enrolment, Flow, StepRun
from lifecycle import journey
from members import answering, events
from members.models import Event, Member

BEGAN = "test.began"
ANNA = {"slug": "anna", "name": "Anna Bak", "email": "anna@example.com", "phone": "+45 30 12 34 56"}


def definition(steps: Sequence[dict[str, Any]], **over: Any) -> dict[str, Any]:
    """A complete definition of these steps, with a letter for each slug that a step names."""
    slugs = dict.fromkeys(step["letter"] for step in steps if "letter" in step)
    written = [
        {
            "slug": slug,
            "sender": "anna",
            "subject": f"About {slug}",
            "preheader": "What it says",
            "body": f"Hello, this is {slug}.",
        }
        for slug in slugs
    ]
    plain = {
        "slug": "trial",
        "name": "Trial",
        "language": "en",
        "purpose": "value",
        "topic": "membership",
        "trigger": {"event": BEGAN},
        "senders": [ANNA],
        "steps": list(steps),
        "letters": written,
    }
    return {key: value for key, value in {**plain, **over}.items() if value is not None}


def publish(steps: Sequence[dict[str, Any]], now: dt.datetime, **over: Any) -> Flow:
    """Publishes such a flow at `now`."""
    return publishing.publish(definition(steps, **over), now, without_face=True)[0].flow


def happens(member: Member, name: str, at: dt.datetime) -> Event:
    """Something happens to a member; it is recorded and not answered yet."""
    event = events.record(events.Draft(name, member, at, f"test:{uuid.uuid4()}"), at)
    assert event is not None
    return event


def work(now: dt.datetime) -> None:
    """Answers and steps until both are quiet; letters stay on their way."""
    while answering.answer(journey.answers, now) + execution.advance(now):
        pass


def enter(member: Member, at: dt.datetime) -> Enrolment:
    """Lets a member into the trial flow."""
    happens(member, BEGAN, at)
    work(at)
    return run_of(member)


def run_of(member: Member) -> Enrolment:
    """The member's newest run."""
    found = Enrolment.objects.filter(member=member).order_by("-pk").first()
    assert found is not None
    return found


def path(run: Enrolment) -> list[tuple[str, str]]:
    """Which way a run took: each step with what came of it."""
    return list(StepRun.objects.filter(enrolment=run).order_by("pk").values_list("uid", "outcome"))
