"""`/members/{id}/statement/`: what a membership gave somebody, and what it cost, for other programs."""

import datetime as dt
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import errors, permissions
from members import identity
from members.models import Member
from office import clock
from value import periods, statements
from value.statements import Line, Money, Statement

LONGEST = 3660  # days


class AmountSerializer(serializers.Serializer[Any]):
    currency = serializers.CharField()
    amount = serializers.IntegerField(help_text="Minor units (øre, cents).")


class StatementLineSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="use, perk, attended, content, time or other.")
    name = serializers.CharField(allow_blank=True, help_text="The benefit that was used, else empty.")
    unit = serializers.CharField(allow_blank=True)
    amount = serializers.CharField(help_text="A decimal number.")
    worth = AmountSerializer(allow_null=True, help_text="What the house says these uses are worth.")


class StatementSerializer(serializers.Serializer[Any]):
    since = serializers.DateField(help_text="The first day counted, on the member's wall.")
    until = serializers.DateField(help_text="The last day counted.")
    known = serializers.BooleanField(help_text="Whether anything at all is known.")
    saved = AmountSerializer(many=True, help_text="Money saved, as value events told it.")
    worth = AmountSerializer(many=True, help_text="What uses of benefits are worth, as the house says.")
    paid = AmountSerializer(many=True, help_text="Payments less what was paid back.")
    net = AmountSerializer(
        allow_null=True, help_text="Saved and worth less paid; null unless in one currency."
    )
    attended = serializers.IntegerField()
    perks = serializers.IntegerField()
    lines = StatementLineSerializer(many=True)


class StatementView(APIView):
    """What one member got for what was paid."""

    permission_classes = (permissions.scope("members:read"),)

    @extend_schema(
        operation_id="members_statement",
        responses=StatementSerializer,
        parameters=[
            OpenApiParameter("since", dt.date, description="The first day; with `until`, else left out."),
            OpenApiParameter("until", dt.date, description="The last day."),
        ],
        tags=["members"],
    )
    def get(self, request: Request, reference: str) -> Response:
        """The last twelve months, or the days from `since` to `until`."""
        member = identity.find(reference.replace("\0", ""))
        if member is None:
            raise NotFound("No member has this id.")
        period = _period(member, request, clock.now())
        return Response(
            StatementSerializer(_said(statements.over({member.pk: (member, period)})[member.pk])).data
        )


def _period(member: Member, request: Request, now: dt.datetime) -> periods.Period:
    asked = [name for name in ("since", "until") if name in request.query_params]
    if not asked:
        return periods.usual(member, now)
    first, last = _day(request, "since"), _day(request, "until")
    if last < first:
        raise errors.Refused({"until": _("This day lies before the first.")})
    if (last - first).days > LONGEST:
        raise errors.Refused({"until": _("Ask for ten years at most.")})
    return periods.between(member, first, last, now)


def _day(request: Request, name: str) -> dt.date:
    try:
        day = parse_date(request.query_params.get(name, ""))
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 9000:
        raise errors.Refused({name: _("Send a day, such as 2026-03-01.")})
    return day


def _said(found: Statement) -> dict[str, Any]:
    net = {"currency": found.net[0], "amount": found.net[1]} if found.net else None
    return {
        "since": found.period.first,
        "until": found.period.last,
        "known": found.is_known,
        "saved": _amounts(found.saved),
        "worth": _amounts(found.worth),
        "paid": _amounts(found.paid),
        "net": net,
        "attended": found.attended,
        "perks": found.perks,
        "lines": [_line(line) for line in found.lines],
    }


def _amounts(money: Money) -> list[dict[str, Any]]:
    return [{"currency": code, "amount": amount} for code, amount in sorted(money.items())]


def _line(line: Line) -> dict[str, Any]:
    worth = {"currency": line.benefit.currency, "amount": line.total} if line.benefit and line.worth else None
    return {
        "kind": str(line.kind),
        "name": line.benefit.name if line.benefit else "",
        "unit": line.unit,
        "amount": f"{line.amount.normalize():f}",
        "worth": worth,
    }
