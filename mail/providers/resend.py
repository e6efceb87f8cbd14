"""Resend: ten letters in a request under a key; within 24 hours the same request under it leaves only once.

resend.com/docs/api-reference/emails/send-batch-emails, …/docs/dashboard/emails/idempotency-keys.
"""

from collections.abc import Mapping
from typing import Any

from mail.providers import answers
from mail.providers.batches import Answers, Batches
from mail.transports import Refused


class Resend(Batches):
    """Resend's API."""

    PATH = "emails/batch"
    repeats = True

    def _headers(self, key: str) -> Mapping[str, str]:
        return {
            "Authorization": f"Bearer {self._connection.api_key}",
            "Idempotency-Key": key,
            "x-batch-validation": "permissive",  # one letter that it refuses does not stop the others
        }

    def _each(self, said: Any, number: int) -> Answers | None:
        if not isinstance(said, Mapping) or not isinstance(said.get("data"), list):
            return None
        refused = _refused(said.get("errors") or [], number)
        if refused is None or len(said["data"]) + len(refused) != number:
            return None
        return [
            Refused(refused[place][: answers.LONGEST]) if place in refused else None
            for place in range(number)
        ]


def _refused(errors: Any, number: int) -> dict[int, str] | None:
    """Why, by the letter's place; None when that cannot be read."""
    if not isinstance(errors, list) or not all(isinstance(one, Mapping) for one in errors):
        return None
    found = {one.get("index"): str(one.get("message", "")) for one in errors}
    return found if len(found) == len(errors) and set(found) <= set(range(number)) else None
