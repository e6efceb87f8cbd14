"""Which rows of the whole house are one member's: found by looking at the models, so that a new table counts too.

Merging moves these rows, exporting shows them, erasing blanks them. What has no key to a member (arrivals, stored
answers, the log of changes) is looked after by the room that keeps it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import QuerySet

from members.models import Member, Merge

NOT_THEIRS = (Member, Merge)


@dataclass(frozen=True)
class Owned:
    """A table with rows of members: `path` leads from a row to its member (`member`, or `enrolment__member`)."""

    model: type[models.Model]
    path: str

    @property
    def label(self) -> str:
        """The name of the column, as `mail.Message.member`."""
        return f"{self.model._meta.label}.{self.path}"

    @property
    def is_direct(self) -> bool:
        """Whether the row itself names the member."""
        return "__" not in self.path

    def of(self, keys: Collection[int]) -> QuerySet[Any]:
        """The rows of these members."""
        return self.model._base_manager.filter(**{f"{self.path}__in": keys})


@cache
def tables() -> tuple[Owned, ...]:
    """Every table with rows of members, those that name the member themselves first."""
    direct = [Owned(model, field.name) for model in _others() for field in _keys(model, Member)]
    owners = {owned.model: owned.path for owned in direct}
    further = [
        Owned(model, f"{field.name}__{path}")
        for model in _others()
        if model not in owners
        for owner, path in owners.items()
        for field in _keys(model, owner)
        if not field.null
    ]
    return (*direct, *further)


def texts(model: type[models.Model]) -> "Iterator[models.Field[Any, Any]]":
    """The columns of a table that can hold words: no keys, no choices of ours."""
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField | models.JSONField)
        if is_text and not field.choices and not field.primary_key:
            yield field


def _others() -> Iterator[type[models.Model]]:
    return (model for model in apps.get_models() if model not in NOT_THEIRS)


def _keys(model: type[models.Model], *to: type[models.Model]) -> "Iterator[models.ForeignKey[Any, Any]]":
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.related_model in to:
            yield field
