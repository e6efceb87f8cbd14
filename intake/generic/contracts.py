"""`subscription.*` of the house's own systems: what they say of a contract, as a change of it."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from intake import fields, outcomes
from members import plans, subscriptions
from members.models import ExternalId, Member, Subscription

ALIASES = {"subscription.cancel_scheduled": "subscription.cancelled"}
# Of other names the name itself says how the contract stands: many call it active until the last day.
TELLS_STATUS = ("started", "renewed", "changed", "resumed", "trial_ending")
MOMENTS = ("started_at", "current_period_end", "trial_ends_at", "ended_at", "cancelled_at")


def apply(told: outcomes.Message, now: dt.datetime) -> None:
    """Merges the message into its contract. Raises NotUnderstood, Waits; NotTheirs from the register."""
    name = ALIASES.get(told.kind, told.kind)
    if name not in subscriptions.IMPLIED:
        known = ", ".join(subscriptions.IMPLIED)
        raise outcomes.NotUnderstood(
            _("type: there is no %(name)s; there are %(known)s.") % {"name": told.kind, "known": known}
        )
    said = outcomes.checked(fields.SubscriptionFields(data=told.data))
    member = outcomes.member(said["member"])
    external_id = said.get("external_id") or _meant(name, member, said["member"])
    subscriptions.apply(
        subscriptions.Change(
            name,
            member,
            ExternalId.HOUSE,
            external_id,
            told.at,
            told.ident,
            _columns(name, said, told.at),
            _data(said),
        ),
        now,
    )


def _columns(name: str, said: dict[str, Any], at: dt.datetime) -> dict[str, Any]:
    columns = fields.contract_columns(said)
    if name.rpartition(".")[2] not in TELLS_STATUS and columns.get("status") != Subscription.Status.ENDED:
        columns.pop("status", None)
    if effective := said.get("cancel_effective_at") or said.get("effective_at"):
        columns["cancel_effective_at"] = effective
    if reason := said.get("cancel_reason") or said.get("reason"):
        columns["cancel_reason"] = reason
    if said.get("plan"):
        columns["plan"] = plans.named(said["plan"])
    if name == "subscription.started":
        columns["anchor_at"] = said.get("trial_ends_at") or said.get("started_at") or at
    return columns


def _data(said: dict[str, Any]) -> dict[str, Any]:
    """What the event keeps: the words of the contract, whichever alias was used."""
    kept: dict[str, Any] = {
        name: said[name] for name in ("plan", "status", "amount", "currency", "voluntary") if name in said
    }
    kept |= {name: said[name].isoformat() for name in MOMENTS if said.get(name)}
    if effective := said.get("cancel_effective_at") or said.get("effective_at"):
        kept["effective_at"] = effective.isoformat()
    if reason := said.get("cancel_reason") or said.get("reason"):
        kept["reason"] = reason
    return kept


def _meant(name: str, member: Member, reference: str) -> str:
    """The contract that a message without an id of one means: the only live one, else the only one."""
    held = list(member.subscriptions.values_list("source", "external_id", "status")[:50])
    live = [row for row in held if row[2] != Subscription.Status.ENDED]
    if len(live) > 1 or (not live and len(held) > 1):
        raise outcomes.NotUnderstood(
            _("external_id: this member has several subscriptions; name the one you mean.")
        )
    if held:
        source, external_id, _status = (live or held)[0]
        if source != ExternalId.HOUSE:
            raise outcomes.NotUnderstood(
                _("external_id: this member's subscription is kept by another system.")
            )
        return str(external_id)
    if name == "subscription.started":
        return reference
    sentence = _("external_id: this member has no subscription yet.")
    raise outcomes.Waits(outcomes.SUBSCRIPTION, reference, sentence)
