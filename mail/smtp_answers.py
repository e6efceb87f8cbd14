"""What a mail server's answer says: of the letter, of its reader, or of us (RFC 5321 4.2, RFC 3463)."""

import datetime as dt
import re
import smtplib

from mail.transports import Later, Refused

LONGEST = 300
DEAD_ADDRESS = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")
# Said of whoever sends, not of one letter or its reader: block lists, limits, a missing login, a domain that may not.
OURS = re.compile(
    r"\bblock(?:ed|list)|black ?list|denylist|spamhaus|spamcop|barracuda|reputation|sender verify"
    r"|sending limit|(?:daily|hourly|message|rate|sending).{0,20}\b(?:limit|quota|rate)\b.{0,20}exceed"
    r"|exceed.{0,30}\b(?:limit|quota|rate)\b|rate.?limit"
    r"|too many (?:messages|mails|e-?mails|letters|connections|recipients)"
    r"|authenticat\w+ (?:is )?(?:required|needed)|not authenticated|\bdmarc\b|\bspf\b"
    r"|unable to relay|relay(?:ing)?(?: access)? (?:is )?(?:denied|not (?:allowed|permitted))"
    r"|insufficient system (?:storage|resources)|\b5\.4\.5\b|\b5\.7\.(?:2[3-9]|6\d\d|7\d\d)\b",
    re.IGNORECASE,
)
# Of these the reader's own mailbox is the subject, whatever words follow.
READERS = re.compile(r"^[45]\.[12]\.\d")
AGAIN_IN = re.compile(
    r"(?:again|retry|wait|come back)\D{0,30}?(\d{1,5})\s*(s\b|sec|min|m\b|hour|h\b)", re.IGNORECASE
)
LOGIN = {530, 534, 535, 538}  # a login or STARTTLS is missing (RFC 4954 6, RFC 3207 4): true of every letter
SECONDS = {"s": 1, "m": 60, "h": 3600}


def meaning(code: int, text: str, *, recipient: bool) -> Later | Refused:
    """What an answer means that was not hoped for; `recipient`: it was given to RCPT."""
    words, is_ours = f"{code} {text}"[:LONGEST], code in LOGIN or _is_about_us(text)
    if 500 <= code < 600 and not is_ours:
        return Refused(words, dead_address=recipient and text.split(" ", maxsplit=1)[0] in DEAD_ADDRESS)
    return Later(words, affects_all=code == 421, is_ours=is_ours, after=_after(text))


def unreachable(error: Exception) -> Later:
    """Why no conversation came about; a refused login, or a server that wants none of us, is ours to put right."""
    is_ours = isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPNotSupportedError) or (
        isinstance(error, smtplib.SMTPResponseException) and 500 <= error.smtp_code < 600
    )
    code = getattr(error, "smtp_code", 0)
    is_ours = (
        is_ours and not 400 <= code < 500
    )  # 454: the server's own trouble with logins passes (RFC 4954 6)
    return Later(f"mail server out of reach: {error}"[:LONGEST], affects_all=True, is_ours=is_ours)


def _is_about_us(text: str) -> bool:
    return bool(OURS.search(text)) and not READERS.match(text)


def _after(text: str) -> dt.timedelta | None:
    """How long a greylisting server says to wait."""
    found = AGAIN_IN.search(text)
    return dt.timedelta(seconds=int(found[1]) * SECONDS[found[2][0].lower()]) if found else None
