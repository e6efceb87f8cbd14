"""The words that `./run` understands. Standard library only: it runs before anything is installed."""

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent


def enter(words: list[str]) -> int:
    """Do what the words say; returns the exit code, unless another program took this process over."""
    from workshop import preparation

    first, rest = (words[0], words[1:]) if words else ("start", [])
    if first == "--empty" and not rest:
        first, rest = "start", ["--empty"]
    if first not in {"start", "setup", "manage", "test", "lock"}:
        return complain(first)
    for stop in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, lambda number, _: sys.exit(128 + number))
    try:
        preparation.prepare(ROOT)
        if first == "setup":
            return 0
        if first == "lock":
            return preparation.lock(ROOT, rest)
    except preparation.Impossible as reason:
        print(f"./run: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return hand_over(first, rest)


def complain(word: str) -> int:
    """Say what there is to say instead; `--help` is no mistake."""
    asked = word in {"-h", "--help", "help"}
    print(sys.modules["__main__"].__doc__, file=sys.stdout if asked else sys.stderr)
    return 0 if asked else 2


def hand_over(first: str, rest: list[str]) -> NoReturn:
    """Become the program asked for, so that signals and exit codes are its own."""
    python = str(ROOT / ".venv/bin/python")
    if first == "manage":
        # Paths that a caller names are relative to where they stand: no chdir here.
        os.execv(python, [python, str(ROOT / "manage.py"), *rest])
    os.chdir(ROOT)
    os.execv(python, [python, "-m", f"workshop.{first}", *rest])
