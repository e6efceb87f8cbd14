"""Letters a second that a mail server accepts: the product against the least that sending takes, and a library."""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from bench import racing, rows, sink
from bench.figures import Report, median
from mail import catching_up, values
from mail.models import Message
from members.models import Member
from office import clock

PROCESSES = 2


def run(letters: int, rounds: int) -> Report:
    """The median of each contestant over rounds in which all take their turn, and the ratios."""
    people = rows.members(letters, clock.now())
    rows.publish("bench-send", rows.SEND, clock.now())
    rows.sweep(clock.now())
    rates: dict[str, list[float]] = defaultdict(list)
    with sink.listening() as port:
        race = Race(people, {"EMAIL_URL": f"smtp://127.0.0.1:{port}"})
        for number in range(rounds):
            for name, contestant in race.contestants().items():
                rates[name].append(contestant(f"round{number}-{clock.now():%H%M%S%f}").rate)
    return _report({name: median(found) for name, found in rates.items()}, letters, rounds)


class Race:
    """The four contestants."""

    def __init__(self, people: list[Member], environment: dict[str, str]) -> None:
        self.people, self.environment = people, environment

    def contestants(self) -> dict[str, Callable[[str], racing.Result]]:
        """By name, in the order in which they run."""
        return {
            "bare": self.bare,
            "queued": self.queued,
            "step": self.step,
            "post-office": self.post_office,
        }

    def queued(self, name: str) -> racing.Result:
        """The product, from the queued letter on, with everything it writes down."""
        rows.messages(self.people, name, clock.now())
        return self._product("outbox", Message.objects.filter(key__startswith=f"{name}:"))

    def step(self, name: str) -> racing.Result:
        """The product, from the moment a step of a flow is due."""
        rows.runs(self.people, "bench-send", name, clock.now())
        return self._product(
            "steps", Message.objects.filter(key__startswith="flow:", created_at__gte=clock.now())
        )

    def bare(self, name: str) -> racing.Result:
        """Render, build, submit."""
        rows.messages(self.people, name, clock.now())
        rows.settle()
        halves = [["bench.bare", name, str(half)] for half in range(PROCESSES)]
        result = racing.race(halves, self.environment)
        Message.objects.filter(key__startswith=f"{name}:").delete()
        return result

    def post_office(self, name: str) -> racing.Result:
        """The library, which renders the letters when it delivers them, as the product does."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.writelines(json.dumps(letter) + "\n" for letter in self._letters(name))
            file.flush()
            words = [sys.executable, "-m", "bench.post_office", "queue", file.name]
            subprocess.run(words, cwd=racing.ROOT, check=True)
            rows.settle()
            return racing.race([["bench.post_office", "send", file.name]], self.environment)

    def _product(self, kind: str, letters: "QuerySet[Message]") -> racing.Result:
        rows.settle()
        catching_up.looked_until(clock.now())  # however long that took, it is no outage
        result = racing.race([["bench.sender", kind]] * PROCESSES, self.environment)
        sent = letters.filter(status=Message.Status.SENT).count()
        assert sent == len(self.people), f"{sent} of {len(self.people)} letters were sent"
        return racing.Result(sent, result.seconds)

    def _letters(self, name: str) -> list[dict[str, Any]]:
        """The letter as a template, then whom it goes to with which values."""
        rows.messages(self.people, name, clock.now())
        mine = Message.objects.filter(key__startswith=f"{name}:")
        letters = list(mine.select_related("member__plan", "letter_version__sender__picture"))
        found = values.gather(letters, clock.now())
        mine.delete()
        said = rows.letter()
        template = {"subject": said["subject"], "content": said["text"], "html_content": said["html"]}
        return [template, *(_addressed(message, found[message.pk]) for message in letters)]


def _addressed(message: Message, found: dict[str, Any]) -> dict[str, Any]:
    return {"sender": "club@example.com", "recipients": message.member.email, "context": found}


def _report(rates: dict[str, float], letters: int, rounds: int) -> Report:
    report = Report("send")
    report.add("bare loop: values, render, build, submit, no ledger", rates["bare"], "letters/s")
    report.add("product, from queued letter", rates["queued"], "letters/s")
    report.add("product, from due step", rates["step"], "letters/s")
    report.add("django-post-office, rendering on delivery", rates["post-office"], "letters/s")
    report.at_least("queued letter / bare loop", rates["queued"] / rates["bare"] * 100, "%", 80)
    report.at_least("due step / bare loop", rates["step"] / rates["bare"] * 100, "%", 60)
    report.at_least("queued letter / django-post-office", rates["queued"] / rates["post-office"], "times", 5)
    report.notes.append(f"{letters} letters, {PROCESSES} processes, medians of {rounds} rounds in turn")
    return report
