"""An occasion to enter a flow: something happened, a date has come, or a person says so."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flows import reacting
from members import occurrences
from members.models import Event, Member, Subscription


@dataclass(frozen=True)
class Occasion:
    """Why a member would enter a flow now, and the moment (aware) from which their run counts.

    `term` names a date or a repetition, which counts once. `note` is told in the decision. `refusal` says why it counts
    for nothing. What a person says (`by_hand`) counts whatever share of members the flow takes so far.
    """

    member: Member
    at: dt.datetime
    event: Event | None = None
    subscription: Subscription | None = None
    term: str = ""
    note: str = ""
    refusal: str = ""
    by_hand: bool = False

    @classmethod
    def of(cls, event: Event) -> "Occasion":
        """What happened, as an occasion."""
        return cls(event.member, event.occurred_at, event, event.subscription)

    @property
    def stored(self) -> Event | None:
        """The event, where there is one of its own; a use has none."""
        return self.event if self.event and self.event.pk else None

    def until(self, now: dt.datetime, key: str = "") -> occurrences.Window:
        """From the occasion until `now`; of what happened to subscriptions, only to the one that `key` names."""
        return occurrences.Window(self.member.pk, self.at, now, subscription_id=int(key) if key else None)

    def noted(self) -> dict[str, Any]:
        """How a decision names what happened."""
        return reacting.noted(self.event) if self.event else {}
