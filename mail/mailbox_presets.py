"""How much a mailbox may send; a house picks the line that fits, or its own numbers.

A start, to be held against the contract: Google's and Microsoft's days, and Microsoft's 30 a minute, are the usual
figures; the other numbers, and the minutes of the rest, are careful guesses of ours that spread an hour's letters.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Preset:
    """One line of the list; `hosts` are the ends of server names it is suggested for. None: no such limit."""

    slug: str
    label: str | Promise
    per_minute: int | None
    per_day: int | None
    hosts: tuple[str, ...] = ()


PRESETS = (
    Preset("gmail", "Gmail", 20, 500, ("smtp.gmail.com",)),
    Preset("workspace", "Google Workspace", 60, 2_000, ("smtp-relay.gmail.com",)),
    Preset(
        "microsoft365", "Microsoft 365", 30, 10_000, ("smtp.office365.com", ".mail.protection.outlook.com")
    ),
    Preset("outlook", "Outlook.com, Hotmail", 10, 300, ("smtp-mail.outlook.com",)),
    Preset("icloud", "iCloud Mail", 20, 1_000, ("smtp.mail.me.com",)),
    Preset("onecom", "one.com", 20, 1_000, ("send.one.com", "mailout.one.com")),
    Preset("simply", "simply.com", 10, 500, ("smtp.simply.com",)),
    Preset("hosting", _("Another web host, to be careful"), 5, 250),
    Preset("own", _("A mail server of our own"), 600, None, ("localhost", "127.0.0.1")),
    Preset("none", _("A mail provider"), None, None),
)
BY_SLUG = {preset.slug: preset for preset in PRESETS}


def suggested(name: str, *, is_provider: bool) -> Preset:
    """The line that fits a mailbox of this name best."""
    if is_provider:
        return BY_SLUG["none"]
    fitting = (preset for preset in PRESETS if name.lower().endswith(preset.hosts or ("\0",)))
    return next(fitting, BY_SLUG["hosting"])
