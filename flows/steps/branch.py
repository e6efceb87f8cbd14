"""`branch`: one way for those of whom a condition is true, another for the rest."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from flows.steps import Go, Visit
from members import conditions

KEYS = frozenset({"if", "then", "else"})


def problems(step: Mapping[str, Any], place: str) -> list[str]:
    """A branch needs a condition and where it leads when true; `else` defaults to the next step."""
    found = conditions.problems(step.get("if"), f"{place}.if", in_flow=True)
    if not step.get("then"):
        found.append(f"{place}: a branch needs “then”, the uid where a true condition leads")
    return found


def run(visits: Sequence[Visit], now: dt.datetime) -> None:
    """Evaluates the condition once per step for all its visits and keeps the reasons."""
    by_step: dict[int, list[Visit]] = {}
    for visit in visits:
        by_step.setdefault(visit.step.pk, []).append(visit)
    for alike in by_step.values():
        settings = alike[0].step.settings
        entered = {visit.member.pk: visit.enrolment.entered_at for visit in alike}
        verdicts = conditions.evaluate(settings["if"], [visit.member for visit in alike], now, entered)
        for visit in alike:
            verdict = verdicts[visit.member.pk]
            visit.result = Go(
                "yes" if verdict.holds else "no",
                "; ".join(verdict.reasons)[:400],
                settings["then"] if verdict.holds else settings.get("else"),
                planned_at=visit.enrolment.planned_at,
            )
