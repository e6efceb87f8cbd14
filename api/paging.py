"""Pages of a list that stay right while rows come and go: continued after the last key seen (keyset)."""

import re
from typing import Any

from django.core import signing
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from api import errors

DEFAULT = 50
MOST = 200


class Pages(BasePagination):
    """`{count, next, results}`, oldest first; `next` is an absolute URL, or null on the last page.

    Orders by the primary key, whatever order the queryset had: a page costs the same at any depth.
    """

    newest_first = False

    def paginate_queryset(
        self, queryset: QuerySet[Any, Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """One page. Raises Refused (400) naming `limit` or `cursor` when one of them is not valid."""
        limit = _limit(request)
        after = self._after(request)
        self.request = request
        self.count = queryset.count()
        rows = queryset.order_by("-pk" if self.newest_first else "pk")
        if after is not None:
            rows = rows.filter(**{"pk__lt" if self.newest_first else "pk__gt": after})
        found = list(rows[: limit + 1])
        self.last = found[limit - 1] if len(found) > limit else None
        return found[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        """The page as the caller gets it."""
        return Response({"count": self.count, "next": self._next(self.last), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The same for OpenAPI."""
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"count": {"type": "integer"}, "next": link, "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """`cursor` and `limit` for OpenAPI."""
        size = {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT}
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "required": False, "schema": size},
        ]

    def _signer(self) -> signing.Signer:
        """Signed, so that a cursor is opaque and one of another order is refused."""
        return signing.Signer(salt=f"api.paging:{'newest' if self.newest_first else 'oldest'}")

    def _after(self, request: Request) -> int | None:
        cursor = request.query_params.get("cursor")
        if not cursor:
            return None
        try:
            return int(self._signer().unsign_object(cursor))
        except Exception as exc:  # whatever hostile text does inside base64 and JSON
            sentence = _("This is not a cursor of ours. Follow `next`, or leave it out to begin again.")
            raise errors.Refused({"cursor": sentence}) from exc

    def _next(self, last: Model | None) -> str | None:
        if last is None:
            return None
        cursor = self._signer().sign_object(last.pk)
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)


class NewestFirst(Pages):
    """The same, newest first: for timelines and logs."""

    newest_first = True


def _limit(request: Request) -> int:
    asked = request.query_params.get("limit", str(DEFAULT))
    if not re.fullmatch(r"[0-9]{1,3}", asked, re.ASCII) or not 1 <= int(asked) <= MOST:
        raise errors.Refused({"limit": _("Send a number from 1 to %(most)d.") % {"most": MOST}})
    return int(asked)
