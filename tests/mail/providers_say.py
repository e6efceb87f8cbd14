"""What eight mail providers send when a letter came back, was complained about or was clicked; written for these tests.

Each way is the shortest that the provider's documentation allows, and each names the letter by our id in its metadata.
"""

import datetime as dt
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mail.models import Message
from tests.mail import reported

BOUNCED, COMPLAINED, CLICKED = "bounced", "complained", "clicked"
LINK = "https://club.example.com/"
PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
WORDS = "550 5.1.1 No such user"
MAILGUN_KEY = "mailgun-key"
SNS = {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "1"}


@dataclass(frozen=True)
class Claim:
    """What somebody says: of this letter, to that address, and when."""

    kind: str
    letter: str
    address: str
    at: dt.datetime

    @property
    def metadata(self) -> dict[str, str]:
        """Our id, as it travels with the letter."""
        return {"message": self.letter}


def claim(kind: str, message: Message, at: dt.datetime, **said: str) -> Claim:
    """The truth about a letter, or what is said in its place."""
    return Claim(kind, said.get("letter", str(message.uuid)), said.get("address", message.address), at)


def tell(provider: str, one: Claim, proof: dict[str, str] = reported.PROOF) -> Any:
    """The answer of the door to what this provider would send."""
    headers = {**proof, **(SNS if provider == "amazon_ses" else {})}
    return reported.send(json.dumps(SAYING[provider](one)), provider, headers)


def mailgun_signature(at: object = None) -> dict[str, str]:
    """What Mailgun signs: a time, and a token that it makes for one message."""
    timestamp, token = str(int(time.time()) if at is None else at), secrets.token_hex(25)
    seal = hmac.new(MAILGUN_KEY.encode(), f"{timestamp}{token}".encode(), "sha256").hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": seal}


def mailgun(one: Claim, **signature: str) -> dict[str, Any]:
    """documentation.mailgun.com, “Event structure”."""
    name = {BOUNCED: "failed"}.get(one.kind, one.kind)
    said = {
        "event": name, "severity": "permanent", "reason": "bounce", "recipient": one.address,
        "timestamp": one.at.timestamp(), "user-variables": one.metadata, "message": {"headers": {}},
        "delivery-status": {"message": WORDS}, "url": LINK, "client-info": {"user-agent": PERSON},
    }  # fmt: skip
    return {"signature": signature or mailgun_signature(), "event-data": said}


def _postmark(one: Claim) -> dict[str, Any]:
    record = {BOUNCED: "Bounce", COMPLAINED: "SpamComplaint", CLICKED: "Click"}[one.kind]
    type_ = {BOUNCED: "HardBounce", COMPLAINED: "SpamComplaint"}.get(one.kind)
    return {
        "RecordType": record, "Email": one.address, "Recipient": one.address, "Metadata": one.metadata, "ID": 7,
        "BouncedAt": one.at.isoformat(), "ReceivedAt": one.at.isoformat(), "Details": WORDS, "MessageID": "m",
        "OriginalLink": LINK, "UserAgent": PERSON, **({"Type": type_} if type_ else {}),
    }  # fmt: skip


def _amazon_ses(one: Claim) -> dict[str, Any]:
    name = {BOUNCED: "Bounce", COMPLAINED: "Complaint", CLICKED: "Click"}[one.kind]
    whom = [{"emailAddress": one.address, "diagnosticCode": WORDS}]
    headers = [{"name": "X-Metadata", "value": json.dumps(one.metadata)}]
    said = {
        "eventType": name, "mail": {"destination": [one.address], "headers": headers, "messageId": "m"},
        "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": whom},
        "complaint": {"complainedRecipients": whom, "complaintFeedbackType": "abuse"},
        "click": {"link": LINK, "userAgent": PERSON},
    }  # fmt: skip
    return {
        "Type": "Notification",
        "MessageId": "1",
        "Timestamp": one.at.isoformat(),
        "Message": json.dumps(said),
    }


def _sendgrid(one: Claim) -> list[dict[str, Any]]:
    name = {BOUNCED: "bounce", COMPLAINED: "spamreport", CLICKED: "click"}[one.kind]
    said = {"event": name, "email": one.address, "timestamp": int(one.at.timestamp()), "url": LINK}
    return [
        {**said, "type": "bounce", "status": "5.1.1", "reason": WORDS, "useragent": PERSON, **one.metadata}
    ]


def _resend(one: Claim) -> dict[str, Any]:
    headers = [{"name": "X-Metadata", "value": json.dumps(one.metadata)}]
    data = {
        "email_id": "m", "to": [one.address], "headers": headers, "click": {"link": LINK, "userAgent": PERSON},
        "bounce": {"message": "sent a hard bounce message", "type": "Permanent"},
    }  # fmt: skip
    return {"type": f"email.{one.kind}", "created_at": one.at.isoformat(), "data": data}


def _mailjet(one: Claim) -> list[dict[str, Any]]:
    name = {BOUNCED: "bounce", COMPLAINED: "spam", CLICKED: "click"}[one.kind]
    said = {"event": name, "email": one.address, "time": int(one.at.timestamp()), "MessageID": 1, "url": LINK}
    why = {"error": "user unknown", "hard_bounce": True} if one.kind == BOUNCED else {}
    return [{**said, **why, "Payload": json.dumps(one.metadata), "agent": PERSON}]


def _sparkpost(one: Claim) -> list[dict[str, Any]]:
    name = {BOUNCED: "bounce", COMPLAINED: "spam_complaint", CLICKED: "click"}[one.kind]
    said = {
        "type": name, "raw_rcpt_to": one.address, "timestamp": str(int(one.at.timestamp())), "event_id": "e",
        "rcpt_meta": one.metadata, "target_link_url": LINK, "user_agent": PERSON,
    }  # fmt: skip
    why = {"bounce_class": "10", "raw_reason": WORDS} if one.kind == BOUNCED else {}
    return [{"msys": {"message_event": {**said, **why}}}]


def _brevo(one: Claim) -> dict[str, Any]:
    name = {BOUNCED: "hard_bounce", COMPLAINED: "spam", CLICKED: "click"}[one.kind]
    said = {"event": name, "email": one.address, "ts_epoch": one.at.timestamp() * 1000, "link": LINK}
    return {**said, "reason": WORDS, "X-Mailin-custom": json.dumps(one.metadata)}


SAYING: dict[str, Callable[[Claim], Any]] = {
    "postmark": _postmark,
    "amazon_ses": _amazon_ses,
    "sendgrid": _sendgrid,
    "resend": _resend,
    "mailgun": mailgun,
    "mailjet": _mailjet,
    "sparkpost": _sparkpost,
    "brevo": _brevo,
}
