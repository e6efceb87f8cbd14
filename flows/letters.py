"""The letters and senders of a flow, stored as versions when it is published."""

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from mail import blocks, compiling, inspecting, pictures, wording
from mail.models import Letter, LetterVersion, Picture, Sender
from mail.models.message import Purpose
from office.models import House

TEXT_KEYS = ("subject", "preheader", "body", "blocks", "text")
FACELESS = (Purpose.TRANSACTIONAL, Purpose.DUNNING)
Definition = Mapping[str, Any]


def faceless(definition: Definition, given: Mapping[str, bytes]) -> list[str]:
    """Senders of these letters that lack a face, or any way to answer that reaches a person."""
    if definition["purpose"] in FACELESS:
        return []
    used = {letter["sender"] for letter in definition.get("letters", [])}
    named = {sender["slug"]: sender for sender in definition.get("senders", [])}
    stored = {row.slug: row for row in Sender.objects.filter(slug__in=used)}
    found = []
    for slug in sorted(used):
        sender, row = named.get(slug, {}), stored.get(slug)
        if sender.get("picture") not in given and not (row and row.picture_id):
            found.append(f"senders[{slug}]: a picture is missing")
        if not (sender.get("phone") or sender.get("email") or (row and row.phone)):
            found.append(f"senders[{slug}]: a phone or a direct mail address is missing")
    return found


def picture_errors(definition: Definition, given: Mapping[str, bytes]) -> list[str]:
    """Pictures that no letter can show."""
    found = []
    for sender in definition.get("senders", []):
        content = given.get(sender.get("picture", ""))
        try:
            pictures.check(content) if content is not None else None
        except pictures.NoPicture as error:
            found.append(f"senders[{sender.get('slug')}].picture: {error}")
    return found


def with_pictures(definition: Definition, given: Mapping[str, bytes]) -> dict[str, Any]:
    """The definition with the pictures of its blocks in the library: files that were given, by their kept names.

    Raises pictures.NoPicture, naming the file.
    """
    kept: dict[str, str] = {}
    for name in sorted(shown_pictures(definition) & given.keys()):
        try:
            row = pictures.keep(given[name], largest=pictures.LARGEST_UPLOAD, title=name)
        except pictures.NoPicture as error:
            raise pictures.NoPicture(f"{name}: {error}") from error
        Picture.objects.filter(pk=row.pk).update(in_library=True)
        kept[name] = row.name
    if not kept:
        return dict(definition)
    return {**definition, "letters": [_renamed(letter, kept) for letter in definition.get("letters", [])]}


def shown_pictures(definition: Definition) -> set[str]:
    """The names of all pictures that blocks of these letters show."""
    listed = definition.get("letters")
    rows = [row for row in listed if isinstance(row, Mapping)] if isinstance(listed, list) else []
    tables = [table for row in rows for table in (row, *row.values()) if isinstance(table, Mapping)]
    return {name for table in tables for name in blocks.pictures(table.get("blocks"))}


def said(text: Definition) -> list[str]:
    """Everything that a letter says in one language, piece by piece, with its Liquid."""
    plain = [str(text[key]) for key in TEXT_KEYS if key != "blocks" and text.get(key)]
    return [*plain, *blocks.texts(text.get("blocks"))]


def store_senders(
    definition: Definition, before: Definition, given: Mapping[str, bytes]
) -> dict[str, Sender]:
    """Writes the senders of whom the definition says something else than `before`, the version that was current.

    What it does not say of a known sender stays, and so does what staff changed about somebody since.
    """
    said = [dict(sender) for sender in before.get("senders", [])]
    known = set(Sender.objects.values_list("slug", flat=True))
    for sender in definition.get("senders", []):
        if sender["slug"] in known and dict(sender) in said:
            continue
        fields = {key: sender[key] for key in ("name", "email", "phone") if key in sender}
        fields |= _roles(sender, definition)
        if sender.get("picture") in given:
            fields["picture"] = pictures.keep_face(given[sender["picture"]])
        Sender.objects.update_or_create(slug=sender["slug"], defaults=fields)
    used = {letter["sender"] for letter in definition.get("letters", [])}
    return {row.slug: row for row in Sender.objects.filter(slug__in=used)}


def _roles(sender: Mapping[str, Any], definition: Definition) -> dict[str, Any]:
    """What this person does, in the house's own language, and in the others that the file knows."""
    others = roles_of(sender)
    if not others:
        return {"role": sender["role"]} if "role" in sender else {}
    said = {wording.base(language(definition)): sender.get("role", ""), **others}
    at_home = said.pop(wording.base(House.current().language), "")
    return {
        "role": at_home or sender.get("role", ""),
        "roles": {code: role for code, role in said.items() if role},
    }


def roles_of(sender: Mapping[str, Any]) -> dict[str, str]:
    """What the file says in other languages of what this person does: `[senders.da]`."""
    tables = {code: said for code, said in sender.items() if isinstance(said, Mapping)}
    return {code: said["role"] for code, said in tables.items() if said.get("role")}


def store(
    definition: Definition, senders: Mapping[str, Sender], now: dt.datetime
) -> dict[str, LetterVersion]:
    """The letters' versions by slug; a letter that says the same as its newest version gets no new one."""
    return {
        letter["slug"]: _version(letter, senders[letter["sender"]], definition, now)
        for letter in definition.get("letters", [])
    }


def version_digest(sender: int, finished: Mapping[str, Any], *, by_owner: bool) -> str:
    """A mark of all that a version of a letter says, and of who writes it."""
    said = [sender, finished, "by_owner"] if by_owner else [sender, finished]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def texts(letter: Mapping[str, Any], definition: Definition) -> dict[str, dict[str, Any]]:
    """What the editor wrote, by language: the flow's own and the tables named after others."""
    own = {key: letter[key] for key in TEXT_KEYS if key in letter}
    others = {key: dict(value) for key, value in letter.items() if isinstance(value, Mapping)}
    return {language(definition): own, **others}


def compiled(letter: Mapping[str, Any], definition: Definition) -> dict[str, dict[str, str]]:
    """The letter's texts ready for members, by language. Raises compiling.LetterErrors."""
    source = texts(letter, definition)
    return {code: compile_text(text, code, definition).texts() for code, text in source.items()}


def remarks(letter: Definition, definition: Definition) -> dict[str, list[inspecting.Remark]]:
    """What is worth a second look in the letter, by language; nothing of a text that cannot be published anyway."""
    found = {}
    for code, source in texts(letter, definition).items():
        try:
            found[code] = list(_remarks(*_key(source, code, definition)))
        except compiling.LetterErrors:
            continue
    return found


def language(definition: Definition) -> str:
    """The language of the flow's own texts: named, else the house's."""
    return str(definition.get("language") or House.current().language)


def _renamed(letter: Any, kept: Mapping[str, str]) -> Any:
    """The same letter, or part of one, with other names for its pictures."""
    if isinstance(letter, Mapping):
        return {
            key: kept.get(value, value)
            if key == "picture" and isinstance(value, str)
            else _renamed(value, kept)
            for key, value in letter.items()
        }
    return [_renamed(one, kept) for one in letter] if isinstance(letter, list) else letter


def compile_text(source: Definition, code: str, definition: Definition) -> compiling.Compiled:
    """One language of a letter, ready for members. Raises compiling.LetterErrors."""
    return _compiled(*_key(source, code, definition))


def _key(source: Definition, code: str, definition: Definition) -> tuple[str, str, bool]:
    marketing = definition.get("purpose") != Purpose.TRANSACTIONAL
    return json.dumps(dict(source), sort_keys=True), code, marketing


@functools.lru_cache(maxsize=256)
def _remarks(source: str, code: str, marketing: bool) -> tuple[inspecting.Remark, ...]:
    return tuple(inspecting.remarks(_compiled(source, code, marketing).texts()))


@functools.lru_cache(maxsize=256)
def _compiled(source: str, code: str, marketing: bool) -> compiling.Compiled:
    """The same source always compiles to the same letter: publishing checks it and stores it, once compiled."""
    return compiling.compile_letter(json.loads(source), language=code, marketing=marketing)


def _version(
    letter: Mapping[str, Any], sender: Sender, definition: Definition, now: dt.datetime
) -> LetterVersion:
    row, _created = Letter.objects.get_or_create(slug=letter["slug"])
    finished = compiled(letter, definition)
    by_owner = bool(letter.get("by_owner", False))
    digest = version_digest(sender.pk, finished, by_owner=by_owner)
    newest = row.versions.order_by("-number").first()
    if newest and newest.digest == digest:
        return newest
    return LetterVersion.objects.create(
        letter=row,
        number=newest.number + 1 if newest else 1,
        sender=sender,
        by_owner=by_owner,
        language=language(definition),
        texts=finished,
        source=texts(letter, definition),
        holds=blocks.held(texts(letter, definition)),
        digest=digest,
        published_at=now,
    )
