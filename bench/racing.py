"""Processes that get ready, start together at a word, and are timed until the last of them is done."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Result:
    """How many things were done in how many seconds."""

    done: int
    seconds: float

    @property
    def rate(self) -> float:
        """Things a second."""
        return self.done / self.seconds


def race(programs: Sequence[Sequence[str]], environment: dict[str, str]) -> Result:
    """Starts these modules, lets them warm up until each has said "ready", and times them from "go" to the end."""
    runners = [_start(words, environment) for words in programs]
    try:
        for runner in runners:
            _expect(runner, "ready")
        began = time.perf_counter()
        for runner in runners:
            assert runner.stdin
            runner.stdin.write("go\n")
            runner.stdin.flush()
        done = [int(_expect(runner, "done").split()[1]) for runner in runners]
        return Result(sum(done), time.perf_counter() - began)
    finally:
        for runner in runners:
            runner.kill()
            runner.communicate()


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, patience: float = 20) -> None:
    """Until somebody listens there. Raises TimeoutError."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens on port {port}")


def wait_for_go() -> None:
    """Said by a program that is ready."""
    print("ready", flush=True)
    sys.stdin.readline()


def tell(done: int) -> None:
    """Said by a program that is done."""
    print(f"done {done}", flush=True)


def _start(words: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _expect(runner: subprocess.Popen[str], word: str) -> str:
    assert runner.stdout
    for line in runner.stdout:
        if line.startswith(word):
            return line
    raise RuntimeError(f"{runner.args!r} ended before it said “{word}”")
