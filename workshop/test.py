"""`./run test`: every check, each timed, none hidden by another's failure; the last line counts them all."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from workshop import both, migrated
from workshop.stages import ROOT, Report, environment, pytest, static

__all__ = ["environment", "main"]

SERVER = os.environ.get("TEST_DATABASE_URL") or "postgres:///test"
AT_ONCE = {
    "lint": "ruff check --quiet",
    "format": "ruff format --check --quiet",
    "spelling": "codespell",
    "dependencies": "deptry . --no-ansi",
    "directions": "lint-imports --no-logo",
}
SLOW = {
    "types": "mypy --no-error-summary",
    "migrations": "python manage.py makemigrations --check --dry-run --verbosity 1",
}
TWO = ["-n", "2"]
WITHOUT_PAGES = ["tests", "--ignore=tests/browser", "--ignore=tests/faults"]


def main(words: list[str]) -> int:
    """Run the usual checks, or the long ones with --faults; other words go to pytest."""
    os.chdir(ROOT)
    report = Report()
    more = [word for word in words if word != "--faults"]
    (faults if "--faults" in words else usual)(report, more)
    return report.close()


def usual(report: Report, more: list[str]) -> None:
    """Everything that must be green before a change is taken in: docs/decisions/0016-what-runs-when.md."""
    for name, line in AT_ONCE.items():
        static(report, name, line.split())
    templates(report)
    # What waits (a browser for its pages, a check for the disk) leaves its core to the tests meanwhile.
    with ThreadPoolExecutor() as beside:
        file = beside.submit(migrated.sqlite, environment)
        server = beside.submit(migrated.postgres, SERVER, environment) if server_answers() else None
        rest = beside.submit(aside, report, more, file)
        on_sqlite = ["-m", "not faults and not browser and not postgres", *only(WITHOUT_PAGES, more)]
        pytest(report, "SQLite", [*TWO, *on_sqlite], "", {"TEST_MIGRATED": file.result()})
        if server:
            on_both = [*TWO, "-m", "not faults and not browser", "--both", *only(both.FILES, more)]
            pytest(report, "PostgreSQL", on_both, SERVER, {"TEST_MIGRATED": server.result()})
        else:
            report.skip("PostgreSQL", f"no server answers at {SERVER}")
        rest.result()


def aside(report: Report, more: list[str], file: "Future[str]") -> None:
    """The slow checks and the browser, beside the tests on SQLite."""
    for name, line in SLOW.items():
        static(report, name, line.split())
    if chromium():
        words = ["-m", "browser and not faults", *only(["tests/browser"], more)]
        pytest(report, "browser", words, "", {"TEST_MIGRATED": file.result()}, aside=True)
    else:
        report.skip("browser", "no Chromium here, and only root can install it")


def faults(report: Report, more: list[str]) -> None:
    """The long ones, and on PostgreSQL whatever asks a database."""
    if not server_answers():
        pytest(report, "faults", ["-m", "faults", *more])
        report.skip("PostgreSQL", f"no server answers at {SERVER}")
        return
    copied = {"TEST_MIGRATED": migrated.postgres(SERVER, environment)}
    pytest(report, "faults", ["-m", "faults", *more], SERVER, copied)
    everything = [*TWO, "-m", "not faults and not browser", "--database-only", *more]
    pytest(report, "PostgreSQL", everything, SERVER, copied)


def only(paths: list[str], more: list[str]) -> list[str]:
    """These words, at these paths unless they name some themselves: nobody reads the files of other stages."""
    return more if any(Path(word.partition("::")[0]).exists() for word in more) else [*paths, *more]


def templates(report: Report) -> None:
    """The form of the templates; djade wants every file by name."""
    files = sorted((ROOT / "templates").rglob("*.html"))
    if files:
        static(report, "templates", ["djade", "--check", *[str(file.relative_to(ROOT)) for file in files]])


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
