"""How long each staff page takes on what lies in the database: twenty requests each, and how many queries."""

import time

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.figures import Report, percentile
from lifecycle.generating import filling, hurrying
from members.models import Member, Segment
from office import clock
from office.models import User

TURNS, SLOWEST = 20, 0.3  # requests of a page; seconds
PLAIN = (
    "home members segments flows letters letters-sent letters-stayed arrivals imports companies settings changes"
).split()


def run(members: int, usage: int) -> Report:
    """p95 of every page, and the most queries that one asked (filled first when the database is empty)."""
    if not Member.objects.exists():
        filling.fill(members, usage, 1, clock.now(), lambda _line: None)
    client = _client()
    hurrying.finish(())  # what autovacuum does on a quiet day
    report = Report("pages", notes=[f"{Member.objects.count()} members"])
    for name, address in _addresses().items():
        seconds, queries = [], 0
        for _turn in range(TURNS):
            began = time.perf_counter()
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(address)
            seconds.append(time.perf_counter() - began)
            queries = max(queries, len(asked))
            assert answer.status_code == 200, (address, answer.status_code)
        report.at_most(f"{name}: p95, {queries} queries", percentile(seconds, 95), "s", SLOWEST)
    return report


def _client() -> Client:
    user, _is_new = User.objects.get_or_create(
        username="bench", defaults={"role": User.Role.OWNER, "is_staff": True}
    )
    client = Client(headers={"host": "localhost"}, raise_request_exception=True)
    settings.ALLOWED_HOSTS = ["localhost"]
    client.force_login(user)
    return client


def _addresses() -> dict[str, str]:
    found = {name: reverse(name) for name in PLAIN}
    people = reverse("members")
    known = Member.objects.order_by("-pk")[0]
    found |= {
        "members: a word": f"{people}?q={known.last_name}",
        "members: a name": f"{people}?q={known.first_name}+{known.last_name}",
        "members: an address": f"{people}?q={known.email}",
        "members: a stage": f"{people}?stage=value",
        "member": reverse("member", args=[known.uuid]),
    }
    if segment := Segment.objects.first():
        found["segment"] = reverse("segment", args=[segment.slug])
        found["members: a segment"] = f"{people}?segment={segment.slug}"
    return found
