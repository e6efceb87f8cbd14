"""What mail providers send when something became of a letter, written for these tests, and who sends it."""

import base64
import datetime as dt
import json
from typing import Any

from django.test import Client

from mail import reports
from mail.models import Message, Report

WHO = "provider:opensesame"
PROOF = {"Authorization": "Basic " + base64.b64encode(WHO.encode()).decode()}


def postmark(message: Message, record: str, **said: Any) -> dict[str, Any]:
    """One report of Postmark's about this letter."""
    address = {"Bounce": "Email", "SpamComplaint": "Email"}.get(record, "Recipient")
    return {
        "RecordType": record,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        address: message.address,
        "Metadata": {"message": str(message.uuid)},
        **said,
    }


def bounce(message: Message, at: dt.datetime, kind: str = "HardBounce", **said: Any) -> dict[str, Any]:
    """A letter that came back, as Postmark says it."""
    told = {
        "Type": kind,
        "ID": 7,
        "BouncedAt": at.isoformat(),
        "Details": "smtp;550 5.1.1 No such user",
        **said,
    }
    return postmark(message, "Bounce", **told)


def send(body: Any, provider: str = "postmark", proof: dict[str, str] = PROOF, **how: Any) -> Any:
    """The answer of the door."""
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    how = {"content_type": "application/json", **how}
    return Client().post(f"/mail/events/{provider}/", content, headers=proof, **how)


def tell(body: Any, now: dt.datetime, provider: str = "postmark", **how: Any) -> Report:
    """Sends a report, has it applied, and gives back what became of it."""
    answer = send(body, provider, **how)
    assert answer.status_code == 200, answer.content
    reports.apply_waiting(now)
    return Report.objects.latest("pk")
