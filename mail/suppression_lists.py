"""Lists of addresses that get no letters come in: from another mail system, or from this one.

One address on each line, or a table whose first line names its columns. Reading the same list again changes nothing,
and a graver reason that is known already stays.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from api import errors, secrets
from mail import mime, suppressions
from mail.models import Suppression
from members import identity, ledger
from office import audit
from office.models import User

Reason = Suppression.Reason
BYTES, LINES, CHUNK = 20 * 1024 * 1024, 200_000, 500
ADDRESS = ("address", "email", "emailaddress", "recipient", "mail", "emailadresse", "adresse")
REASON, DETAIL, HASH = ("reason", "suppressionreason", "type", "grund"), ("detail",), ("code",)
ESCAPED = re.compile(
    r"^'(?=[=+@-])"
)  # what our own list has before a cell that a spreadsheet would calculate
HASHED = re.compile(r"[0-9a-f]{64}")
# How mail systems call it, in small letters without anything between the words.
WORDS = {
    Reason.BOUNCED: ("bounced", "bounce", "hardbounce", "permanent", "invalid", "bademailaddress"),
    Reason.COMPLAINED: ("complained", "complaint", "spam", "spamcomplaint", "abuse"),
    Reason.MANUAL: ("", "manual", "manualsuppression", "unsubscribe", "unsubscribed", "blocked", "optout"),
    Reason.REFUSED: ("refused",),
}
REASONS = {word: reason for reason, words in WORDS.items() for word in words}


@dataclass
class Outcome:
    """What came of a list: addresses new here, those known already, and lines not taken, each with the reason."""

    created: int = 0
    known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One address of a list, or only its hash, as an erasure leaves it."""

    number: int
    address: str
    digest: str
    reason: Reason
    detail: str


def take(raw: bytes, name: str, by: User | None, now: dt.datetime) -> Outcome:
    """Takes a list in, whole or not at all, and writes down who did. errors.Refused: what is wrong with the file."""
    text = _decoded(raw)
    outcome = Outcome()
    lines: dict[str, Line] = {}
    for line in _lines(text, outcome):
        known = lines.get(line.digest)
        if known is None or suppressions.is_graver(line.reason, known.reason):
            lines[line.digest] = line
    if not lines and not outcome.refused:
        raise errors.Refused({"file": _("The list is empty.")})
    with transaction.atomic():
        chosen = list(lines.values())
        for start in range(0, len(chosen), CHUNK):
            _write(chosen[start : start + CHUNK], outcome, now)
        audit.record(by, "suppressions.imported", name, now, number=outcome.created, count=len(chosen))
    return outcome


def _decoded(raw: bytes) -> str:
    if len(raw) > BYTES:
        raise errors.Refused({"file": _("The file is larger than %(most)d MB.") % {"most": BYTES // 1024**2}})
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.Refused(
            {"file": _("Save the list as UTF-8 text or CSV; this is something else.")}
        ) from error


def _lines(text: str, outcome: Outcome) -> Iterator[Line]:
    records = _records(text)
    first = next(((number, cells) for number, cells in records if any(cells)), None)
    if first is None:
        return
    columns = _columns(first[1])
    if not columns:
        columns, records = {"address": 0}, iter([first, *records])
    for number, cells in records:
        if number > LINES:
            raise errors.Refused({"file": _("The list is longer than %(most)d lines.") % {"most": LINES}})
        if any(cells):
            try:
                yield _line(number, cells, columns)
            except ValueError as error:
                outcome.refused.append((number, str(error)))


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    begins = text.lstrip()[:2000].partition("\n")[0]
    separator = max(",;\t", key=begins.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num, [ESCAPED.sub("", cell.strip()) for cell in cells]
    except csv.Error as error:
        said = {"line": reader.line_num, "why": error}
        raise errors.Refused({"file": _("Line %(line)d cannot be read: %(why)s") % said}) from error


def _columns(cells: list[str]) -> dict[str, int]:
    """Where what stands; empty for a list without names, which begins with an address."""
    if any("@" in cell for cell in cells):
        return {}
    named = {_bare(cell): place for place, cell in enumerate(cells)}
    wanted = {"address": ADDRESS, "reason": REASON, "detail": DETAIL, "code": HASH}
    found = {key: named[name] for key, names in wanted.items() for name in reversed(names) if name in named}
    if "address" not in found:
        sentence = _("The first line must name a column “address” or “email”, or be an address itself.")
        raise errors.Refused({"file": sentence})
    return found


def _line(number: int, cells: list[str], columns: dict[str, int]) -> Line:
    """ValueError: what is wrong with it."""
    said = {key: cells[place] if place < len(cells) else "" for key, place in columns.items()}
    address, code, word = said["address"], said.get("code", ""), said.get("reason", "")
    reason = REASONS.get(_bare(word))
    if reason is None:
        raise ValueError(_("reason: “%(word)s” is not known here.") % {"word": word[:80]})
    if not address and HASHED.fullmatch(code):
        return Line(number, "", code, reason, "")
    if reason == Reason.REFUSED:
        raise ValueError(_("reason: “refused” is kept for people whose data was erased."))
    try:
        mime.address(address)
    except mime.Unmailable as error:
        raise ValueError(
            _("address: “%(text)s” is not an e-mail address.") % {"text": address[:80]}
        ) from error
    digest = secrets.keyed_hash("suppression", identity.email_key(address))
    return Line(number, identity.email_key(address), digest, reason, said.get("detail", "")[:300])


def _bare(word: str) -> str:
    return re.sub(r"[\W_]", "", word.casefold())


def _write(lines: list[Line], outcome: Outcome, now: dt.datetime) -> None:
    wanted = {line.digest: line for line in lines}
    for line in lines:  # what was hashed before SECRET_KEY was changed is the same address
        older = secrets.keyed_hashes("suppression", line.address)[1:] if line.address else []
        wanted |= dict.fromkeys(older, line)
    known = {
        wanted[row.address_hash].digest: row for row in Suppression.objects.filter(address_hash__in=wanted)
    }
    fresh = [line for line in lines if line.digest not in known]
    ledger.stopped([(line.digest, line.reason) for line in fresh], now)
    Suppression.objects.bulk_create(
        [Suppression(address_hash=one.digest, address=one.address, reason=one.reason, detail=one.detail, at=now)
         for one in fresh],
        ignore_conflicts=True,
    )  # fmt: skip
    for line in lines:
        if line.digest in known:
            suppressions.worsen(known[line.digest], line.reason, now, line.detail)
    outcome.created += len(fresh)
    outcome.known += len(known)
