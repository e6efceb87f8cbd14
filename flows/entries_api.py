"""`/flows/{slug}/entries/`: where programs let members into a flow."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api import authentication, errors, idempotency, permissions
from flows import entering
from flows.models import Flow
from members import identity
from members.models import Member
from office import clock, nudges

MOST = 1000
SLUG = OpenApiParameter("slug", str, OpenApiParameter.PATH, description="The slug of the flow.")


@extend_schema_serializer(component_name="EntriesAsked")
class _EntriesBody(serializers.Serializer[Any]):
    members = serializers.ListField(
        child=serializers.CharField(max_length=200),
        min_length=1,
        max_length=MOST,
        help_text="External ids, or the members' ids.",
    )


@extend_schema_serializer(component_name="EntryRejected")
class _Rejected(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="Its place in the list, from 0.")
    error = serializers.CharField(help_text="Who is unknown, or why the flow does not take them.")


@extend_schema_serializer(component_name="EntriesTaken")
class _TallyBody(serializers.Serializer[Any]):
    accepted = serializers.IntegerField(help_text="Members who are in the flow now.")
    held_out = serializers.IntegerField(help_text="Members who are kept out for comparison.")
    rejected = _Rejected(many=True)


class Entries(GenericAPIView[Any]):
    """Where programs let members into a flow."""

    permission_classes = (permissions.scope("flows:write"),)
    serializer_class = _EntriesBody

    @extend_schema(
        operation_id="flow_entries_create",
        request=_EntriesBody,
        responses={202: _TallyBody},
        parameters=[SLUG],
        examples=[OpenApiExample("Two", request_only=True, value={"members": ["c-1", "c-2"]})],
        tags=["flows"],
    )
    @idempotency.once
    def post(self, request: Request, slug: str) -> Response:
        """Lets 1 to 1,000 members in, whatever else sets the flow going; its conditions and re-entry hold.

        Each counts for itself. A flow that is not live is 409.
        """
        named = _named(request.data)
        known = identity.named(named)
        rejected = _unknown(named, known)
        caller = authentication.caller(request)
        note = f"let in by the key “{caller.key.name}”" if caller else "let in by a key"
        places = {index: known[name] for index, name in enumerate(named) if index not in rejected}
        held_out = _let_in(_flow(slug), places, rejected, note)
        told = [{"index": index, "error": rejected[index]} for index in sorted(rejected)]
        accepted = len(named) - len(rejected) - held_out
        return Response({"accepted": accepted, "held_out": held_out, "rejected": told}, status=202)


def _let_in(flow: Flow, places: dict[int, Member], rejected: dict[int, str], note: str) -> int:
    """Lets them in, adds who is not taken to the rejected, and says how many are kept out for comparison."""
    try:
        with transaction.atomic():
            decisions = entering.let_in(flow, list(places.values()), clock.now(), note=note)
            nudges.after_commit("engine")
    except entering.NotLive as error:
        sentence = _("The flow “%s” is not live: publish it, or let it run again.") % flow.slug
        raise errors.Refused(sentence, status=409) from error
    of = {decision.member_id: decision for decision in decisions}
    for index, member in places.items():
        if member.pk not in of or of[member.pk].verdict == entering.NOT_ENTERED:
            rejected[index] = of[member.pk].reason if member.pk in of else _gone(str(member.uuid))
    return sum(decision.verdict == "held_out" for decision in decisions)


def _flow(slug: str) -> Flow:
    flow = Flow.objects.filter(slug=slug.replace("\0", "")).select_related("current").first()
    if flow is None:
        raise errors.Refused(_("There is no flow “%s”.") % slug, status=404)
    return flow


def _named(body: Any) -> list[str]:
    if not isinstance(body, dict):
        raise errors.Refused(_("Send an object with a list of members."))
    if unknown := sorted(set(body) - {"members"}):
        raise errors.Refused({str(name): _("There is no such field.") for name in unknown})
    named = body.get("members")
    if not isinstance(named, list) or not 1 <= len(named) <= MOST:
        raise errors.Refused({"members": _("Send a list of 1 to %(most)d ids.") % {"most": MOST}})
    return [str(name) if isinstance(name, str | int) and not isinstance(name, bool) else "" for name in named]


def _unknown(named: Sequence[str], known: dict[str, Member]) -> dict[int, str]:
    rejected: dict[int, str] = {}
    seen: set[int] = set()
    for index, name in enumerate(named):
        if name not in known:
            rejected[index] = _gone(name)
        elif known[name].pk in seen:
            rejected[index] = _("members: “%(name)s” stands here twice.") % {"name": name}
        else:
            seen.add(known[name].pk)
    return rejected


def _gone(name: str) -> str:
    return _("members: nobody here is called “%(name)s”.") % {"name": name}
