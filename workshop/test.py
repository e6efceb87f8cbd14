"""`./run test`: every check, each timed, none hidden by another's failure; the last line counts them all."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workshop import migrated

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv/bin"
SERVER = os.environ.get("TEST_DATABASE_URL") or "postgres:///test"
STATIC = {
    "lint": "ruff check --quiet",
    "format": "ruff format --check --quiet",
    "spelling": "codespell",
    "dependencies": "deptry . --no-ansi",
    "directions": "lint-imports --no-logo",
    "types": "mypy --no-error-summary",
    "migrations": "python manage.py makemigrations --check --dry-run --verbosity 1",
}
COUNTED = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed|deselected|rerun)\b")


@dataclass
class Report:
    """What happened so far, and how it is told."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def add(self, name: str, ok: bool, seconds: float, counts: Counter[str]) -> None:
        """Count a stage and print its line."""
        self.counts += counts
        if not ok:
            self.failed.append(name)
        print(f"── {name:<14} {'ok' if ok else 'FAILED':<7} {seconds:5.1f} s", flush=True)

    def close(self) -> int:
        """The closing lines, and the exit code."""
        if self.failed:
            print(f"failed: {', '.join(self.failed)}")
        skipped = f", {self.counts['skipped']} skipped" if self.counts["skipped"] else ""
        again = f", {self.counts['rerun']} rerun" if self.counts["rerun"] else ""
        print(f"{self.counts['passed']} passed, {self.counts['failed']} failed{skipped}{again}", flush=True)
        return 1 if self.failed else 0


def main(words: list[str]) -> int:
    """Run the usual checks, or the long ones with --faults; other words go to pytest."""
    os.chdir(ROOT)
    report = Report()
    more = [word for word in words if word != "--faults"]
    if "--faults" in words:
        pytest(report, "faults", ["-m", "faults", *more], database())
        return report.close()
    for name, line in STATIC.items():
        static(report, name, line.split())
    templates(report)
    copied = {"TEST_MIGRATED": migrated.sqlite(environment)}
    without = ["-n", "2", "-m", "not faults and not browser and not postgres"]
    pytest(report, "SQLite", [*without, *more], "", copied)
    if server_answers():
        # What a letter looks like on its way depends on no database.
        both = ["-n", "2", "-m", "not faults and not browser", "--database-only"]
        both += ["--ignore=tests/stories/test_raw_letters.py"]
        pytest(
            report,
            "PostgreSQL",
            [*both, *more],
            SERVER,
            {"TEST_MIGRATED": migrated.postgres(SERVER, environment)},
        )
    else:
        print(f"── PostgreSQL     skipped: no server answers at {SERVER}")
    if chromium():
        pytest(report, "browser", ["-n", "2", "-m", "browser and not faults", *more], "", copied)
    else:
        print("── browser        skipped: no Chromium here, and only root can install it")
    return report.close()


def static(report: Report, name: str, words: list[str]) -> None:
    """A check without tests of its own: silent when it is content, counted as one."""
    began = time.monotonic()
    done = subprocess.run([BIN / words[0], *words[1:]], env=environment(""), capture_output=True, text=True)
    ok = done.returncode == 0
    if not ok:
        print(done.stdout + done.stderr)
    report.add(name, ok, time.monotonic() - began, Counter({"passed" if ok else "failed": 1}))


def templates(report: Report) -> None:
    """The form of the templates; djade wants every file by name."""
    files = sorted((ROOT / "templates").rglob("*.html"))
    if files:
        static(report, "templates", ["djade", "--check", *[str(file.relative_to(ROOT)) for file in files]])


def pytest(
    report: Report, name: str, words: list[str], url: str, said: Mapping[str, str] | None = None
) -> None:
    """Run pytest with its output shown as it comes, and read the numbers of its closing line."""
    began, last = time.monotonic(), ""
    # Real servers and browsers on a busy machine: what fails is tried once more, and counted as rerun.
    line = [str(BIN / "python"), "-m", "pytest", "-q", "--no-header", "--reruns", "1", *words]
    with subprocess.Popen(
        line, env={**environment(url), **(said or {})}, stdout=subprocess.PIPE, text=True
    ) as child:
        for text in child.stdout or ():
            print(text, end="", flush=True)
            last = text if COUNTED.search(text) else last
    counts = Counter({word.removesuffix("s"): int(number) for number, word in COUNTED.findall(last)})
    counts["failed"] += counts.pop("error", 0)
    # 5: nothing to run, which is no failure of what was checked.
    ok = child.returncode in {0, 5}
    if not ok and not counts["failed"]:
        counts["failed"] += 1
    if child.returncode == 5:
        print("(none of these yet)")
    report.add(name, ok, time.monotonic() - began, counts)


def environment(url: str) -> dict[str, str]:
    """The caller's environment without the caller's installation: tests bring their own settings."""
    ours = {
        "DATABASE_URL": url,
        "EMAIL_URL": "",
        "BROKER_URL": "",
        "BASE_URL": "",
        "ALLOWED_HOSTS": "",
        "DEBUG": "0",
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


def database() -> str:
    """Faults are tried on the server where there is one."""
    return SERVER if server_answers() else ""


def server_answers() -> bool:
    """Whether PostgreSQL answers at TEST_DATABASE_URL."""
    import psycopg2

    try:
        psycopg2.connect(SERVER, connect_timeout=3).close()
    except psycopg2.Error:
        return False
    return True


def chromium() -> bool:
    """Whether there is a Chromium, after root has tried to install one."""
    if not shutil.which("chromium") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing Chromium for the browser tests …", flush=True)
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in ("update", "install --yes --no-install-recommends chromium"):
            subprocess.run(["apt-get", *words.split()], env=quietly, capture_output=True)
    return shutil.which("chromium") is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
