"""Bodies of requests, read with a limit before anything looks into them."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

from api import errors

MEBIBYTE = 1024 * 1024
_DEEPEST = 64  # levels of lists and objects; nobody writes more by hand


class TooLarge(errors.Refused):
    """More was sent than the door takes: 413."""

    def __init__(self, limit: int) -> None:
        sentence = _("This is too large: at most %(limit)d bytes are taken here.") % {"limit": limit}
        super().__init__(sentence, status=413)


def read_capped(request: HttpRequest, limit: int = MEBIBYTE) -> bytes:
    """The raw body, at most `limit` bytes. Raises TooLarge, unread when Content-Length tells already.

    A length that is missing or lies helps nobody: never more than `limit` + 1 bytes are read.
    """
    if _declared(request) > limit:
        raise TooLarge(limit)
    body = request.read(limit + 1)
    if len(body) > limit:
        raise TooLarge(limit)
    request._body = body  # so that `request.body` still works for whoever asks after us
    return body


class Unstorable(str):
    """Stands in a batch in the place of an item that no database of ours can store, and says why."""

    __slots__ = ()


class CappedJSONParser(JSONParser):
    """JSON of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes that the database can store.

    Refused with 400 beside what is not JSON: other encodings than UTF-8, endless nesting, numbers too
    large for a float, and the characters PostgreSQL cannot keep (NUL and halves of surrogate pairs).
    """

    batch = ""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The parsed body. Raises TooLarge (413) and ParseError (400)."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or MEBIBYTE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge(limit)
        return parse_json(raw, self.batch)


class EventsParser(CappedJSONParser):
    """The same for a batch of events: one that cannot be stored does not hold up the others."""

    batch = "events"


def parse_json(raw: bytes, batch: str = "") -> Any:
    """`raw` as JSON values that any database of ours can store. Raises ParseError (400).

    Of the list called `batch`, an item with characters that cannot be kept becomes Unstorable.
    """
    try:
        text = raw.decode()
        parsed = json.loads(text, parse_float=_finite, parse_constant=_no_constant)
        if "\\u" in text and isinstance(parsed, dict) and isinstance(parsed.get(batch), list):
            parsed[batch] = [_storable(item) for item in parsed[batch]]
        # Only an escape can write NUL or half of a character: JSON refuses the one raw, UTF-8 the other.
        _check(parsed, _inside if "\\u" in text else _boxes_inside)
    except (ValueError, RecursionError) as exc:
        sentence = _("This is not JSON that can be read: %(why)s") % {"why": _why(exc)}
        raise exceptions.ParseError(sentence) from exc
    return parsed


def _storable(item: Any) -> Any:
    try:
        _check(item, _inside)
    except ValueError as error:
        return Unstorable(error)
    return item


def _declared(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _why(exc: Exception) -> str:
    if isinstance(exc, RecursionError):
        return _("it is nested too deeply")
    return _("it is not UTF-8") if isinstance(exc, UnicodeDecodeError) else str(exc)


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(_("a number is too large"))
    return number


def _no_constant(name: str) -> None:
    raise ValueError(_("%(name)s is not a number") % {"name": name})


_BOXES = frozenset((dict, list))


def _check(parsed: Any, look_inside: Callable[[Any], Iterable[Any]]) -> None:
    """Level by level instead of by recursion: the depth is the sender's choice."""
    level = [parsed]
    for _depth in range(_DEEPEST):
        level = [inner for value in level for inner in look_inside(value)]
        if not level:
            return
    raise RecursionError


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, str) and not _is_storable(value):
        raise ValueError(_("a text holds NUL or half of a character"))
    return value if isinstance(value, list) else ()


def _boxes_inside(value: Any) -> Iterable[Any]:
    """Lists and objects only, where no text needs to be looked at: most of a large batch is texts."""
    inner = value.values() if type(value) is dict else value if type(value) is list else ()
    return [box for box in inner if type(box) in _BOXES]


def _is_storable(text: str) -> bool:
    return "\0" not in text and (text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text))
