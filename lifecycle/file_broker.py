"""The embedded broker: kombu's own over files, made safe for readers that come in the middle of a write.

kombu opens, locks and then fills a message file that readers already see; one that reads in between
gets nothing and falls over. Here a message appears whole or not at all. Messages only wake workers up, so
one that is lost costs a few seconds and nothing else.
"""

import functools
import time
import uuid
from collections import deque
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils import json


class Channel(filesystem.Channel):
    """One folder of messages; their names sort by age."""

    def _put(  # type: ignore[override]  # kombu's two parents disagree on a name
        self, queue: str, payload: Any, **_kwargs: Any
    ) -> None:
        """Write beside, then rename: a rename within one file system is one step."""
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}"
        draft = folder / f"{name}.draft"
        draft.write_text(json.dumps(payload))
        draft.rename(folder / f"{name}.{queue}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message of the queue; whoever renames it first has it."""
        waiting = self.listed.setdefault(queue, deque())
        if not waiting:
            # Read the folder once for all that lies in it, not once a message.
            waiting.extend(sorted(Path(self.data_folder_in).glob(f"*.{queue}.msg")))
        while waiting:
            file = waiting.popleft()
            taken = file.with_suffix(".taken")
            try:
                file.rename(taken)
            except FileNotFoundError:
                continue
            payload = taken.read_text()
            taken.unlink()
            return json.loads(payload)
        raise Empty

    @functools.cached_property
    def listed(self) -> dict[str, deque[Path]]:
        """What was seen in the folder and not tried yet, by queue."""
        return {}


class Transport(filesystem.Transport):
    """Named in `lifecycle.celery` in place of kombu's own."""

    Channel = Channel


def empty(folder: Path) -> None:
    """Make the folder, and forget what was waiting in it: everything due is in the database."""
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in ("*.msg", "*.taken", "*.draft"):
        for file in folder.glob(pattern):
            file.unlink(missing_ok=True)
