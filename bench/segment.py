"""How long a segment of five conditions takes: its count, and its first page."""

import time

from bench.figures import Report, median
from lifecycle.generating import filling
from members import conditions
from members.models import Member
from office import clock

PAGE, ROUNDS = 50, 5
SEGMENTS: dict[str, dict[str, object]] = {
    "facts and a count of uses": {
        "all": [
            {"fact": "stage", "op": "=", "value": "value"},
            {"fact": "country", "op": "in", "value": ["DK", "NO"]},
            {"fact": "tenure_days", "op": ">=", "value": 180},
            {"fact": "consumption_28d", "op": ">=", "value": 1},
            {"event": "usage.*", "count": ">=3", "within": "90d"},
        ]
    },
    "signs, pulse and money": {
        "all": [
            {"not": {"fact": "stage", "op": "=", "value": "former"}},
            {
                "any": [
                    {"fact": "pulse", "op": "=", "value": "quiet"},
                    {"fact": "pulse", "op": "=", "value": "sleeping"},
                ]
            },
            {"fact": "paid_total", "op": ">=", "value": 100_000},
            {"fact": "dialogue_365d", "op": ">=", "value": 1},
            {"event": "letter.replied", "within": "365d"},
        ]
    },
}


def run(members: int, usage: int) -> Report:
    """Medians of five rounds on what lies in the database (filled first when it is empty)."""
    if not Member.objects.exists():
        filling.fill(members, usage, 1, clock.now(), lambda _line: None)
    report = Report("segment", notes=[f"{Member.objects.count()} members"])
    for name, condition in SEGMENTS.items():
        found, seconds = 0, []
        for _turn in range(ROUNDS):
            began = time.perf_counter()
            rows = conditions.holds_for(condition, clock.now())
            found = rows.count()
            list(rows.select_related("facts").order_by("pk")[:PAGE])
            seconds.append(time.perf_counter() - began)
        report.at_most(f"{name}: count and first page", median(seconds), "s", 1)
        report.add(f"{name}: members in it", found, "members")
    return report
