"""Programs that live and die together. Each leads a process group of its own and goes when we are gone."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 8.0
LOG_LIMIT = 5_000_000
PR_SET_PDEATHSIG = 1


class Stopped(Exception):
    """Somebody asked us to stop."""


@dataclass
class Children:
    """A handful of programs and the folder of their logs."""

    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, words: list[str], environment: dict[str, str]) -> None:
        """Start a program; what it prints goes to its own log."""
        with self.log(name).open("ab") as output:
            self.running[name] = subprocess.Popen(
                words,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=going_with(os.getpid()),  # noqa: PLW1509  (no threads here)
            )

    def log(self, name: str) -> Path:
        """The file of its output; one that has grown is put aside once."""
        file = self.logs / f"{name}.log"
        if file.exists() and file.stat().st_size > LOG_LIMIT and name not in self.running:
            file.replace(file.with_suffix(".log.1"))
        return file

    def ended(self) -> str | None:
        """The name of one that is no longer running, if any."""
        return next((name for name, child in self.running.items() if child.poll() is not None), None)

    def stop(self) -> None:
        """Ask all to finish, wait a little, then leave nothing of their groups behind."""
        for child in self.running.values():
            if child.poll() is None:
                child.terminate()
        until = time.monotonic() + PATIENCE
        for child in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired, Stopped):
                child.wait(max(0.0, until - time.monotonic()))
        for child in self.running.values():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def going_with(parent: int) -> Callable[[], None]:
    """What a child does before its program: ask Linux for SIGTERM when we die, however hard."""
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def prepare() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def obey_signals() -> None:
    """Ctrl-C, SIGTERM and SIGHUP raise Stopped; also in background jobs, whose shells ignore SIGINT."""

    def stop(_number: int, _frame: object) -> None:
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
