"""Letters and senders that steps name and nobody wrote, and everything wrong inside the letters."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from flows import letters, shape
from mail import arbitration, blocks, compiling
from mail.models import Sender
from mail.models.message import Purpose

SLUG, SLUG_UP_TO = re.compile(r"[A-Za-z0-9_-]+"), 80
LANGUAGE, LANGUAGE_UP_TO = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*"), 12
Definition = Mapping[str, Any]


def errors(definition: Definition) -> list[str]:
    """All of it, each with its place; an empty list means that the letters can be published."""
    listed = Counter(letter.get("slug") for letter in definition.get("letters", []))
    written = {letter.get("slug"): letter for letter in definition.get("letters", [])}
    senders = {sender.get("slug") for sender in definition.get("senders", [])}
    found = [
        f"steps[{step.get('uid')}]: there is no letter “{step['letter']}”"
        for step in definition.get("steps", [])
        if step.get("letter") and step["letter"] not in written
    ]
    wanted = [letter.get("sender") for letter in written.values()]
    known = set(Sender.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    found += [
        f"letters: the slug “{slug}” stands twice" for slug, times in listed.items() if slug and times > 1
    ]
    for slug, letter in written.items():
        place = f"letters[{slug}]"
        found += slug_errors(slug, f"{place}.slug") if slug else ["letters: “slug” is missing"]
        if not letter.get("sender"):
            found.append(f"{place}: “sender” is missing, the slug of who writes it")
        elif letter["sender"] not in senders | known:
            found.append(f"{place}: there is no sender “{letter['sender']}”")
        found += _languages(letter, definition, place)
        found += [f"{place}: unknown word “{key}”" for key in sorted(_strangers(letter))]
        if not isinstance(letter.get("by_owner", False), bool):
            found.append(f"{place}.by_owner: must be true or false")
        found += _mistakes(letter, definition, place) + _too_much(letter, definition, place)
    return found


def _too_much(letter: Mapping[str, Any], definition: Definition, place: str) -> list[str]:
    """A letter shows one thing of each kind that a room keeps, the same in every language; a receipt offers nothing."""
    held = blocks.all_held(letters.texts(letter, definition))
    several = {blocks.label(kind): names for kind, names in held.items() if len(names) > 1}
    found = [f"{place}: one {kind} in a letter, not {', '.join(names)}" for kind, names in several.items()]
    if definition.get("purpose") == Purpose.TRANSACTIONAL and arbitration.OFFER in held:
        found.append(f"{place}: a letter about the membership itself makes no offer")
    return found


def slug_errors(slug: str, place: str) -> list[str]:
    """Why nothing can have this short name."""
    if SLUG.fullmatch(slug):
        return shape.too_long(slug, SLUG_UP_TO, place)
    return [f"{place}: “{slug}” may have letters, digits and hyphens only"]


def _languages(letter: Mapping[str, Any], definition: Definition, place: str) -> list[str]:
    """Texts that nobody would ever read: of no language, or of the flow's own a second time."""
    tables = [key for key, value in letter.items() if isinstance(value, Mapping)]
    found = [
        f"{place}.{key}: “{key}” is no language; write it like da or pt-BR"
        for key in tables
        if not LANGUAGE.fullmatch(key) or len(key) > LANGUAGE_UP_TO
    ]
    if letters.language(definition) in tables:
        found.append(
            f"{place}.{letters.language(definition)}: this is the flow's own language, whose texts stand above"
        )
    return found


def _strangers(letter: Mapping[str, Any]) -> set[str]:
    known = (*letters.TEXT_KEYS, "slug", "sender", "by_owner")
    return {key for key, value in letter.items() if key not in known and not isinstance(value, Mapping)}


def _mistakes(letter: Mapping[str, Any], definition: Definition, place: str) -> list[str]:
    found = []
    for code, source in letters.texts(letter, definition).items():
        try:
            letters.compile_text(source, code, definition)
        except compiling.LetterErrors as error:
            found += [f"{place} ({code}): {mistake}" for mistake in error.errors]
    return found
