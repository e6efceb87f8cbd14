"""How much a mailbox may send; a house picks the line that fits, or its own numbers.

`source` is the page of the host that says so, read in November 2026; a day's figure counts people there, and each of
our letters goes to one. Where a host publishes none, or none for the minute, the number is a careful guess of ours:
a few a minute spread a day's letters, and fewer than allowed costs only time.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Preset:
    """One line of the list; `hosts` are the ends of server names it is suggested for. None: no such limit.

    `note` is what the host says besides, where it matters before letters leave. No `source`: a guess.
    """

    slug: str
    label: str | Promise
    per_minute: int | None
    per_day: int | None
    hosts: tuple[str, ...] = ()
    source: str = ""
    note: str | Promise = ""


PERSONAL = _("Meant for personal mail only; many letters to members may close it.")
PRESETS = (
    Preset(
        "gmail",  # others report 500 a day; by SMTP at most 100 people in a letter
        "Gmail",
        20,
        500,
        ("smtp.gmail.com",),
        "https://support.google.com/mail/answer/22839",
    ),
    Preset(
        "workspace",  # 2,000 a day; the relay takes 10,000 of each user (support.google.com/a/answer/2956491)
        "Google Workspace",
        60,
        2_000,
        ("smtp-relay.gmail.com",),
        "https://support.google.com/a/answer/166852",
        _("500 a day while the account is on trial."),
    ),
    Preset(
        "microsoft365",
        "Microsoft 365",
        30,
        10_000,
        ("smtp.office365.com", ".mail.protection.outlook.com"),
        "https://learn.microsoft.com/en-us/office365/servicedescriptions/exchange-online-service-description/"
        "exchange-online-limits#sending-limits-1",
    ),
    Preset(
        "outlook",  # the page names 5,000 a day for subscribers, 1,000 of them not written to before, and "lower" for
        # all others; 300 is what those report (learn.microsoft.com/answers/a/9461080), no figure of Microsoft's
        "Outlook.com, Hotmail",
        10,
        300,
        ("smtp-mail.outlook.com",),
        "https://support.microsoft.com/office/sending-limits-in-outlook-com-279ee200-594c-40f0-9ec8-bb6af7735c2e",
        _("New accounts may send far fewer."),
    ),
    Preset(
        "icloud",
        "iCloud Mail",
        20,
        1_000,
        ("smtp.mail.me.com",),
        "https://support.apple.com/102198",
        PERSONAL,
    ),
    Preset(
        "onecom",  # 25 letters in 5 minutes; it names no day
        "one.com",
        5,
        1_000,
        ("send.one.com", "mailout.one.com"),
        "https://help.one.com/hc/en-us/articles/115005586409",
    ),
    Preset(
        "simply",  # closed after 300 in 4 hours (another of its pages: in 2): 1 a minute is 240 in 4
        "simply.com",
        1,
        None,
        ("smtp.simply.com",),
        "https://www.simply.com/en/support/faq/mail/639",
        _(
            "It does not allow newsletters through this server, and closes a mailbox after 300 letters in 4 hours."
        ),
    ),
    Preset(
        "loopia",  # 200 an hour for each address
        "Loopia",
        3,
        None,
        ("mailcluster.loopia.se", "smtp.loopia.se"),
        "https://support.loopia.com/wiki/email-messages-per-hour/",
    ),
    Preset(
        "scannet",
        "ScanNet",
        30,
        10_000,
        (".scannet.dk",),
        "https://knowledgebase.scannet.dk/information/hmcmail-graenser-og-politikker",
    ),
    Preset(
        "ionos",  # 50 an hour in the first week, 100 in the second, 400 and more afterwards
        "IONOS",
        6,
        None,
        (
            "smtp.ionos.com",
            "smtp.ionos.de",
            "smtp.ionos.co.uk",
            "smtp.ionos.fr",
            "smtp.ionos.es",
            "smtp.ionos.it",
        ),
        "https://www.ionos.com/help/email/general-topics/what-are-the-mass-mailing-limits/",
        _("In the first two weeks of a mailbox only 50 or 100 an hour: write 1 a minute then."),
    ),
    Preset("hosting", _("Another web host, to be careful"), 3, 250),
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
