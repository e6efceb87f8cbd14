"""Wakes workers without making anybody wait: whoever rings goes on at once, a thread of the process does the rest.

A broker that is slow, frozen or gone holds up that thread alone. What is rung for meanwhile becomes one wake-up.
"""

import os
import threading
import time
from collections.abc import Callable

PAUSE = 0.05  # seconds between two wake-ups of a process


class Bell:
    """Calls `wake(queue)` soon, from one thread per process; ringing twice before that is ringing once."""

    def __init__(self, wake: Callable[[str], None]) -> None:
        self._wake = wake
        self._thread: threading.Thread | None = None
        self._reset()
        os.register_at_fork(after_in_child=self._reset)  # a child inherits the lock, and no thread

    def ring(self, queue: str) -> None:
        """Asks for a wake-up of this queue's workers, and returns at once."""
        with self._changed:
            self._wanted.add(queue)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="bell", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _reset(self) -> None:
        self._changed = threading.Condition()
        self._wanted: set[str] = set()
        self._thread = None

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted)
                wanted, self._wanted = self._wanted, set()
            for queue in sorted(wanted):
                self._wake(queue)
            time.sleep(PAUSE)  # under load a wake-up per request would be work for nothing
