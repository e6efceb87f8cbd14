"""The ways that lead from step to step, and whether every circle among them rests."""

from collections.abc import Mapping, Sequence
from typing import Any

from members import durations

SHORT = " that takes time each time round; one for a day after entry, or for no time, is over at once"


def loops(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """Circles in which a run would never rest: at least one step of each must be a wait that takes time every time."""
    leading = of(steps)
    restless = {step["uid"] for step in steps if not rests(step["kind"], step)}
    waits = {step["uid"] for step in steps if step["kind"] == "wait"}
    found = []
    for start in (step["uid"] for step in steps if step["uid"] in restless):
        seen: set[str] = set()
        ahead = [to for to in leading[start] if to in restless]
        while ahead:
            uid = ahead.pop()
            if uid == start:
                found.append(f"steps[{start}]: a loop without a wait{SHORT if waits & restless else ''}")
                break
            if uid not in seen:
                seen.add(uid)
                ahead += [to for to in leading[uid] if to in restless]
    return found


def of(steps: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Where each step can lead, by uid."""
    return {step["uid"]: _leads_to(step, steps[place + 1 :]) for place, step in enumerate(steps)}


def rests(kind: str, settings: Mapping[str, Any]) -> bool:
    """Whether everybody who comes to this step stays for a while, however often they come."""
    if kind != "wait" or "day" in settings:
        return False
    lasts = [settings[key] for key in ("for", "timeout") if key in settings]
    return all(durations.parse(text)[0] for text in lasts)


def named(step: Mapping[str, Any]) -> dict[str, Any]:
    """The steps that a step names as a way on, each by where it is named: `then`, `else`, `arms.a.then`."""
    ways = {key: step[key] for key in ("then", "else") if key in step}
    arms = step.get("arms")
    for name, arm in arms.items() if isinstance(arms, Mapping) else ():
        if isinstance(arm, Mapping) and "then" in arm:
            ways[f"arms.{name}.then"] = arm["then"]
    return ways


def _leads_to(step: Mapping[str, Any], rest: Sequence[Mapping[str, Any]]) -> list[str]:
    following = [rest[0]["uid"]] if rest and _goes_on(step) else []
    return [*named(step).values(), *following]


def _goes_on(step: Mapping[str, Any]) -> bool:
    """Whether anybody comes to the step that stands below."""
    if step["kind"] == "split":
        return any("then" not in arm for arm in step["arms"].values())
    return step["kind"] != "end" and not (step["kind"] == "branch" and "else" in step)
