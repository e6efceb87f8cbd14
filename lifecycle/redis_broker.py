"""kombu's Redis broker, made safe for a Redis that goes away while a task runs.

kombu counts a task as held until Redis has been told that it is done. When Redis is gone at that moment, the
telling fails, is logged and forgotten, and the task counts as held for ever: a worker with one hand then never asks
for another, nor notices that its connection is dead. Here a task that was told of counts as done either way. Redis
may hand it out once more later, and a wake-up too many is harmless.
"""

from typing import Any

from kombu.transport import redis, virtual


class QoS(redis.QoS):
    """What a worker holds."""

    def ack(self, delivery_tag: Any) -> None:
        """Lets go of a task that is done, whether or not Redis hears of it."""
        try:
            super().ack(delivery_tag)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise

    def reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        """Lets go of a task that was not done."""
        try:
            super().reject(delivery_tag, requeue)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):
    """A line to Redis."""

    QoS = QoS


class Transport(redis.Transport):
    """Named in `lifecycle.celery` in place of kombu's own."""

    Channel = Channel
