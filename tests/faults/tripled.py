"""The Celery app, with every task published three times under the same id, as a careless broker delivers them."""

from typing import Any

from lifecycle.celery import app

TIMES = 3
_send = app.amqp.send_task_message


def _send_thrice(*words: Any, **named: Any) -> Any:
    for _ in range(TIMES):
        answer = _send(*words, **named)
    return answer


app.amqp.send_task_message = _send_thrice  # type: ignore[misc]
