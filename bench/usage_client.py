"""One client of the bench `usage`: `python -m bench.usage_client PLACE CALLS` posts what it wrote beforehand."""

import datetime as dt
import http.client
import json
import os
import random
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifecycle.settings")
django.setup()

from bench import racing  # noqa: E402
from members.models import ExternalId  # noqa: E402
from office import clock  # noqa: E402

AT_ONCE = 500
TWICE = 10  # every tenth call comes twice


def main(place: str, calls: int) -> None:
    """Writes the bodies, waits for the word, posts them over one line that stays open."""
    line = http.client.HTTPConnection("127.0.0.1", int(os.environ["BENCH_PORT"]))
    head = {"Authorization": f"Bearer {os.environ['BENCH_KEY']}", "Content-Type": "application/json"}
    written, accepted = list(bodies(place, calls)), 0
    racing.wait_for_go()
    for number, body in enumerate(written):
        for _turn in range(2 if number % TWICE == 0 else 1):
            line.request("POST", "/api/v1/events/", body, head)
            answer = json.loads(line.getresponse().read())
            accepted += answer["accepted"] + answer["duplicates"]
    racing.tell(accepted)


def bodies(place: str, calls: int) -> list[bytes]:
    """What happened to anybody within the last hours."""
    who = list(ExternalId.objects.filter(source=ExternalId.HOUSE).values_list("value", flat=True)[:200_000])
    rng, now, name = random.Random(place), clock.now(), os.environ["BENCH_RUN"]
    return [
        json.dumps(
            {
                "events": [
                    {
                        "id": f"{name}-{place}-{call}-{number}",
                        "member": rng.choice(who),
                        "name": rng.choice(("usage.visit", "usage.lesson")),
                        "occurred_at": (now - dt.timedelta(seconds=rng.random() * 10_000)).isoformat(),
                        "data": {"quantity": 1},
                    }
                    for number in range(AT_ONCE)
                ]
            }
        ).encode()
        for call in range(calls)
    ]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
