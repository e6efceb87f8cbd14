"""What logs look like: one line of JSON an event, or something readable with DEBUG; never a token."""

import functools
import logging
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import structlog

# Signed links are keys: whoever reads /u/preferences/TOKEN/ in a log could use it.
SECRETS = re.compile(r"(/u/[a-z-]+/|[?&](?:token|key|signature)=|whsec_|Bearer )[^\s/\"'&]+")


class Formatter(logging.Formatter):
    """structlog's formatter, loaded with the first line: most commands are over before they log one."""

    def __init__(self, *, readable: bool = False) -> None:
        super().__init__()
        self.readable = readable

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line without tokens."""
        return SECRETS.sub(r"\1…", formatter(self.readable).format(record))


@functools.cache
def formatter(readable: bool) -> "structlog.stdlib.ProcessorFormatter":
    """The formatter for people, or the one for machines."""
    import structlog

    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=None),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_objects,
    ]
    last: list[Any] = [structlog.dev.ConsoleRenderer(colors=False)]
    if not readable:
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


def without_objects(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Django hangs the whole request on its records; it belongs in no log."""
    event.pop("request", None)
    event.pop("socket", None)
    return event
