"""`split`: a few ways side by side, to see which does better. The same member always gets the same way."""

import datetime as dt
import hashlib
import math
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flows.steps import Go, Visit

KEYS = frozenset({"arms"})
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}", re.ASCII)
Arms = Mapping[str, Mapping[str, Any]]


def problems(step: Mapping[str, Any], place: str) -> list[str]:
    """A split needs two arms or more; `weight` defaults to 1, `then` to the next step."""
    arms = step.get("arms")
    if not isinstance(arms, Mapping) or len(arms) < 2:
        return [f"{place}: a split needs “arms”, two or more, such as a = {{ weight = 1, then = 'uid' }}"]
    found = []
    for name, arm in arms.items():
        found += _problems_of_arm(name, arm, f"{place}.arms.{name}")
    if not found and not any(_weight(arm) for arm in arms.values()):
        found.append(f"{place}.arms: one arm at least needs a weight above 0")
    return found


def run(visits: Sequence[Visit], _now: dt.datetime) -> None:
    """Sends each visit down its member's arm, which names the outcome."""
    for visit in visits:
        definition, arms = visit.step.version.definition, visit.step.settings["arms"]
        name = arm_of(visit.member.uuid, definition["slug"], visit.step.uid, arms)
        to = arms[name].get("then")
        visit.result = Go(name, to=to, planned_at=visit.enrolment.planned_at)


def arm_of(member: uuid.UUID, flow: str, uid: str, arms: Arms) -> str:
    """The arm of this member at this step, the same in every version as long as the arms are the same.

    Weighted rendezvous hashing (Schindelhauer and Schomaker, 2005): when a weight is changed or an arm added, only
    those members change arms who must.
    """
    weights = {name: _weight(arm) for name, arm in arms.items()}
    return min(
        (name for name, weight in weights.items() if weight),
        key=lambda name: -math.log(_share(f"{flow}:{uid}:{name}:{member}")) / weights[name],
    )


def _share(text: str) -> float:
    """A number above 0 and up to 1 that is as good as drawn by lot, and the same every time."""
    return (int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") + 1) / 2**48


def _weight(arm: Mapping[str, Any]) -> float:
    return float(arm.get("weight", 1))


def _problems_of_arm(name: str, arm: Any, place: str) -> list[str]:
    found = []
    if not NAME.fullmatch(str(name)):
        found.append(f"{place}: an arm is named with up to 20 letters a-z, digits, - and _")
    if not isinstance(arm, Mapping):
        return [*found, f"{place}: must be a table such as {{ weight = 1, then = 'uid' }}"]
    found += [f"{place}: unknown word “{key}”" for key in sorted(set(arm) - {"weight", "then"})]
    if not isinstance(arm.get("then", ""), str):
        found.append(f"{place}.then: must be a text")
    weight = arm.get("weight", 1)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 1_000_000:
        found.append(f"{place}.weight: a number from 0 to 1000000")
    return found
