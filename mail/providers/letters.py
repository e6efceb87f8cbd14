"""One finished letter as anymail wants it: the same words, headers and parts, and our id in the provider's metadata."""

import email
import email.policy
from email.message import EmailMessage

from django.core.mail import EmailMultiAlternatives

from mail.transports import Envelope

CARRIED = (
    "Reply-To", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Auto-Submitted", "Feedback-ID",
)  # fmt: skip
METADATA = "message"


def of(envelope: Envelope) -> EmailMultiAlternatives:
    """The letter for a provider's API."""
    letter = email.message_from_bytes(envelope.content, _class=EmailMessage, policy=email.policy.default)
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    message = EmailMultiAlternatives(
        subject=str(letter["Subject"]),
        body=text.get_content() if text else "",
        from_email=str(letter["From"]),
        to=[str(letter["To"])],
        headers={name: str(letter[name]) for name in CARRIED if letter[name]},
    )
    if html:
        message.attach_alternative(html.get_content(), "text/html")
    message.metadata = {METADATA: envelope.ident}  # type: ignore[attr-defined]
    return message
