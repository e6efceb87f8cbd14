"""What a domain says to mail servers, held against what it ought to say, in plain words."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mail import domain_records


@dataclass(frozen=True)
class Verdict:
    """Whether an entry is as it should be (`ok`, `warn`, `danger`), why, and what it says now."""

    tone: str
    said: str
    entry: str = ""


def verdicts(domain: str, wanted_spf: str, selector: str) -> list[Verdict]:
    """Of SPF, DKIM and DMARC, asked just now; takes some seconds where nobody answers."""
    return [
        _asked(lambda: _spf(domain_records.spf(domain), wanted_spf)),
        _asked(lambda: _dkim(domain_records.dkim(domain, selector), selector)),
        _asked(lambda: _dmarc(domain_records.dmarc(domain))),
    ]


def _asked(question: Callable[[], Verdict]) -> Verdict:
    try:
        return question()
    except domain_records.Silent:
        return Verdict("warn", _("The name server did not answer. Try again in a minute."))


def _spf(found: list[str], wanted: str) -> Verdict:
    if not found:
        return Verdict("danger", _("It is missing."))
    if len(found) > 1:
        return Verdict(
            "danger", _("There are several. Mail servers then believe none: make one of them."), found[0]
        )
    parts, ours = found[0].split(), wanted.split()[1]
    if "+all" in parts or "all" in parts:
        return Verdict("danger", _("It lets everybody send in your name. End it with “~all”."), found[0])
    if ours not in parts:
        return Verdict("danger", _("It does not name the way your letters leave: add “%s”.") % ours, found[0])
    return Verdict("ok", _("As it should be."), found[0])


def _dkim(found: list[str], selector: str) -> Verdict:
    if not selector:
        return Verdict("warn", _("Write the selector above that your provider gave you, then look again."))
    if not found:
        return Verdict("danger", _("There is no key under “%s”.") % selector[:60])
    key = found[0].partition("p=")[2].partition(";")[0].strip()
    if not key:
        return Verdict("danger", _("The key was taken back: it is empty."), found[0])
    return Verdict("ok", _("As it should be."), found[0])


def _dmarc(found: list[str]) -> Verdict:
    if len(found) != 1:
        said = _("There are several. Mail servers then believe none: make one of them.")
        return Verdict("danger", said if found else _("It is missing."), found[0] if found else "")
    if "rua=" not in found[0].lower():
        return Verdict(
            "warn", _("It stands, but nobody hears of false letters: add “rua=mailto:…”."), found[0]
        )
    return Verdict("ok", _("As it should be."), found[0])
