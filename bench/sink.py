"""Debian's `smtp-sink`: a mail server in C that accepts everything and counts it."""

import getpass
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from bench import racing


class NoSink(Exception):
    """There is no smtp-sink on this machine."""


@contextmanager
def listening() -> Iterator[int]:
    """The port on loopback where it listens, as long as this is open."""
    program = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise NoSink("smtp-sink is missing; it comes with Debian's package postfix")
    port = racing.free_port()
    root = ["-u", "nobody"] if getpass.getuser() == "root" else []
    sink = subprocess.Popen([program, *root, f"127.0.0.1:{port}", "1000"], stderr=subprocess.DEVNULL)
    try:
        racing.wait_for(port)
        yield port
    finally:
        sink.kill()
        sink.wait()
