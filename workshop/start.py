"""`./run`: the whole product on this machine, with the demo club in an empty database."""

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zoneinfo
from pathlib import Path
from typing import IO

from lifecycle import file_broker, settings
from workshop import children, database

PYTHON = str(settings.BASE_DIR / ".venv/bin/python")
WEB = (
    f"-m gunicorn lifecycle.wsgi:application --bind 127.0.0.1:{settings.PORT} --preload "
    "--worker-class gthread --workers 1 --threads 8 --graceful-timeout 5 --no-control-socket --log-level warning"
).split()
WORKER = (
    "-m celery -A lifecycle worker --pool threads --concurrency 4 --queues engine,send --loglevel WARNING "
    "--without-gossip --without-mingle --without-heartbeat"
).split()
BEAT = "-m celery -A lifecycle beat --loglevel WARNING --pidfile=".split()
PAGES = [
    ("/", "the funnel, from joining to coming back"),
    ("/members/", "members, and everything known about each"),
    ("/letters/", "letters on their way, readable as they were sent"),
    ("/arrivals/", "what other systems sent, and what became of it"),
    ("/admin/", "where editors change letters, flows and rules"),
]


def main() -> int:
    """Start, watch and stop; the exit code is 0 when somebody asked us to stop."""
    if "--empty" in sys.argv[1:]:
        os.environ[database.EMPTY] = "1"
    if not os.environ.get("TIME_ZONE"):
        os.environ["TIME_ZONE"] = zone_here()
    children.obey_signals()
    try:
        with (settings.VAR_DIR / "run.lock").open("a+") as lock:
            return refused(lock) or run()
    except children.Stopped:
        return 0


def zone_here(clock: Path = Path("/etc/localtime")) -> str:
    """The time zone that this machine is set to, so that hours on pages are those of the wall; UTC where none is."""
    name = str(clock.resolve()).partition("/zoneinfo/")[2].removeprefix("Etc/")
    return name if name in zoneinfo.available_timezones() else "UTC"


def refused(lock: IO[str]) -> int:
    """1, with the reason on one line, when another start is in the way."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return complain(
            f"it runs already in {settings.VAR_DIR}: stop that one first, or set VAR_DIR to another folder."
        )
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.PORT))
        except OSError as error:
            another = settings.PORT + 1 if settings.PORT < 65535 else 8000
            return complain(
                f"port {settings.PORT} cannot be used ({error.strerror}); try: PORT={another} ./run"
            )
    return 0


def run() -> int:
    """Prepare the database, then keep web, worker and beat alive until one ends or somebody stops us."""
    logs = settings.VAR_DIR / "log"
    logs.mkdir(exist_ok=True)
    together = children.Children(logs)
    began = time.monotonic()
    try:
        if not database.prepare(together, PYTHON):
            return complain(f"the database could not be prepared, see {shown(logs / 'database.log')}.")
        file_broker.empty(settings.VAR_DIR / "broker")
        start(together, {"web": WEB})
        return watch(together, began)
    finally:
        together.stop()


def start(together: children.Children, programs: dict[str, list[str]]) -> None:
    """Programs that share one environment."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "lifecycle.settings", "PYTHONUNBUFFERED": "1"}
    for name, words in programs.items():
        together.start(name, [PYTHON, *words], environment)


def watch(together: children.Children, began: float) -> int:
    """Start the rest once the first page is there (the machine is busy until then), and notice when one ends."""
    told = False
    try:
        while not (name := together.ended()):
            if not told and answers():
                told = True
                start(together, {"worker": WORKER, "beat": BEAT})
                welcome(time.monotonic() - began)
            time.sleep(0.25 if told else 0.1)
    except children.Stopped:
        print("stopping …", flush=True)
        return 0
    return complain(f"{name} ended by itself, so everything stops; its log is {shown(together.log(name))}.")


def answers() -> bool:
    """Whether the web server answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.PORT}/healthz", timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def welcome(seconds: float) -> None:
    """The address, the login and what to look at."""
    address = f"http://127.0.0.1:{settings.PORT}"
    login = "" if os.environ.get(database.EMPTY) else "   login: demo / demo"
    print(f"\nLifecycle is up after {seconds:.1f} s: {address}{login}\n")
    if not login:
        subprocess.run([PYTHON, str(settings.BASE_DIR / "manage.py"), "begin"], check=False)
    for path, what in PAGES:
        print(f"  {address + path:<34} {what}")
    print(f"\nLogs: {shown(settings.VAR_DIR / 'log')}   Ctrl-C stops everything.", flush=True)


def complain(sentence: str) -> int:
    """One line about why it does not go on."""
    print(f"./run: {sentence}", file=sys.stderr, flush=True)
    return 1


def shown(file: Path) -> str:
    """The path as one would type it from here."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


if __name__ == "__main__":
    sys.exit(main())
