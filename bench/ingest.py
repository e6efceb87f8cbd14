"""Webhooks a second, stored durably over HTTP, against a bare Django view that inserts one row."""

import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from api import signatures
from bench import bare_web, racing
from bench.figures import Report, median, percentile
from intake import endpoints
from office import clock

SERVER = (
    "-m gunicorn {app}:application --bind 127.0.0.1:{port} --preload --worker-class gthread --workers 2 --threads 8 "
    "--no-control-socket --log-level error"
)
CONNECTIONS, STEADY, STEADY_FOR = 16, 200, 10  # at once; requests a second; seconds
SIGNUP = {
    "email": "ingrid@example.com", "first_name": "Ingrid", "last_name": "Østergaard", "locale": "da",
    "time_zone": "Europe/Copenhagen", "plan": "standard", "joined_at": "2026-03-02T22:30:00Z",
}  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """How the server answered."""

    rate: float
    latencies: list[float]


def run(requests: int, rounds: int) -> Report:
    """Medians over rounds in which both servers take their turn, then the latencies at 200 a second."""
    slug = f"bench-{clock.now():%Y%m%d-%H%M%S}"
    secret = endpoints.create(slug, "generic", clock.now())
    with connection.cursor() as cursor:
        cursor.execute(bare_web.TABLE)
    rates: dict[str, list[float]] = defaultdict(list)
    with serving("bench.bare_web", "bench.bare_settings") as bare, serving("lifecycle.wsgi", "") as product:
        for number in range(-1, rounds):  # the first one warms both up
            for name, port, path in (("bare", bare, "bench"), ("product", product, slug)):
                answered = post(port, signed(path, secret, requests if number >= 0 else 200), 0)
                rates[name] += [answered.rate] if number >= 0 else []
        steady = post(product, signed(slug, secret, STEADY * STEADY_FOR), STEADY)
    return _report(median(rates["bare"]), median(rates["product"]), steady, rounds)


@contextmanager
def serving(app: str, settings: str) -> Iterator[int]:
    """A web server for this application; the port it listens on."""
    port = racing.free_port()
    environment = {**os.environ, "BASE_URL": f"http://127.0.0.1:{port}", "PORT": str(port)}
    environment["DJANGO_SETTINGS_MODULE"] = settings or "lifecycle.settings"
    words = SERVER.format(app=app, port=port).split()
    server = subprocess.Popen([sys.executable, *words], cwd=racing.ROOT, env=environment)
    try:
        racing.wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def signed(slug: str, secret: str, number: int) -> list[bytes]:
    """So many different messages as Standard Webhooks signs them, each a whole HTTP request."""
    now, run_of = int(time.time()), f"{time.time_ns()}"
    return [_request(slug, secret, f"msg_{run_of}_{place}", now) for place in range(number)]


def post(port: int, requests: list[bytes], rate: float) -> Answered:
    """Posts them from a process of its own."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(pickle.dumps(requests))
        file.flush()
        words = ["-m", "bench.client", str(port), file.name, str(CONNECTIONS), str(rate)]
        done = subprocess.run(
            [sys.executable, *words], cwd=racing.ROOT, check=True, capture_output=True, text=True
        )
    told = json.loads(done.stdout)
    assert told["good"] == len(requests), f"{told['good']} of {len(requests)} were taken"
    return Answered(len(requests) / told["seconds"], told["latencies"])


def _request(slug: str, secret: str, ident: str, now: int) -> bytes:
    data = {**SIGNUP, "external_id": ident}
    body = json.dumps(
        {"type": "member.signed_up", "timestamp": "2026-03-02T22:30:00Z", "data": data}
    ).encode()
    head = [
        f"POST /webhooks/{slug}/ HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"webhook-id: {ident}",
        f"webhook-timestamp: {now}",
        f"webhook-signature: {signatures.sign(secret, ident, now, body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def _report(bare: float, product: float, steady: Answered, rounds: int) -> Report:
    report = Report("ingest")
    report.add("bare view that inserts one row", bare, "requests/s")
    report.add("signed webhooks, verified and stored", product, "requests/s")
    report.at_least("webhooks / bare view", product / bare * 100, "%", 60)
    report.at_most(f"p99 at {STEADY} a second", percentile(steady.latencies, 99) * 1000, "ms", 250)
    report.notes.append(
        f"gunicorn, 2 processes of 8 threads, {CONNECTIONS} connections, medians of {rounds} rounds"
    )
    return report
