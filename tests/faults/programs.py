"""The product's real processes on PostgreSQL, a Redis of their own and a real mail server, to be killed at will."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CELERY = "-m celery -A {app} {rest} --loglevel WARNING"
WORKER = "worker --queues {queue} --concurrency {hands} --without-gossip --without-mingle"
BEAT = "beat --pidfile= --schedule={file}"
GUNICORN = (
    "-m gunicorn lifecycle.wsgi:application --bind 127.0.0.1:{port} --preload --worker-class gthread --workers 1 "
    "--threads 8 --no-control-socket --log-level warning"
)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], bool], patience: float, what: str) -> None:
    """Looks again and again until it is so; fails the test after `patience` seconds."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"waited {patience:.0f} s in vain: {what}"
        time.sleep(0.1)


def listens(port: int) -> bool:
    """Whether somebody answers at this port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Programs:
    """Processes of one test, each the leader of its own group, with one log in `folder`."""

    folder: Path
    environment: dict[str, str]
    app: str = "lifecycle"
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def python(self, name: str, line: str) -> None:
        """Starts a Python program."""
        self.start(name, [sys.executable, *line.split()])

    def start(self, name: str, words: list[str]) -> None:
        """Starts a program under a name."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                words,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def worker(self, name: str, queue: str, hands: int = 1) -> None:
        """Starts a worker (prefork) of this queue."""
        rest = WORKER.format(queue=queue, hands=hands) + f" --hostname {name}@here"
        self.python(name, CELERY.format(app=self.app, rest=rest))

    def beat(self, name: str = "beat") -> None:
        """Starts a clock."""
        rest = BEAT.format(file=self.folder / f"{name}.schedule")
        self.python(name, CELERY.format(app=self.app, rest=rest))

    def redis(self) -> None:
        """Starts the broker, which keeps nothing on disk."""
        port = self.ports["redis"]
        words = [
            "redis-server",
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self.start("redis", [*words, "--dir", str(self.folder)])
        until(lambda: listens(port), 60, "Redis listens")

    def flush_redis(self) -> None:
        """Makes the broker forget everything."""
        with socket.create_connection(("127.0.0.1", self.ports["redis"]), 2) as line:
            line.sendall(b"FLUSHALL\r\n")
            line.recv(16)

    def mailserver(self, delay_ms: float, share: float = 0) -> None:
        """Starts the mail server; something happens to that share of the letters."""
        port, log = self.ports["smtp"], self.folder / "accepted"
        self.python("smtp", f"-m tests.faults.mailserver {port} {log} {delay_ms} {share}")
        until(lambda: listens(port), 60, "the mail server listens")

    def web(self) -> None:
        """Starts the web server."""
        port = self.ports["web"]
        self.python("web", GUNICORN.format(port=port))
        until(lambda: listens(port), 60, "the web server listens")

    def signal(self, name: str, number: signal.Signals) -> None:
        """Sends a signal to the main process of a program."""
        self.running[name].send_signal(number)

    def kill(self, name: str) -> None:
        """kill -9 for a program and everything it started, all at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running.pop(name).wait()

    def kill_part(self, name: str, dice: random.Random) -> None:
        """kill -9 for one process of a program: the main one, or a child that does the work."""
        main = self.running[name]
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            children = Path(f"/proc/{main.pid}/task/{main.pid}/children").read_text().split()
            os.kill(int(dice.choice([*children, str(main.pid)])), signal.SIGKILL)

    def stop(self) -> None:
        """Ends everything this test started."""
        for name in list(self.running):
            self.kill(name)

    def accepted(self) -> list[str]:
        """The Message-IDs the mail server took, in order."""
        file = self.folder / "accepted"
        return file.read_text().split() if file.exists() else []

    def unclear(self) -> int:
        """How often the mail server hung up on a letter that had come whole."""
        file = self.folder / "accepted.unclear"
        return len(file.read_text().split()) if file.exists() else 0
