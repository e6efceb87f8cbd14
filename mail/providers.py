"""Mail providers by way of anymail: our id travels in the provider's metadata, their answers become ours."""

import email
import email.policy
from email.message import EmailMessage

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives, get_connection

from mail.transports import Envelope, Later, Refused, Unclear

CARRIED = ("Reply-To", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Auto-Submitted")


class Provider:
    """One provider's HTTP API, by the name of its anymail backend."""

    def __init__(self, backend: str) -> None:
        self._connection = get_connection(backend)

    def submit(self, envelope: Envelope) -> None:
        """Hands one letter to the provider. Raises Later, Refused or Unclear (see `mail.transports`)."""
        try:
            self._connection.send_messages([_message(envelope)])
        except AnymailRecipientsRefused as error:
            raise Refused(str(error)[:300]) from error
        except AnymailAPIError as error:
            raise _meaning(error) from error
        except AnymailError as error:
            raise Refused(str(error)[:300]) from error
        except OSError as error:
            raise Unclear(str(error)[:300]) from error

    def close(self) -> None:
        """Closes the provider's HTTP session."""
        self._connection.close()


def _message(envelope: Envelope) -> EmailMultiAlternatives:
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
    message.metadata = {"message": envelope.ident}  # type: ignore[attr-defined]
    return message


def _meaning(error: AnymailAPIError) -> Exception:
    status, words = getattr(error, "status_code", None), str(error)[:300]
    if status == 429:
        return Later(words, affects_all=True)
    if status is not None and 400 <= status < 500:
        return Refused(words)
    return Unclear(words)  # 5xx, a broken connection, or an answer nobody can read
