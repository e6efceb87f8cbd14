"""What the builder of conditions needs of its rows."""

import json
from typing import Any

from django import template

from members.building import choices
from members.building.tree import Row

register = template.Library()


@register.filter
def row_fields(row: Row) -> list[choices.Field]:
    """The fields of a row, with their choices."""
    return choices.of(row)


@register.filter
def as_json(condition: Any) -> str:
    """A condition that is kept as it is, for a hidden field."""
    return json.dumps(condition)
