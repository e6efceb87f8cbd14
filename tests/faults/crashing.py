"""Lets a deed die at its n-th moment: in a forked process that ends as hard as kill -9 ends it.

A moment is before or after a statement that the database is sent, or a letter that the mail server is handed. What
the database has when a process dies follows from the last COMMIT it saw, so between them these are all there are.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from django.db import connection

from mail import smtp, transports

Deed = Callable[[], object]
DIED = 9


class Moments:
    """Counts moments, and dies at the `last` one."""

    def __init__(self, last: int) -> None:
        self.last, self.seen = last, 0

    def one(self) -> None:
        """Here is a moment."""
        self.seen += 1
        if self.seen == self.last:
            os._exit(DIED)

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Django's wrapper around a statement."""
        self.one()
        answer = execute(sql, params, many, context)
        self.one()
        return answer

    @contextmanager
    def counted(self) -> Iterator[None]:
        """While this is open, statements and letters are moments."""
        submit = smtp.Connection.submit

        def watched(line: smtp.Connection, envelope: transports.Envelope) -> None:
            self.one()
            submit(line, envelope)
            self.one()

        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(self.statement))
            stack.enter_context(mock.patch.object(smtp.Connection, "submit", watched))
            yield


def moments_of(deed: Deed) -> int:
    """How many moments this deed has; it is carried out to its end."""
    moments = Moments(last=0)
    with moments.counted():
        deed()
    return moments.seen


def die_at(moment: int, deed: Deed) -> bool:
    """Begins the deed in a process of its own that dies at this moment; whether it lived that long."""
    transports.forget()
    child = os.fork()
    if child == 0:
        _begin(moment, deed)
    _pid, status = os.waitpid(child, 0)
    assert not os.WIFSIGNALED(status), signal.Signals(os.WTERMSIG(status)).name
    assert os.WEXITSTATUS(status) in {0, DIED}, "the deed failed before it could die"
    return os.WEXITSTATUS(status) == DIED


def _begin(moment: int, deed: Deed) -> None:
    try:
        connection.connection = None  # the parent's line to the database stays the parent's
        with Moments(moment).counted():
            deed()
        os._exit(0)
    finally:
        os._exit(1)
