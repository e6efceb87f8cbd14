"""A signup, through whichever door: the member, and the contract they come with, in one transaction."""

import datetime as dt
from typing import Any

from django.db import transaction

from intake import fields
from members import joining, plans, subscriptions
from members.models import ExternalId, Member

CONTACT = ("email", "first_name", "last_name", "locale", "time_zone", "country")
TOLD = ("source", "joining_reason", "told_by", "referral_code")


def sign_up(
    data: Any, now: dt.datetime, source: str, joined_at: dt.datetime | None = None
) -> tuple[Member, bool]:
    """The member of a signup body, and whether the signup was new; a known external id changes nothing.

    `joined_at` counts where the body names no time (default: `now`). `source` says by way of what it came.
    Raises ValidationError naming each field that is wrong.
    """
    form = fields.SignupFields(data=data, context={"now": now})
    form.is_valid(raise_exception=True)
    said = form.validated_data
    at = said.get("joined_at") or joined_at or now
    with transaction.atomic():
        member, is_new = joining.join(_signup(said, at), now, source=source)
        if is_new and "subscription" in said:
            subscriptions.apply(_contract(said, member, at), now)
    return member, is_new


def consents(said: dict[str, Any]) -> tuple[joining.ConsentLine, ...]:
    """The consents of a checked body."""
    return tuple(
        joining.ConsentLine(line["topic"], line["granted"], line.get("at"), line.get("proof", ""))
        for line in said.get("consents", [])
    )


def _signup(said: dict[str, Any], at: dt.datetime) -> joining.Signup:
    contract = said.get("subscription", {})
    known = {name: said[name] for name in (*TOLD, "plan", "account") if said.get(name)}
    return joining.Signup(
        external_ids={ExternalId.HOUSE: said["external_id"], **said.get("external_ids", {})},
        joined_at=at,
        fields={name: said[name] for name in (*CONTACT, *TOLD) if name in said},
        plan=said.get("plan") or contract.get("plan", ""),
        account=said.get("account", ""),
        consents=consents(said),
        data=known,
    )


def _contract(said: dict[str, Any], member: Member, at: dt.datetime) -> subscriptions.Change:
    contract = said["subscription"]
    columns = fields.contract_columns(contract)
    slug = contract.get("plan") or said.get("plan", "")
    began = columns.setdefault("started_at", at)
    columns.setdefault("anchor_at", columns.get("trial_ends_at") or began)
    if slug:
        columns["plan"] = plans.named(slug)
    external_id = contract.get("external_id") or said["external_id"]
    ident = f"signup:{said['external_id']}"
    data = {"plan": slug} if slug else {}
    return subscriptions.Change(
        "subscription.started", member, ExternalId.HOUSE, external_id, began, ident, columns, data
    )
