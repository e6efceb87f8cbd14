"""Uses a second through the batch API, over HTTP: checked, de-duplicated, rolled up, told to flows later."""

import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from api import keys
from bench import racing
from bench.figures import Report
from lifecycle.generating import filling
from members import partitions, usage_answering
from members.models import ExternalId, Usage, UsageBatch, UsageDay
from office import clock

WORKERS = CLIENTS = 2
AT_ONCE = 500  # uses in a call
LEAST = 20_000


def run(events: int, members: int) -> Report:
    """Two clients send `events` uses of `members` members, 500 a call; a tenth of the calls comes twice."""
    now = clock.now()
    if not ExternalId.objects.exists():
        filling.fill(members, 0, 1, now, lambda _line: None)
    partitions.keep(now)
    key, before = keys.create("bench", ["events:write"], now), Usage.objects.count()
    with _serving() as port:
        told = {"BENCH_KEY": key, "BENCH_PORT": str(port), "BENCH_RUN": secrets.token_hex(4)}
        calls = events // AT_ONCE // CLIENTS
        clients = [["bench.usage_client", str(place), str(calls)] for place in range(CLIENTS)]
        result = racing.race(clients, told)
    report = Report("usage")
    report.at_least("uses accepted over HTTP, 500 a call", result.rate, "/s", LEAST)
    report.add("stored once", Usage.objects.count() - before, "rows")
    report.add("days of use", UsageDay.objects.count(), "rows")
    report.add("told to flows and facts afterwards", _told(result.done), "/s")
    return report


def _told(uses: int) -> float:
    began = time.perf_counter()
    while usage_answering.answer(dict, clock.now()):
        pass
    assert not UsageBatch.objects.filter(handled_at=None).exists()
    return uses / (time.perf_counter() - began)


@contextmanager
def _serving() -> Iterator[int]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    words = (
        f"-m gunicorn lifecycle.wsgi -w {WORKERS} -b 127.0.0.1:{port} --no-control-socket --log-level error"
    )
    server = subprocess.Popen(
        [sys.executable, *words.split()], cwd=racing.ROOT, env={**os.environ, "ALLOWED_HOSTS": "127.0.0.1"}
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _turn in range(100):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/healthz")
            line.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(json.dumps({"the server did not start": port}))
