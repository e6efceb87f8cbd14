"""Celery only wakes what the database says is due, so every setting here prefers giving up to waiting."""

import os
from pathlib import Path
from typing import Any

import celery
from celery import bootsteps, signals
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifecycle.settings")
TRANSPORT_ALIASES["filesystem"] = "lifecycle.file_broker:Transport"
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "lifecycle.redis_broker:Transport"

EMBEDDED = settings.BROKER_URL.startswith("filesystem:")
MESSAGES = settings.VAR_DIR / "broker"

# A request never waits for the broker: one try of a second, then the sweep does it some seconds later.
PUBLISHING: dict[str, Any] = {"max_retries": 0, "interval_start": 0, "interval_step": 0, "interval_max": 0}
FILES: dict[str, Any] = {
    "data_folder_in": str(MESSAGES),
    "data_folder_out": str(MESSAGES),
    "control_folder": str(MESSAGES / "control"),
    "polling_interval": 0.2,
}
REDIS: dict[str, Any] = {
    "visibility_timeout": 900,
    # Without these two, what a killed worker held would wait 100 s more.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 3,
}
OPTIONS: dict[str, dict[str, Any]] = {
    "filesystem": FILES,
    "redis": REDIS,
    "rediss": REDIS,
    "redis+socket": REDIS,
}

if EMBEDDED:
    (MESSAGES / "control").mkdir(parents=True, exist_ok=True)

app = celery.Celery("lifecycle")
# "Current" is per thread: without a default, the web server's other threads would wake an app without settings.
app.set_default()
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_transport_options={**PUBLISHING, **OPTIONS.get(settings.BROKER_URL.partition(":")[0], {})},
    broker_connection_timeout=1,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_publish_retry=False,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=300,
    task_soft_time_limit=270,
    task_default_queue="engine",
    # Redis counts what a worker holds; the file broker looks only five times a second, so it takes more.
    worker_prefetch_multiplier=16 if EMBEDDED else 1,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    timezone="UTC",
    beat_schedule_filename=str(settings.VAR_DIR / "beat-schedule"),
    include=["lifecycle.tasks"],
)


@signals.setup_logging.connect
def keep_django_logging(**_kwargs: object) -> None:
    """Having a receiver at all keeps Celery from replacing the handlers that settings.LOGGING made."""


class Alive(bootsteps.StartStopStep):
    """Touches ALIVE_FILE every ten seconds from the worker's own loop, for whoever watches (docker-compose.yml).

    A worker that hangs stops doing so; `celery inspect ping` would need the remote control that is off.
    """

    requires = ("celery.worker.components:Timer",)

    def __init__(self, worker: Any, **_kwargs: Any) -> None:
        self.enabled = "ALIVE_FILE" in os.environ

    def start(self, worker: Any) -> None:
        """Called once, when the timer runs."""
        file = Path(os.environ["ALIVE_FILE"])
        file.touch()
        worker.timer.call_repeatedly(10, file.touch)


app.steps["worker"].add(Alive)
