"""A POST that comes twice is done once: the `Idempotency-Key` header.

The idea is Stripe's and the IETF's (draft-ietf-httpapi-idempotency-key-header): the caller names the
request, and whoever repeats the name gets the first answer again.
"""

import functools
import hashlib
import json
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import connection, transaction
from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api import authentication, errors
from api.models import ApiKey, IdempotentAnswer
from office import clock

Args = ParamSpec("Args")
View = TypeVar("View")
Post = Callable[Concatenate[View, Request, Args], Response]
Door = Callable[Concatenate[View, Request, Args], Response | HttpResponse]

KEPT_FOR = timedelta(hours=48)
_LONGEST = 255


def once(post: Post[View, Args]) -> Door[View, Args]:
    """Decorate the `post` of an API view: all of it happens in one transaction, and once for a key.

    The answer is kept in that same transaction, so a crash loses the deed and the answer together and
    the caller may simply repeat. What was refused (4xx) changes nothing and is kept as an answer too;
    what went wrong on our side (5xx) is not kept. Answers are kept for 48 hours.
    """

    @functools.wraps(post)
    def door(
        view: View, request: Request, /, *args: Args.args, **kwargs: Args.kwargs
    ) -> Response | HttpResponse:
        attempt = functools.partial(_attempt, view, lambda: post(view, request, *args, **kwargs))
        name = _name(request)
        body = request.body  # before anything parses it; refuses what is too large
        caller = authentication.caller(request)
        if name is None or caller is None:
            return attempt()
        fingerprint = _fingerprint(request, body)
        with transaction.atomic():
            return _answer(caller.key, name, fingerprint, attempt)

    door.accepts_idempotency_key = True  # type: ignore[attr-defined]
    return door


def forget_answers(now: datetime) -> int:
    """Delete answers older than 48 hours at `now` (aware); returns how many."""
    deleted, _each = IdempotentAnswer.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    return deleted


def forget_mentions(words: Collection[str]) -> int:
    """Delete answers in which one of these words stands, whole or quoted; returns how many. For erasures."""
    wanted = Q()
    for word in words:
        quoted = json.dumps(word)
        wanted |= Q(body__icontains=f'"{word}"') | Q(body__icontains=quoted) | Q(idempotency_key=word)
        if "@" in word:
            wanted |= Q(body__icontains=word) | Q(idempotency_key__icontains=word)
    deleted, _each = IdempotentAnswer.objects.filter(wanted).delete() if words else (0, {})
    return deleted


def _name(request: Request) -> str | None:
    name = request.headers.get("Idempotency-Key")
    if name is None:
        return None
    if not name.strip() or len(name) > _LONGEST or not name.isprintable():
        sentence = _("Send 1 to 255 printable characters, or leave the header out.")
        raise errors.Refused({"Idempotency-Key": sentence})
    return name


def _fingerprint(request: Request, body: bytes) -> str:
    asked = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(asked + body).hexdigest()


def _answer(
    key: ApiKey, name: str, fingerprint: str, attempt: Callable[[], Response]
) -> Response | HttpResponse:
    _wait_for_nobody(key, name)
    answer, is_new = IdempotentAnswer.objects.get_or_create(
        key=key,
        idempotency_key=name,
        defaults={"fingerprint": fingerprint, "created_at": clock.now()},
    )
    if not is_new:
        return _replay(answer, fingerprint)
    response = attempt()
    if response.status_code >= 500:
        transaction.set_rollback(True)
    else:
        _keep(answer, response)
    return response


def _wait_for_nobody(key: ApiKey, name: str) -> None:
    """PostgreSQL would make a second request wait on the unique row; a caller is better told at once.

    The lock ends with the transaction. SQLite has one writer at a time, so the first is already done.
    """
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(f"{key.pk}:{name}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        raise _in_progress()


def _replay(answer: IdempotentAnswer, fingerprint: str) -> HttpResponse:
    if answer.fingerprint != fingerprint:
        sentence = _("This Idempotency-Key was used for another request. Use a new one for each request.")
        raise errors.Refused({"Idempotency-Key": sentence}, status=422)
    if answer.status is None:
        raise _in_progress()
    headers = {"Idempotent-Replayed": "true"}
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type, headers=headers)


def _in_progress() -> errors.Refused:
    sentence = _("The first request with this Idempotency-Key is still being done. Ask again in a moment.")
    return errors.Refused(sentence, status=409)


def _attempt(view: Any, post: Callable[[], Response]) -> Response:
    """The answer of `post`. A refusal undoes what was begun; what nobody foresaw goes on upwards."""
    try:
        with transaction.atomic():
            response = post()
            if response.status_code >= 400:
                transaction.set_rollback(True)
            return response
    except Exception as exc:
        answered: Response = view.handle_exception(exc)
        return answered


def _keep(answer: IdempotentAnswer, response: Response) -> None:
    content = b"" if response.data is None else JSONRenderer().render(response.data)
    answer.status = response.status_code
    answer.body = content.decode()
    answer.content_type = response.content_type or "application/json"
    answer.save(update_fields=["status", "body", "content_type"])
