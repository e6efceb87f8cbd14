"""The parts of a draft: its steps and letters, found, put in, moved and taken out. Every verb returns a new draft."""

import copy
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from flows.editing import plain_text
from flows.models import Flow, Step
from mail.models import Letter

Draft = dict[str, Any]
JUMPS = ("then", "else")
NEW: dict[str, dict[str, Any]] = {
    "send": {"not_after": "5d"},
    "wait": {"for": "2d"},
    "branch": {},
    "task": {"title": "", "due": "2d"},
    "split": {"arms": {"a": {"weight": 1}, "b": {"weight": 1}}},
}


class Gone(LookupError):
    """The step is not in the draft any more: somebody took it out."""


def digest(part: Any) -> str:
    """A mark of what a part says, so that two people who change it at once notice."""
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:16]


def steps(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps that can be read; an imported file may have anything in their place."""
    listed = draft.get("steps")
    rows = listed if isinstance(listed, list) else []
    return [row for row in rows if isinstance(row, dict) and _is_name(row.get("uid"))]


def _is_name(word: Any) -> bool:
    return isinstance(word, str) and bool(word) and word.isprintable()


def letters(draft: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The letters by slug."""
    listed = draft.get("letters")
    rows = listed if isinstance(listed, list) else []
    return {row["slug"]: row for row in rows if isinstance(row, dict) and isinstance(row.get("slug"), str)}


def find(draft: Mapping[str, Any], uid: str) -> tuple[int, dict[str, Any]]:
    """The place (from 0) and the settings of a step. Raises Gone."""
    for place, step in enumerate(steps(draft)):
        if step["uid"] == uid:
            return place, step
    raise Gone(uid)


def letter_of(draft: Mapping[str, Any], step: Mapping[str, Any]) -> dict[str, Any]:
    """The letter that a step sends, empty where nobody wrote one yet."""
    return letters(draft).get(str(step.get("letter", "")), {})


def subject(letter: Mapping[str, Any]) -> str:
    """The letter's subject, with words in place of its fields."""
    return plain_text.told(str(letter.get("subject", "")))


def seen(draft: Mapping[str, Any], uid: str) -> str:
    """The mark of a step together with its letter."""
    _place, step = find(draft, uid)
    return digest([step, letter_of(draft, step)])


def put_step(
    draft: Draft, uid: str, step: Mapping[str, Any], letter: Mapping[str, Any] | None = None
) -> Draft:
    """The draft with this step, and the letter that it sends, in place of what they were."""
    changed = copy.deepcopy(draft)
    place, _before = find(changed, uid)
    changed["steps"] = steps(changed)
    changed["steps"][place] = dict(step)
    if letter is not None:
        known = letters(changed)
        known[letter["slug"]] = dict(letter)
        changed["letters"] = list(known.values())
    return changed


def add(flow: Flow, draft: Draft, kind: str, after: str = "") -> tuple[Draft, str]:
    """The draft with a new step of this kind behind `after` (the first place for "", else the end), and its uid."""
    changed = copy.deepcopy(draft)
    rows = steps(changed)
    uid = _new_uid(flow, changed, kind)
    step = {"uid": uid, "kind": kind, **NEW.get(kind, {})}
    if kind == "send":
        step["letter"] = _new_slug(flow, changed)
        changed["letters"] = [*letters(changed).values(), _new_letter(changed, step["letter"])]
    places = {row["uid"]: place for place, row in enumerate(rows)}
    rows.insert(places[after] + 1 if after in places else len(rows) if after else 0, step)
    changed["steps"] = rows
    return changed, uid


def duplicate(flow: Flow, draft: Draft, uid: str) -> tuple[Draft, str]:
    """The draft with a copy of the step, and of its letter, behind it."""
    changed = copy.deepcopy(draft)
    place, step = find(changed, uid)
    twin = copy.deepcopy(step) | {"uid": _new_uid(flow, changed, str(step.get("kind")))}
    if written := letter_of(changed, step):
        twin["letter"] = _new_slug(flow, changed)
        changed["letters"] = [*letters(changed).values(), copy.deepcopy(written) | {"slug": twin["letter"]}]
    rows = steps(changed)
    rows.insert(place + 1, twin)
    changed["steps"] = rows
    return changed, twin["uid"]


def move(draft: Draft, uid: str, to: int) -> Draft:
    """The draft with the step at the place `to` (from 0); beyond the ends it stays at the end."""
    changed = copy.deepcopy(draft)
    place, step = find(changed, uid)
    rows = steps(changed)
    rows.pop(place)
    rows.insert(max(0, min(to, len(rows))), step)
    changed["steps"] = rows
    return changed


def remove(draft: Draft, uid: str) -> Draft:
    """The draft without the step, without jumps to it, and without its letter where no other step sends it."""
    changed = copy.deepcopy(draft)
    place, step = find(changed, uid)
    rows = steps(changed)
    rows.pop(place)
    for row in rows:
        for place_of_jump in (row, *_arms(row)):
            for key in JUMPS:
                if place_of_jump.get(key) == uid:
                    del place_of_jump[key]
    if step.get("letter") not in {row.get("letter") for row in rows}:
        changed["letters"] = [row for slug, row in letters(changed).items() if slug != step.get("letter")]
    changed["steps"] = rows
    return changed


def _arms(step: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The ways of a split."""
    arms = step.get("arms")
    return [arm for arm in arms.values() if isinstance(arm, dict)] if isinstance(arms, Mapping) else []


def _new_uid(flow: Flow, draft: Draft, kind: str) -> str:
    """A uid that no version ever had: members may still stand at a step that is gone from the draft."""
    taken = set(Step.objects.filter(version__flow=flow).values_list("uid", flat=True))
    taken |= {step["uid"] for step in steps(draft)}
    return _free(re.sub(r"\W", "", kind) or "step", taken)


def _new_slug(flow: Flow, draft: Draft) -> str:
    begin = flow.slug[:70]
    taken = set(Letter.objects.filter(slug__startswith=begin).values_list("slug", flat=True))
    return _free(begin, taken | set(letters(draft)))


def _new_letter(draft: Draft, slug: str) -> dict[str, Any]:
    """An empty letter by whoever writes the flow's other ones."""
    senders = [row["sender"] for row in letters(draft).values() if row.get("sender")]
    return {"slug": slug, **({"sender": senders[0]} if senders else {}), "subject": "", "body": ""}


def _free(begin: str, taken: set[str]) -> str:
    number = 1
    while f"{begin}-{number}" in taken:
        number += 1
    return f"{begin}-{number}"
