"""A mail provider's HTTP API that follows a script: real requests on loopback, answered as told or not at all."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DROP, SILENCE, CUT = "hangs up", "says nothing", "stops in the middle"


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Answer:
    """What is said: a status, a body (text, or JSON), headers. `then`: how it goes wrong instead."""

    status: int = 200
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)
    then: str = ""


Usual = Callable[[Request], Any]


@dataclass
class Api:
    """Gives the answers of `script`, one after the other, then what is `usual`; `asked` is every request it read."""

    usual: Usual
    script: list[Answer] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Reads one request and answers it."""
        length = int(handler.headers.get("Content-Length") or 0)
        raw = handler.rfile.read(length)
        request = Request(
            handler.command, handler.path, dict(handler.headers), json.loads(raw) if raw else None
        )
        self.asked.append(request)
        said = self.script.pop(0) if self.script else Answer(body=self.usual(request))
        if said.then in {DROP, SILENCE}:
            if said.then == SILENCE:
                handler.connection.settimeout(5)
                handler.connection.recv(1)  # until the other side gives up
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        body = (said.body if isinstance(said.body, str) else json.dumps(said.body)).encode()
        handler.send_response(said.status)
        for name, text in {"Content-Type": "application/json", **said.headers}.items():
            handler.send_header(name, text)
        handler.send_header("Content-Length", str(len(body) + (50 if said.then == CUT else 0)))
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = handler.close_connection or said.then == CUT


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """The API listens on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            api.answer(self)

        do_GET = do_POST

        def log_message(self, *words: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
