"""The ready flows of a trade: one file each beside this module, put into a house as drafts in its own language.

Nothing is published: staff read the letters first and put their own people in the place of the made-up ones.
"""

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows import drafting, files, letters
from flows.models import Flow
from mail import wording
from mail.models import Sender
from members import segments
from members.models import Segment
from office.models import House, User
from relationship.surveys import files as survey_files
from value.models import Benefit
from winback.offers import files as offer_files

FOLDER = Path(__file__).resolve().parent
STARTER = FOLDER.parent.parent / "flows" / "starter"
WRITTEN_IN, OTHER = "en", "da"


@dataclass(frozen=True)
class Loaded:
    """What was made and was not there before: flows, segments, questions and offers by slug, others by name."""

    flows: list[str]
    segments: list[str]
    senders: list[str]
    benefits: list[str]
    surveys: list[str]
    offers: list[str]

    def __bool__(self) -> bool:
        return any(vars(self).values())


def load(trade: str, now: dt.datetime, user: User | None = None) -> Loaded:
    """Makes the flows of the trade as drafts, with the people and segments they name, and examples of benefits.

    What is there stays as it is, and members hear of no example before somebody says that the house has it.
    """
    pack, language = _pack(trade), wording.base(House.current().language)
    made_senders = _senders(trade, language)
    made_segments = _segments(pack, language, now, user)
    asked, offered = survey_files.store(surveys(trade)), offer_files.store(offers(trade))
    there = set(Flow.objects.values_list("slug", flat=True))
    new = [definition for definition in flows(trade, language) if definition["slug"] not in there]
    for definition in new:
        drafting.save(None, definition, user, now)
    found = [definition["slug"] for definition in new]
    return Loaded(found, made_segments, made_senders, _benefits(trade, language), asked, offered)


def flows(trade: str, language: str = WRITTEN_IN) -> Iterator[dict[str, Any]]:
    """The flows of the trade in files' order, their own texts in Danish where `language` is `da`, else in English.

    Who writes is left out: people are kept once for all flows, so that a changed phone is changed everywhere.
    """
    pack = _pack(trade)
    starters = [STARTER / f"{name}.toml" for name in pack.get("starter", [])]
    ours = {letter["slug"]: letter for letter in pack.get("letters", [])}  # in the place of the starter's
    own = [file for file in sorted((FOLDER / trade).glob("*.toml")) if file.name != "pack.toml"]
    for file in (*starters, *own):
        definition = files.read(file.read_text(encoding="utf-8"))
        definition.pop("senders", None)
        definition["letters"] = [ours.get(letter["slug"], letter) for letter in definition.get("letters", [])]
        yield _danish(definition, pack[OTHER][file.stem]) if language == OTHER else definition


def senders(trade: str, language: str = WRITTEN_IN) -> list[dict[str, Any]]:
    """The made-up people who write the trade's letters, as a flow file would name them."""
    return [_person(sender, language) for sender in _pack(trade)["senders"]]


def surveys(trade: str) -> list[dict[str, Any]]:
    """The questions that the trade's letters ask with one click, in both languages."""
    found: list[dict[str, Any]] = _pack(trade).get("surveys", [])
    return found


def offers(trade: str) -> list[dict[str, Any]]:
    """What the trade's letters may offer, in both languages."""
    found: list[dict[str, Any]] = _pack(trade).get("offers", [])
    return found


def rules(trade: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """The trade's rules `said` with their reasons, and the names of its free days, in the house's language."""
    if wording.base(House.current().language) != OTHER:
        return dict(said)
    words = _pack(trade)["da_rules"]
    sending = said["sending"]
    free = [{**day, "name": words["days"][day["name"]]} for day in sending["blackout"]]
    return {
        **said,
        "first_value": {**said["first_value"], "reason": words["first_value"]},
        "stage_rules": [{**rule, "reason": words[rule["to"]]} for rule in said["stage_rules"]],
        "sending": {**sending, "blackout": free},
    }


def _pack(trade: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / trade / "pack.toml").read_text(encoding="utf-8"))


def _senders(trade: str, language: str) -> list[str]:
    there = set(Sender.objects.values_list("slug", flat=True))
    new = [sender for sender in senders(trade, language) if sender["slug"] not in there]
    given = files.pictures_beside(FOLDER / trade / "pack.toml", {"senders": new})
    letters.store_senders({"senders": new}, {}, given)
    return [sender["name"] for sender in new]


def _segments(pack: Mapping[str, Any], language: str, now: dt.datetime, user: User | None) -> list[str]:
    there = set(Segment.objects.values_list("slug", flat=True))
    new = [_said(segment, language) for segment in pack["segments"] if segment["slug"] not in there]
    for segment in new:
        row = Segment(slug=segment["slug"], name=segment["name"])
        segments.save(row, segment["condition"], now, user)
    return [segment["slug"] for segment in new]


def _benefits(trade: str, language: str) -> list[str]:
    there = set(Benefit.objects.exclude(slug=None).values_list("slug", flat=True))
    told = [{**row, "slug": f"{trade}-{row['slug']}"} for row in _pack(trade)["benefits"]]
    new = [row for row in told if row["slug"] not in there]
    for place, row in enumerate(new, 1):
        own = _said(row, language)
        made = Benefit.objects.create(order=10 * place, **own)
        other, words = (WRITTEN_IN, row) if language == OTHER else (OTHER, row[OTHER])
        made.words.create(language=other, name=words["name"], sentence=words["sentence"])
    return [_said(row, language)["name"] for row in new]


def _said(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The row with its words in the house's language."""
    words = row.get(OTHER, {}) if language == OTHER else {}
    return {key: value for key, value in {**row, **words}.items() if key != OTHER}


def _person(sender: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Somebody who writes, with the words of the house's language, and those of the other one beside them."""
    words = sender.get(OTHER, {})
    if language != OTHER:
        return dict(sender)
    return {**_said(sender, language), WRITTEN_IN: {key: sender[key] for key in words if key in sender}}


def _danish(definition: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """The same flow for a Danish house: Danish is what everybody reads of whom no other language is known."""
    return {
        **definition,
        "name": words["name"],
        "language": OTHER,
        "steps": [
            {**step, "title": words[step["uid"]]} if "title" in step else step for step in definition["steps"]
        ],
        "letters": [_turned(letter) for letter in definition.get("letters", [])],
    }


def _turned(letter: Mapping[str, Any]) -> dict[str, Any]:
    own = {key: letter[key] for key in letters.TEXT_KEYS if key in letter}
    rest = {key: value for key, value in letter.items() if key not in (*own, OTHER)}
    return {**rest, **letter[OTHER], WRITTEN_IN: own}
