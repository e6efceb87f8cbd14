"""The kinds of lists: four by the word of the contract, and visits."""

from collections.abc import Collection, Mapping
from typing import cast

from django.utils.translation import gettext as _

from intake.importing import contracts, happenings, money, people, uses
from intake.importing.planning import Kind
from intake.importing.reading import FileRefused

KINDS: Mapping[str, Kind] = {
    name: cast(Kind, module)
    for name, module in {
        "members": people,
        "subscriptions": contracts,
        "payments": money,
        "events": happenings,
        "uses": uses,
    }.items()
}


def header(kind: Kind, names: list[str]) -> list[str]:
    """The columns of a strict file. FileRefused names what is unknown, doubled or missing."""
    names = [name.strip() for name in names]
    if unknown := [name for name in names if name not in kind.COLUMNS]:
        raise FileRefused(
            _("There is no column %(names)s. There are %(known)s.")
            % {
                "names": ", ".join(name[:60] or "“”" for name in unknown[:10]),
                "known": ", ".join(kind.COLUMNS),
            }
        )
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise FileRefused(_("The column %(names)s stands there twice.") % {"names": ", ".join(doubled)})
    if missing := lacking(kind, names):
        raise FileRefused(_("The column %(names)s is missing.") % {"names": ", ".join(missing)})
    return names


def lacking(kind: Kind, names: Collection[str]) -> list[str]:
    """The columns without which nothing of a list can be taken; where one of several is enough, all of these."""
    return [" / ".join(group) for group in kind.NEEDED if not set(group) & set(names)]
