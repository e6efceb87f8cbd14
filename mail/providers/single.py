"""Any provider that anymail knows, one letter at a time."""

import time
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import get_connection

from mail.providers import answers, letters
from mail.transports import Envelope, OneByOne, Refused, Trouble


class Provider(OneByOne):
    """One provider's API, by the name of its anymail backend; its line stays open between letters."""

    def __init__(self, backend: str) -> None:
        self._connection = self._made(backend)
        self._used = 0.0

    def submit(self, envelope: Envelope) -> None:
        """Hands one letter to the provider. Raises Later, Refused or Unclear (see `mail.transports`)."""
        try:
            self._open().send_messages([letters.of(envelope)])
        except AnymailRecipientsRefused as error:
            raise Refused(words(error)) from error
        except AnymailAPIError as error:
            raise self._meaning(error) from error
        except AnymailError as error:
            raise Refused(words(error)) from error
        except OSError as error:
            raise answers.of_failure(error) from error

    def close(self) -> None:
        """Closes the line to the provider."""
        self._connection.close()

    def _made(self, backend: str) -> Any:
        return get_connection(backend, timeout=(answers.CONNECT_TIMEOUT, answers.ANSWER_TIMEOUT))

    def _open(self) -> Any:
        """The line, opened anew where it stood idle for long."""
        if time.monotonic() - self._used > answers.IDLE_LIMIT:
            self.close()
        self._connection.open()
        self._used = time.monotonic()
        return self._connection

    def _meaning(self, error: AnymailAPIError) -> Trouble:
        response = getattr(error, "response", None)
        if response is None or error.status_code is None:
            return answers.of_failure(error)
        return answers.of_status(error.status_code, words(error), response.headers)


def words(error: Exception) -> str:
    """What went wrong, on one line."""
    return " ".join(str(error).split())[: answers.LONGEST]
