"""What providers share that take several letters in one request, and answer for each of them."""

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests
from anymail.exceptions import AnymailError

from mail.providers import answers, letters, single
from mail.transports import Envelope, Refused, Trouble, Unclear

Answers = list[Trouble | None]


class Batches(single.Provider):
    """Anymail puts each letter into the provider's words; the request and its answer are read here."""

    PATH = ""
    at_once = True

    def submit(self, envelope: Envelope) -> None:
        """Hands one letter to the provider. Raises Later, Refused or Unclear (see `mail.transports`)."""
        for answer in self.submit_all([envelope], envelope.ident):
            if answer is not None:
                raise answer

    def submit_all(self, envelopes: Sequence[Envelope], key: str) -> Iterator[Trouble | None]:
        """What became of each letter; where the provider takes none because of one, each is tried alone."""
        written = [self._payload(envelope) for envelope in envelopes]
        good = [one for one in written if not isinstance(one, Refused)]
        found = self._ask(good, key) if good else []
        if len(good) > 1 and all(isinstance(answer, Refused) for answer in found):
            found = [self._ask([one], f"{key}-{place}")[0] for place, one in enumerate(good)]
        said = iter(found)
        for one in written:
            yield one if isinstance(one, Refused) else next(said)

    @abstractmethod
    def _headers(self, key: str) -> Mapping[str, str]:
        """What a request has to carry: the key of the account, and that of the batch where there is such a thing."""

    @abstractmethod
    def _each(self, said: Any, number: int) -> Answers | None:
        """What a readable answer says of each of so many letters; None when it is not of the kind that was promised."""

    def _payload(self, envelope: Envelope) -> dict[str, Any] | Refused:
        backend = self._connection
        try:
            found = backend.build_message_payload(letters.of(envelope), backend.send_defaults).data
        except AnymailError as error:
            return Refused(single.words(error))
        return dict(found)

    def _ask(self, payloads: Sequence[Mapping[str, Any]], key: str) -> Answers:
        answer = self.request("POST", self.PATH, self._headers(key), list(payloads))
        if not isinstance(answer, requests.Response):
            return [answer] * len(payloads)
        said = readable(answer)
        found = self._each(said, len(payloads)) if answer.ok else None
        if found is None:
            found = [self._whole(answer, said)] * len(payloads)
        return found

    def _whole(self, answer: requests.Response, said: Any) -> Trouble:
        if answer.ok:
            return Unclear(f"{answer.status_code}: an answer that nobody can read", affects_all=True)
        words = said.get("message") or said.get("Message") if isinstance(said, Mapping) else ""
        return answers.of_status(answer.status_code, str(words or answer.reason), answer.headers)

    def request(
        self, method: str, path: str, headers: Mapping[str, str], content: object = None
    ) -> requests.Response | Trouble:
        """The provider's answer, or what it means that there is none. Redirects are not followed."""
        backend = self._open()
        try:
            found: requests.Response = backend.session.request(
                method,
                backend.api_url + path,
                json=content,
                headers={"Accept": "application/json", **headers},
                timeout=backend.timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            self.close()
            return answers.of_failure(error)
        return found


def readable(answer: requests.Response) -> Any:
    """The JSON of an answer; None where it is none."""
    try:
        return answer.json()
    except (ValueError, json.JSONDecodeError):
        return None
