"""Postmark: ten letters in a request, each with its own answer, and a list in which a letter is found by our id.

postmarkapp.com/developer/api/email-api (batch), …/api/messages-api (search), …/api/overview (error codes).
"""

from collections.abc import Mapping
from typing import Any

import requests

from mail.providers import answers, letters
from mail.providers.batches import Answers, Batches, readable
from mail.transports import Later, Refused, Trouble

# A wrong token, a sender that is not confirmed, an account that may not send: no fault of the letter.
OURS = frozenset({10, 400, 401, 405, 412})
TOO_MANY = 429


class Postmark(Batches):
    """Postmark's API."""

    PATH = "email/batch"
    finds = True

    def knows(self, ident: str) -> bool:
        """Whether Postmark has this letter, by our id in its metadata. Raises Later."""
        path = f"messages/outbound?count=1&offset=0&metadata_{letters.METADATA}={ident}"
        answer = self.request("GET", path, self._headers(""))
        said = readable(answer) if isinstance(answer, requests.Response) and answer.ok else None
        if not isinstance(said, Mapping) or not isinstance(said.get("TotalCount"), int):
            raise Later("the mail provider did not say whether it has the letter")
        return bool(said["TotalCount"])

    def _headers(self, _key: str) -> Mapping[str, str]:
        return {"X-Postmark-Server-Token": self._connection.server_token}

    def _each(self, said: Any, number: int) -> Answers | None:
        if not isinstance(said, list) or len(said) != number:
            return None
        if not all(isinstance(one, Mapping) and isinstance(one.get("ErrorCode", 0), int) for one in said):
            return None
        if not all(one.get("ErrorCode", 0) or one.get("MessageID") for one in said):
            return None
        return [_meaning(one.get("ErrorCode", 0), str(one.get("Message", ""))) for one in said]


def _meaning(code: int, words: str) -> Trouble | None:
    if code == 0:
        return None
    said = f"{code} {words}"[: answers.LONGEST]
    if code == TOO_MANY:
        return Later(said, affects_all=True)
    return Later(said, is_ours=True) if code in OURS else Refused(said)
