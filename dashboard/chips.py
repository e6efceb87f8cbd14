"""Filters as links in plain words: what is chosen stands in the address, so that it can be kept and shared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib import parse

from django.http import HttpRequest


@dataclass(frozen=True)
class Chip:
    """One choice of a filter: its name, how many it has (None: not counted), where it leads."""

    word: str
    name: str
    number: int | None
    url: str
    is_chosen: bool


def of(
    request: HttpRequest,
    name: str,
    choices: Iterable[tuple[str, str, int | None]],
    chosen: str,
    *,
    keep: Sequence[str],
) -> list[Chip]:
    """The choices (word, name, number) of the filter `name`; the other filters in `keep` stay as they are."""
    return [
        Chip(word, text, number, address(request, keep=keep, **{name: word}), word == chosen)
        for word, text, number in choices
    ]


def address(request: HttpRequest, *, keep: Sequence[str], **changed: str) -> str:
    """This page's address with the filters in `keep`, some of them changed; empty ones are left out."""
    values = {name: request.GET.get(name, "") for name in keep} | changed
    query = parse.urlencode({name: value for name, value in values.items() if value})
    return f"{request.path}?{query}" if query else request.path
