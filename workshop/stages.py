"""One stage of `./run test`: a check or a run of tests, timed and counted, with what it said kept together."""

import os
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv/bin"
COUNTED = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed|deselected|rerun)\b")
NOTHING_TO_RUN = 5


@dataclass
class Report:
    """What happened so far, and how it is told; stages that run side by side tell it one after the other."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    telling: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str, ok: bool, seconds: float, counts: Counter[str], said: str = "") -> None:
        """Count a stage and print what it said and its line."""
        with self.telling:
            self.counts += counts
            if not ok:
                self.failed.append(name)
            line = f"── {name:<14} {'ok' if ok else 'FAILED':<7} {seconds:5.1f} s"
            print(f"{said.rstrip()}\n{line}" if said.strip() else line, flush=True)

    def skip(self, name: str, why: str) -> None:
        """Print the line of a stage that cannot be run here."""
        with self.telling:
            print(f"── {name:<14} skipped: {why}", flush=True)

    def close(self) -> int:
        """The closing lines, and the exit code."""
        if self.failed:
            print(f"failed: {', '.join(self.failed)}")
        skipped = f", {self.counts['skipped']} skipped" if self.counts["skipped"] else ""
        again = f", {self.counts['rerun']} rerun" if self.counts["rerun"] else ""
        print(f"{self.counts['passed']} passed, {self.counts['failed']} failed{skipped}{again}", flush=True)
        return 1 if self.failed else 0


def static(report: Report, name: str, words: list[str]) -> None:
    """A check without tests of its own: silent when it is content, counted as one."""
    began = time.monotonic()
    done = subprocess.run(
        [BIN / words[0], *words[1:]], cwd=ROOT, env=environment(""), capture_output=True, text=True
    )
    ok = done.returncode == 0
    seconds = time.monotonic() - began
    report.add(
        name, ok, seconds, Counter({"passed" if ok else "failed": 1}), "" if ok else done.stdout + done.stderr
    )


def pytest(
    report: Report,
    name: str,
    words: list[str],
    url: str = "",
    said: Mapping[str, str] | None = None,
    *,
    aside: bool = False,
) -> None:
    """Run pytest and read the numbers of its closing line; its output is shown as it comes, or `aside` at the end."""
    began, last, kept = time.monotonic(), "", []
    # Real servers and browsers on a busy machine: what fails is tried once more, and counted as rerun.
    line = [str(BIN / "python"), "-m", "pytest", "-q", "--no-header", "--reruns", "1", *words]
    with subprocess.Popen(
        line,
        cwd=ROOT,
        env={**environment(url), **(said or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if aside else None,
        text=True,
    ) as child:
        for text in child.stdout or ():
            last = text if COUNTED.search(text) else last
            kept.append(text)
            if not aside:
                print(text, end="", flush=True)
    counts = Counter({word.removesuffix("s"): int(number) for number, word in COUNTED.findall(last)})
    counts["failed"] += counts.pop("error", 0)
    ok = child.returncode in {0, NOTHING_TO_RUN}
    if not ok and not counts["failed"]:
        counts["failed"] += 1
    told = "".join(kept) if aside else ""
    if child.returncode == NOTHING_TO_RUN:
        told += "(none of these yet)"
    report.add(name, ok, time.monotonic() - began, counts, told)


def environment(url: str) -> dict[str, str]:
    """The caller's environment without the caller's installation: tests bring their own settings.

    Compiled modules are kept whatever the caller thinks of them: eight processes read the same thousand.
    """
    ours = {
        "DATABASE_URL": url,
        "EMAIL_URL": "",
        "BROKER_URL": "",
        "BASE_URL": "",
        "ALLOWED_HOSTS": "",
        "DEBUG": "0",
        "PYTHONDONTWRITEBYTECODE": "",
    }
    ours |= {
        "SECRET_KEY": "tests-" + "x" * 50,
        "SENTRY_DSN": "",
        "TEST_CLOCK": "",
        "CANCEL_URL": "",
        "TEST_MIGRATED": "",
        "TIME_ZONE": "",
    }
    ours |= {"DEFAULT_FROM_EMAIL": "", "PORT": "", "DJANGO_SETTINGS_MODULE": "lifecycle.settings"}
    return {
        **os.environ,
        **ours,
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
