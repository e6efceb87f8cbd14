"""People who sign up over HTTP, several at a time, and how long each of them waited for the answer."""

import http.client
import json
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Customers:
    """Threads that post signups one after the other until they are told to stop."""

    port: int
    key: str
    waited: list[float] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def come(self, hands: int, pause: float) -> None:
        """Lets them come: `hands` at a time, each pausing for `pause` seconds between two signups."""
        for hand in range(hands):
            thread = threading.Thread(target=self._sign_up, args=(hand, pause), daemon=True)
            thread.start()
            self._threads.append(thread)

    def leave(self) -> None:
        """No more signups; those on their way are waited for."""
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _sign_up(self, hand: int, pause: float) -> None:
        number = 0
        while not self._stop.wait(pause):
            number += 1
            name = f"web-{hand}-{number}"
            body = {
                "external_id": name,
                "email": f"{name}@example.com",
                "first_name": "Web",
                "plan": "standard",
            }
            began = time.monotonic()
            status = self._post(json.dumps(body).encode(), name)
            self.waited.append(time.monotonic() - began)
            self.answers.append(status)

    def _post(self, body: bytes, name: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/api/v1/signups/", body, {**headers, "Idempotency-Key": name})
            return connection.getresponse().status
        finally:
            connection.close()
