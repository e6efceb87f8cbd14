"""One POST to somebody else's server, which may be slow, broken or hostile: it ends in time and follows nowhere.

Python's own HTTP client on a connection of ours, because it must go to the very address that was checked while TLS
checks the name, and because a timeout per read would let a server that drips bytes hold us for ever.
"""

import datetime as dt
import http.client
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from api import addresses

CONNECT = 10.0  # seconds to connect
WHOLE = 20.0  # seconds for everything after that; the specification recommends 15 to 30
READ = 65_536  # bytes of the answer that are read
KEPT = 2_000  # characters of it that are kept
LONGEST_REST = 3_600  # seconds that a Retry-After may ask for
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Answer:
    """What came of it. `code` is None where no answer came, and `error` says why; `retry_after` is in seconds."""

    code: int | None = None
    text: str = ""
    error: str = ""
    retry_after: int = 0
    is_silent: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the other side took it: any 2xx, and nothing else."""
        return self.code is not None and 200 <= self.code < 300


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Posts `body`; whatever the other side does is an answer. Takes 30 seconds at most besides looking up the name."""
    try:
        target = addresses.resolve(url)
        with _connection(target) as (connection, too_late):
            connection.request("POST", target.path, body, dict(headers))
            response = connection.getresponse()
            if too_late.is_set():  # it was cut off among its headers, which looks like their end
                raise TimeoutError
            return _answer(response)
    except addresses.Forbidden as error:
        return Answer(error=str(error))
    except TimeoutError:
        return Answer(error="no answer in time", is_silent=True)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(error=f"{type(error).__name__}: {error}"[:300])


@contextmanager
def _connection(target: addresses.Target) -> Iterator[tuple[http.client.HTTPConnection, threading.Event]]:
    kind = http.client.HTTPSConnection if target.is_tls else http.client.HTTPConnection
    connection = kind(target.host, target.port)
    with socket.create_connection((target.address, target.port), timeout=CONNECT) as plain:
        plain.settimeout(WHOLE)
        with _wrapped(plain, target) as line, _ended_in_time(line) as too_late:
            if isinstance(line, ssl.SSLSocket):
                line.do_handshake()
            connection.sock = line
            yield connection, too_late


def _wrapped(plain: socket.socket, target: addresses.Target) -> socket.socket:
    if not target.is_tls:
        return plain
    context = ssl.create_default_context()
    return context.wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)


@contextmanager
def _ended_in_time(line: socket.socket) -> Iterator[threading.Event]:
    """Hangs up after WHOLE seconds, whatever the other side does meanwhile: sets the event, raises TimeoutError."""
    too_late = threading.Event()
    hang_up = threading.Timer(WHOLE, _hang_up, (line, too_late))
    hang_up.daemon = True
    hang_up.start()
    try:
        yield too_late
    except (OSError, http.client.HTTPException, ValueError) as error:
        if too_late.is_set():
            raise TimeoutError from error
        raise
    finally:
        hang_up.cancel()


def _hang_up(line: socket.socket, too_late: threading.Event) -> None:
    too_late.set()
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)  # wakes the thread that reads, whatever it waits for


def _answer(response: http.client.HTTPResponse) -> Answer:
    text = ""
    with suppress(OSError, http.client.HTTPException, ValueError):  # the code is what counts
        text = response.read(READ).decode("utf-8", "replace")
    rest = _rest(response.getheader("Retry-After", ""))
    return Answer(response.status, UNSEEN.sub("", text)[:KEPT], retry_after=min(rest, LONGEST_REST))


def _rest(asked: str) -> int:
    """The seconds that a Retry-After asks for, in either of its forms (RFC 9110 10.2.3)."""
    if asked.isascii() and asked.isdigit() and len(asked) < 9:
        return int(asked)
    with suppress(ValueError, TypeError):
        return max(0, int((parsedate_to_datetime(asked) - dt.datetime.now(dt.UTC)).total_seconds()))
    return 0
