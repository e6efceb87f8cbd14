"""The only Celery tasks: they wake the database's work and carry nothing themselves."""

from celery import Celery, shared_task

from lifecycle import clock
from lifecycle.celery import app
from mail import accounts
from office import clock as time

QUEUES = ("engine", "send")


@shared_task(name="lifecycle.work")
def work(queue: str) -> None:
    """Works off everything of this queue that is due."""
    accounts.refresh()
    clock.work(queue, time.now())


@shared_task(name="lifecycle.heartbeat")
def heartbeat() -> None:
    """Says that the clock lives, looks after the house, and does the work of the night when it is due."""
    clock.beat()
    accounts.refresh()
    clock.look(time.now())
    clock.night(time.now())


def nudge(queue: str) -> None:
    """Wakes a worker of this queue now; a broker that is away changes nothing but the latency."""
    try:
        work.apply_async((queue,), queue=queue, expires=clock.SWEEP_EVERY * 15, ignore_result=True)
    except Exception:  # whatever a broker raises: the sweep comes in two seconds
        return


def schedule(celery: Celery) -> None:
    """The sweeps that make certain what nudges make fast; one that waits longer than its interval expires."""
    celery.conf.beat_schedule = {
        f"sweep {queue}": {
            "task": "lifecycle.work",
            "args": (queue,),
            "schedule": clock.SWEEP_EVERY,
            "options": {"queue": queue, "expires": clock.SWEEP_EVERY},
        }
        for queue in QUEUES
    } | {
        "heartbeat": {
            "task": "lifecycle.heartbeat",
            "schedule": 10.0,
            "options": {"queue": "engine", "expires": 10.0},
        }
    }


schedule(app)
