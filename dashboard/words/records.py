"""The entries in the domain's name server that let mail servers believe our letters, as they are to be written.

What each provider wants besides is on its own pages; keys for signing are made there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

# Where each provider's servers are named (their pages on sender authentication).
SPF = {
    "postmark": "spf.mtasv.net",
    "amazon_ses": "amazonses.com",
    "sendgrid": "sendgrid.net",
    "mailgun": "mailgun.org",
    "resend": "amazonses.com",
    "brevo": "spf.brevo.com",
    "mailjet": "spf.mailjet.com",
    "sparkpost": "sparkpostmail.com",
}


@dataclass(frozen=True)
class Record:
    """One entry: what it is called, what it is for, where it stands and what it says; `value` empty: ask who has it."""

    title: str
    text: str
    name: str
    kind: str
    value: str


def provider(way: Mapping[str, Any]) -> str:
    """The mail provider by its name in `EMAIL_URL`; empty for a mail server, or where letters stay here."""
    return str(way["backend"]).split(".")[2] if way["kind"] == "anymail" else ""


def of(domain: str, address: str, way: Mapping[str, Any]) -> list[Record]:
    """SPF, DKIM and DMARC for letters that leave from `address` of `domain` by `way` (MAIL_TRANSPORT)."""
    return [
        Record(
            _("SPF: who may send for you"),
            _("Lists the servers that may send letters from your domain.")
            + " "
            + _("There may be only one such entry: if you have one, add the middle part to it."),
            domain,
            "TXT",
            f"v=spf1 {_servers(way)} ~all",
        ),
        Record(
            _("DKIM: a signature on every letter"),
            _("Shows that nobody changed a letter on its way.")
            + " "
            + _("Your mail provider or mail server makes the key and tells you what to enter."),
            f"…._domainkey.{domain}",
            "TXT",
            "",
        ),
        Record(
            _("DMARC: what to do with false ones"),
            _("Says what becomes of letters that only pretend to be yours, and where to report them.")
            + " "
            + _("Begin with “none”; when the reports look right for some weeks, write “quarantine”."),
            f"_dmarc.{domain}",
            "TXT",
            f"v=DMARC1; p=none; rua=mailto:{address}",
        ),
    ]


def _servers(way: Mapping[str, Any]) -> str:
    name = provider(way)
    if name in SPF:
        return f"include:{SPF[name]}"
    return f"a:{way['host']}" if way["kind"] == "smtp" else "mx"
