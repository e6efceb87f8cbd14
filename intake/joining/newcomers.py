"""Somebody joins by a page of the house or by hand: the same signup as through every other door, once."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members import consent, fields, identity, joining, subscriptions, terms
from members.models import ExternalId, Member, Plan
from members.models.member import Stage

How = Literal["new", "back", "known"]


class NewcomerFields(fields.Contact):
    """What is written down of a newcomer. Needed are a first name, and an e-mail address or a phone."""

    joining_reason = fields.Text(required=False, max_length=500)
    told_by = fields.Text(required=False, max_length=200)
    referral_code = fields.Text(required=False, max_length=80)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses somebody who could be neither called by name nor reached."""
        missing: dict[str, list[Any]] = {}
        if not attrs.get("first_name", "").strip():
            missing["first_name"] = [_("Write a first name.")]
        if not any(attrs.get(name, "").strip() for name in ("email", "phone")):
            missing["email"] = [_("Write an e-mail address or a phone number.")]
        if missing:
            raise serializers.ValidationError(missing)
        return attrs


@dataclass(frozen=True)
class Newcomer:
    """A checked newcomer. `ident` is unique for ever: the same one again is the same person.

    `through` is `page` or `staff`; `proof` says how the membership was agreed to.
    """

    said: Mapping[str, str]
    ident: str
    through: Literal["page", "staff"]
    proof: str
    plan: Plan | None = None
    consents: tuple[joining.ConsentLine, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


def checked(said: Mapping[str, Any]) -> dict[str, str]:
    """The words of a form, trimmed. Raises ValidationError that names each field that is wrong."""
    form = NewcomerFields(
        data={name: str(value).strip() for name, value in said.items() if str(value).strip()}
    )
    form.is_valid(raise_exception=True)
    return {name: str(value) for name, value in form.validated_data.items()}


def by_field(error: serializers.ValidationError) -> dict[str, list[str]]:
    """What is wrong with each field, in sentences."""
    detail = error.detail if isinstance(error.detail, dict) else {}
    return {name: [str(one) for one in found] for name, found in detail.items()}


def take(newcomer: Newcomer, now: dt.datetime, *, even_if_known: bool = False) -> tuple[Member, How]:
    """The member, and whether they are new, back, or here already; who is here already is left as they are.

    The membership begins now at the price of its plan, whether or not anything was paid.
    """
    with transaction.atomic():
        if not even_if_known and (found := same_person(newcomer.said)):
            return found, _again(newcomer, found, now)
        member, is_new = joining.join(_signup(newcomer, now), now, source=newcomer.through)
        if is_new and newcomer.plan:
            subscriptions.apply(_contract(newcomer, newcomer.plan, member, now), now)
        return member, "new" if is_new else "known"


def same_person(said: Mapping[str, str]) -> Member | None:
    """The member with this first name and this address, or with this whole name and this phone; who is here first."""
    email, phone = identity.email_key(said.get("email", "")), said.get("phone", "")
    first = said.get("first_name", "").strip()
    if email:
        found = Member.objects.filter(email_key=email, first_name__iexact=first)
    elif phone:
        whole = identity.name_key(f"{first} {said.get('last_name', '')}")
        found = Member.objects.filter(name_key=whole, phone=phone)
    else:
        return None
    return min(found[:20], key=lambda one: (one.stage == Stage.FORMER, one.pk), default=None)


def _again(newcomer: Newcomer, member: Member, now: dt.datetime) -> How:
    if member.stage != Stage.FORMER or not (newcomer.plan or member.plan):
        return "known"
    plan = newcomer.plan or member.plan
    assert plan is not None
    consent.grant(member, consent.MEMBERSHIP, now, now, proof=newcomer.proof, source=newcomer.through)
    subscriptions.apply(_contract(newcomer, plan, member, now), now)
    return "back"


def _signup(newcomer: Newcomer, now: dt.datetime) -> joining.Signup:
    granted = joining.ConsentLine(consent.MEMBERSHIP, granted=True, at=now, proof=newcomer.proof)
    plan = newcomer.plan.slug if newcomer.plan else ""
    return joining.Signup(
        external_ids={ExternalId.HOUSE: newcomer.ident},
        joined_at=now,
        fields={**newcomer.said, "source": newcomer.through},
        plan=plan,
        consents=(granted, *newcomer.consents),
        data={**newcomer.data, "through": newcomer.through, **({"plan": plan} if plan else {})},
    )


def _contract(newcomer: Newcomer, plan: Plan, member: Member, now: dt.datetime) -> subscriptions.Change:
    columns: dict[str, Any] = {"plan": plan, "anchor_at": now}
    if plan.amount is not None and plan.currency:
        columns |= {"amount": plan.amount, "currency": plan.currency}
    if plan.interval:
        columns |= {"interval": plan.interval, "interval_count": plan.interval_count}
        columns["current_period_end"] = terms.end_after(now, plan.interval, plan.interval_count, now)
    told = ("subscription.started", member, ExternalId.HOUSE, newcomer.ident, now, newcomer.ident, columns)
    return subscriptions.Change(*told, {"plan": plan.slug, "through": newcomer.through})
