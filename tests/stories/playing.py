"""A house that is only ever touched from outside: flow files, the API's doors, and ticks of its clock."""

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import tomli_w
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from flows.models import Enrolment
from mail.models import Message
from office import clock

SCOPES = ("signups:write", "events:write", "members:read", "members:write")
HEAD: dict[str, Any] = {
    "slug": "trial",
    "name": "Trial",
    "language": "en",
    "purpose": "value",
    "topic": "membership",
}
ANNA = {"slug": "anna", "name": "Anna Bak", "email": "anna@example.com", "phone": "+45 30 12 34 56"}
LETTER = re.compile(r'letter\s*=\s*"([a-z0-9-]+)"')


def at(text: str) -> dt.datetime:
    """`2026-03-02 10:00` as aware UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


class House:
    """One installation with a clock of its own; times are texts in UTC."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._ids = folder, itertools.count(1)
        self.tell_time("2026-01-01 00:00")
        said = StringIO()
        call_command("create_api_key", "shop", *(f"--scope={scope}" for scope in SCOPES), stdout=said)
        self.client = Client(headers={"authorization": f"Bearer {said.getvalue().strip()}"})

    def tell_time(self, now: str) -> None:
        """Sets the clock that the doors read."""
        clock.write(self.folder / "clock", at(now))

    def publish(self, flow: str, now: str) -> None:
        """Publishes a flow file: what it leaves out of the head is that of a trial flow; its letters are written."""
        self.tell_time(now)
        (self.folder / "flow.toml").write_text(complete(flow))
        call_command("publish_flow", self.folder / "flow.toml", "--without-face", stdout=StringIO())

    def rules(self, text: str) -> None:
        """Loads a file of rules."""
        (self.folder / "rules.toml").write_text(text)
        call_command("set_rules", self.folder / "rules.toml", stdout=StringIO())

    def joins(self, who: str, now: str, **said: Any) -> None:
        """Somebody signs up, living in Copenhagen unless they say otherwise."""
        self.tell_time(now)
        person = {
            "external_id": who,
            "email": f"{who}@example.com",
            "first_name": who.title(),
            "time_zone": "Europe/Copenhagen",
            "joined_at": f"{at(now):%Y-%m-%dT%H:%M:%SZ}",
        }
        answer = self.client.post("/api/v1/signups/", {**person, **said}, "application/json")
        assert answer.status_code in {200, 201}, answer.content

    def happens(self, name: str, who: str, when: str, *, told: str = "", **more: Any) -> dict[str, int]:
        """Something happens to somebody; the house is told then, or later (`told`)."""
        self.tell_time(told or when)
        event = {"id": f"e{next(self._ids)}", "member": who, "name": name, **more}
        event["occurred_at"] = f"{at(when):%Y-%m-%dT%H:%M:%SZ}"
        answer = self.client.post("/api/v1/events/", {"events": [event]}, "application/json")
        assert answer.status_code == 202, answer.content
        assert not answer.json()["rejected"], answer.content
        found: dict[str, int] = answer.json()
        return found

    def moves(self, who: str, zone: str, now: str) -> None:
        """Somebody moves to another time zone."""
        self.tell_time(now)
        address = f"/api/v1/members/ext:{who}/"
        answer = self.client.patch(address, {"time_zone": zone}, "application/json")
        assert answer.status_code == 200, answer.content

    def tick(self, *moments: str) -> None:
        """Does what is due at each of these moments."""
        for moment in moments:
            self.tell_time(moment)
            call_command("tick", now=at(moment).isoformat())

    def tick_through(self, start: str, until: str, **every: float) -> None:
        """Does what is due, over and over, from `start` up to `until`."""
        moment = at(start)
        while moment <= at(until):
            self.tick(f"{moment:%Y-%m-%d %H:%M}")
            moment += dt.timedelta(**every)

    def letters(self, who: str = "") -> list[str]:
        """The letters that left, with when, in order."""
        sent = Message.objects.filter(status="sent").order_by("submitted_at", "pk")
        sent = sent.filter(address=f"{who}@example.com") if who else sent
        return [f"{letter.submitted_at:%Y-%m-%d %H:%M} {letter.subject}" for letter in sent]

    def stayed(self) -> list[str]:
        """The letters that did not leave and never will, with why."""
        kept = Message.objects.filter(status__in=("skipped", "failed")).order_by("pk")
        return [f"{letter.letter_version.letter.slug}: {letter.reason}" for letter in kept]

    def waiting(self) -> list[str]:
        """The letters that wait for a later moment, with the moment and why."""
        kept = Message.objects.filter(status="queued").order_by("pk")
        return [f"{letter.due_at:%Y-%m-%d %H:%M} {letter.reason}" for letter in kept]

    def why(self, who: str, flow: str = "trial") -> dict[str, Any]:
        """Where somebody stands with a flow, and why, as the API tells it."""
        answer = self.client.get(f"/api/v1/members/ext:{who}/why/?flow={flow}")
        assert answer.status_code == 200, answer.content
        told: dict[str, Any] = answer.json()
        return told

    def state(self, who: str, flow: str = "trial") -> str:
        """`active`, `completed`, `exited` … or `never`."""
        return str(self.why(who, flow)["state"])

    def goals(self, flow: str = "trial") -> dict[str, str | None]:
        """Who was, or was kept out of, a flow, and when they reached its goal."""
        runs = Enrolment.objects.filter(flow__slug=flow).select_related("member").order_by("pk")
        return {
            run.member.email.partition("@")[0]: f"{run.goal_at:%Y-%m-%d %H:%M}" if run.goal_at else None
            for run in runs
        }

    def reasons(self, who: str, flow: str = "trial") -> list[str]:
        """The reasons of all decisions about somebody and a flow, in order."""
        return [line["reason"] for line in self.why(who, flow)["decisions"]]


def complete(flow: str) -> str:
    """A flow file with a sender and a letter for each that its steps name; what the text says itself stands."""
    own, start, letters = flow.partition("[[letters]]")
    left_out = [word for word in HEAD if not re.search(rf"^\s*{word}\s*=", own, re.MULTILINE)]
    head = tomli_w.dumps({word: HEAD[word] for word in left_out})
    slugs = [slug for slug in dict.fromkeys(LETTER.findall(own)) if f'slug = "{slug}"' not in letters]
    written = "\n".join(
        f'[[letters]]\nslug = "{slug}"\nsender = "anna"\nsubject = "{slug}"\nbody = "This is {slug}."\n'
        for slug in slugs
    )
    return f"{head}{own}\n{tomli_w.dumps({'senders': [ANNA]})}\n{start}{letters}\n{written}"


@contextmanager
def house(folder: Path, monkeypatch: Any) -> Iterator[House]:
    """A house whose doors read the clock in `folder`."""
    monkeypatch.setattr(settings, "TEST_CLOCK", folder / "clock")
    yield House(folder)
