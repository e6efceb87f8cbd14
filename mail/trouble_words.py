"""What a mail server or provider said when it took no letters, in plain words with the thing to do."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
KNOWN: tuple[tuple[str, Text], ...] = (
    (
        r"\b535\b|\b534\b|password|credentials|^401|\b10 |api key|signature.*match",
        _("The user name, password or key is not accepted. Make a new one there, and write it into the settings."),
    ),
    (
        r"name or service not known|nodename|name resolution|getaddrinfo|no address associated",
        _("No server of that name is found. Look at the name in EMAIL_URL."),
    ),
    (
        r"connection refused|no route|unreachable",
        _("Nobody answers at that server and port. Look at both, and whether a firewall is in between."),
    ),
    (
        r"certificate|ssl|tls",
        _("No safe connection comes about. Try smtps:// with port 465, or smtp+tls:// with port 587."),
    ),
    (
        r"timed? ?out|silent",
        _("The server does not answer in time. It is tried again by itself."),
    ),
    (
        r"limit|quota|too many|\b429\b|rate",
        _("Too many letters for this mailbox. Choose its limit below, so that letters are spread."),
    ),
    (
        r"block|black ?list|denylist|spamhaus|reputation|barracuda|spamcop",
        _("The other side blocks letters from you. Ask whoever runs the mail server why, before more is sent."),
    ),
    (
        r"relay|authentication required|not authenticated",
        _("The server wants a user name and password, or does not send for your domain."),
    ),
    (
        r"dmarc|\bspf\b|5\.7\.2\d|not verified|not confirmed|sender",
        _("Your domain does not allow this server to send for it. “Do letters arrive?” has the entries it needs."),
    ),
    (
        r"^40[2345]|paused|suspend|approval",
        _("The account there may not send now. Sign in there and look what it says."),
    ),
)  # fmt: skip


def plain(trouble: str) -> str:
    """The sentence for what was said; a general one where nobody knows these words."""
    for words, text in KNOWN:
        if re.search(words, trouble, re.IGNORECASE):
            return str(text)
    return str(_("The other side did not take it."))
