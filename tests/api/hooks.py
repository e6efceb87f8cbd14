"""A real HTTP server on loopback that is told things: it keeps what it gets and answers as it is told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hook:
    """What arrived, in order. `answers` are the codes it gives, the last one for ever; `hangs` keeps it silent."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [204])
    headers: dict[str, str] = field(default_factory=dict)
    text: bytes = b""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    drips: bool = False
    released: threading.Event = field(default_factory=threading.Event)

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.got.append((dict(handler.headers), body))
        self.paths.append(handler.path)
        if self.drips:
            self._drip(handler)
        else:
            self._answer(handler)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(self.text)))
        handler.end_headers()
        handler.wfile.write(self.text)

    def _drip(self, handler: BaseHTTPRequestHandler) -> None:
        """A line of the answer now and then, never the last one: no read of theirs ever takes long."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.released.wait(0.05):
            try:
                handler.wfile.write(b"X-More: x\r\n")
                handler.wfile.flush()
            except OSError:
                return


class Server(ThreadingHTTPServer):
    """Takes many at the same time; with Python's usual backlog of five the others would wait for seconds."""

    daemon_threads = True
    request_queue_size = 128


@contextmanager
def listening(context: Any = None) -> Iterator[Hook]:
    """Serves a hook on a free port of 127.0.0.1; over TLS where a context is given."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.take(self)

        def log_message(self, *_args: Any) -> None:
            """Tests are quiet."""

    server = Server(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    hook.url = f"http{'s' if context else ''}://127.0.0.1:{server.server_port}/hook?from=us"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        hook.released.set()
        server.shutdown()
        server.server_close()
