"""What changed between two definitions of a flow, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from flows import letters, step_words, trigger_words
from flows.editing import parts, plain_text
from flows.editing.letter_form import LANGUAGES
from mail import blocks, comparing
from mail.comparing import Piece

Definition = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One thing that differs: what it is about, what happened to it, and the words before and after."""

    about: str
    what: str
    pieces: Sequence[Piece] = ()
    uid: str = ""
    is_letter: bool = False


def between(before: Definition, after: Definition) -> list[Change]:
    """Everything that differs, in the order in which people read a flow."""
    return [*_head(before, after), *_steps(before, after), *_letters(before, after)]


def _head(before: Definition, after: Definition) -> list[Change]:
    readers = (
        (_("Name"), lambda one: str(one.get("name") or "")),
        (_("What it is for"), lambda one: str(one.get("purpose") or "")),
        (_("It begins when"), trigger_words.begins),
        (_("Who gets in"), trigger_words.whom),
        (_("The same member again"), trigger_words.again),
        (_("Members leave it when"), trigger_words.leaves),
        (_("Meant to lead to"), trigger_words.goal),
        (_("Kept out for comparison"), lambda one: f"{round(float(one.get('holdout') or 0) * 100)} %"),
        (_("Every letter waits for a yes"), lambda one: _("yes") if one.get("hold") else _("no")),
    )
    return [
        Change(
            about,
            _("changed"),
            (Piece("gone", old), Piece("kept", " "), Piece("new", new)),
        )
        for about, read in readers
        if (old := read(before)) != (new := read(after))
    ]


def _steps(before: Definition, after: Definition) -> list[Change]:
    old = {step["uid"]: step for step in parts.steps(before)}
    new = {step["uid"]: step for step in parts.steps(after)}
    written, rewritten = parts.letters(before), parts.letters(after)
    found = [
        Change(step_words.sentence(step, written), _("taken out"))
        for uid, step in old.items()
        if uid not in new
    ]
    for uid, step in new.items():
        text = step_words.sentence(step, rewritten)
        if uid not in old:
            found.append(Change(text, _("new"), uid=uid))
        elif old[uid] != step:
            was = step_words.sentence(old[uid], written)
            pieces = comparing.words(was, text) if was != text else ()
            found.append(Change(text, _("changed"), pieces, uid))
    stayed = [uid for uid in old if uid in new]
    if stayed != [uid for uid in new if uid in old]:
        found.append(Change(_("The order of the steps"), _("changed")))
    return found


def _letters(before: Definition, after: Definition) -> list[Change]:
    old, new = parts.letters(before), parts.letters(after)
    sends = {str(step.get("letter")): step["uid"] for step in parts.steps(after)}
    found = []
    for slug, letter in new.items():
        if slug in old and old[slug] != letter:
            found += _letter(old[slug], letter, before, after, sends.get(slug, ""))
    return found


def _letter(
    old: Definition, new: Definition, before: Definition, after: Definition, uid: str
) -> list[Change]:
    name = _("Letter “%s”") % plain_text.friendly(str(new.get("subject", "")))
    found = []
    if old.get("sender") != new.get("sender"):
        found.append(Change(name, _("has another sender"), uid=uid, is_letter=True))
    texts, was = letters.texts(new, after), letters.texts(old, before)
    for code in dict.fromkeys([*was, *texts]):
        language = LANGUAGES.get(code, code)
        if code not in was or code not in texts:
            what = _("now in %s too") if code in texts else _("no longer in %s")
            found.append(Change(name, what % language, uid=uid, is_letter=True))
            continue
        for part in letters.TEXT_KEYS:
            one, other = (_read(text[code].get(part)) for text in (was, texts))
            if one != other:
                found.append(
                    Change(
                        name,
                        _("other words (%s)") % language,
                        comparing.words(one, other),
                        uid,
                        is_letter=True,
                    )
                )
    return found


def _read(part: Any) -> str:
    """A part of a letter as people read it, without what nobody sees; of blocks, each with what it is and says."""
    if not isinstance(part, list):
        return plain_text.friendly(str(part or "")).strip()
    return "\n\n".join(_block(block) for block in part if isinstance(block, Mapping))


def _block(block: Definition) -> str:
    names = (
        [str(one.label) for one in blocks.fields(block["kind"])]
        if block.get("kind") in blocks.names()
        else []
    )
    keys = (
        [one.name for one in blocks.fields(block["kind"])]
        if names
        else [key for key in block if key != "kind"]
    )
    said = [plain_text.friendly(str(block.get(key, ""))) for key in keys]
    lines = [f"{name}: {text}" for name, text in zip(names or keys, said, strict=True) if text]
    return "\n".join([f"[{blocks.label(str(block.get('kind')))}]", *lines])
