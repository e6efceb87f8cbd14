"""What an HTTP answer says of the letter it is about: not taken, never taken, or nobody knows (RFC 9110, 15)."""

import datetime as dt
from collections.abc import Mapping
from email import utils

import requests
from urllib3 import exceptions

from mail.transports import Later, Refused, Trouble, Unclear

CONNECT_TIMEOUT, ANSWER_TIMEOUT = 10.0, 60.0  # seconds
IDLE_LIMIT = 20.0  # seconds; a line that the provider closes under a letter leaves us not knowing
# The key is wrong, the account is not paid or not let in, the address of the API is wrong: no fault of the letter.
OURS = frozenset({401, 402, 403, 404, 405})
LONGEST = 300
LONGEST_WAIT = dt.timedelta(days=1)


def of_status(status: int, words: str, headers: Mapping[str, str]) -> Trouble:
    """The meaning of an answer that is not a success. What the provider may have taken all the same is unclear."""
    said = f"{status} {words}"[:LONGEST]
    if status == 429 or (status == 503 and "Retry-After" in headers):
        return Later(said, affects_all=True, after=wait(headers))
    if status in OURS:
        return Later(said, is_ours=True)
    if 400 <= status < 500 and status not in {408, 409, 425}:
        return Refused(said)
    return Unclear(said, affects_all=True)


def of_failure(error: Exception) -> Trouble:
    """The meaning of no answer at all: unclear, unless the letter cannot have been asked about yet."""
    said = f"{type(error).__name__}: {error}"[:LONGEST]
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return Later(said, is_ours=True)
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError) or _never_connected(error):
        return Later(f"mail provider out of reach: {said}"[:LONGEST], affects_all=True)
    return Unclear(said, affects_all=True)


def wait(headers: Mapping[str, str]) -> dt.timedelta | None:
    """How long Retry-After asks for, as seconds or as a date (RFC 9110 10.2.3); None when it says nothing readable."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            moment = utils.parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        seconds = (moment - dt.datetime.now(dt.UTC)).total_seconds()
    return min(max(dt.timedelta(seconds=seconds), dt.timedelta()), LONGEST_WAIT)


def _never_connected(error: BaseException | None) -> bool:
    while error is not None:
        reason = getattr(error.args[0], "reason", None) if error.args else None
        if isinstance(reason, exceptions.NewConnectionError | exceptions.ConnectTimeoutError):
            return True
        error = error.__cause__
    return False
