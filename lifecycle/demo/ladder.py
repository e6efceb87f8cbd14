"""How a person of the demo club moved between the stages, by the club's own rules."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from lifecycle.demo.lives import Contract, Life
from members import stages
from members.models import StageChange
from members.models.member import Stage

Kind = StageChange.Kind
DEPTH = (Stage.ONBOARDING, Stage.VALUE, Stage.RELATIONSHIP, Stage.AMBASSADOR)
TWO_WEEKS, HALF_A_YEAR = dt.timedelta(days=14), dt.timedelta(days=180)
ACT_COUNTS_FOR = dt.timedelta(days=400)
TWO_WAY = ("survey.answered", "letter.replied", "wish.made")


@dataclass(frozen=True)
class Move:
    """One line of a stage history; `because` names the event it follows from."""

    kind: Kind
    from_stage: str
    to_stage: str
    at: dt.datetime
    rule: str
    values: dict[str, Any] = field(default_factory=dict)
    because: str = ""
    stands_since: dt.datetime | None = None

    @property
    def since(self) -> dt.datetime:
        """From when the member stands there: of somebody who was placed, earlier than the line itself."""
        return self.stands_since or self.at


def climb(life: Life, since: dt.datetime, now: dt.datetime) -> list[Move]:
    """The moves of a life until `now`, in order. What was before `since` is one line: placed at import."""
    moves = [Move(Kind.JOINED, "", Stage.ONBOARDING, life.joined_at, "joined", because="member.signed_up")]
    for contract in life.contracts:
        if contract is not life.contracts[0]:
            moves.append(_return(moves, contract))
        _rise(moves, life, contract, now)
        if contract.ended_at:
            moves.append(_leave(moves, contract.ended_at))
    return _placed(moves, life, since)


def _return(moves: list[Move], contract: Contract) -> Move:
    left = moves[-1]
    away = contract.started_at - left.at
    stage = Stage.ONBOARDING if away > stages.NEW_START_AFTER else left.from_stage
    values = {"status": "active", "days_away": away.days}
    return Move(
        Kind.RETURNED, left.to_stage, stage, contract.started_at, "returned", values, "subscription.started"
    )


def _leave(moves: list[Move], at: dt.datetime) -> Move:
    values = {"status": "ended"}
    return Move(Kind.LEFT, moves[-1].to_stage, Stage.FORMER, at, "left", values, "subscription.ended")


def _rise(moves: list[Move], life: Life, contract: Contract, now: dt.datetime) -> None:
    """Up as soon as proven, never beyond the contract's end; an ambassador without an act for 400 days falls."""
    end = min(contract.ended_at or now, now)
    proofs = [_value(life, contract), _relationship(life, contract), *_acts(life, contract)]
    for move in sorted((move for move in proofs if move), key=lambda move: move.at):
        here = moves[-1].to_stage
        if DEPTH.index(Stage(move.to_stage)) > DEPTH.index(Stage(here)) and move.at < end:
            at = max(move.at, moves[-1].at + dt.timedelta(minutes=1))
            moves.append(Move(Kind.MOVED, here, move.to_stage, at, move.rule, move.values, move.because))
    _fall(moves, life, end)


def _value(life: Life, contract: Contract) -> Move | None:
    uses = [moment for moment in life.evenings if contract.holds(moment)]
    if len(uses) < 2:
        return None
    at = max(uses[1], contract.started_at + TWO_WEEKS)
    values = {"activated": True, "days_since_joined": (at - life.joined_at).days, "usage.*": 2}
    return Move(Kind.MOVED, "", Stage.VALUE, at, "value: been here twice, a member for 14 days", values)


def _relationship(life: Life, contract: Contract) -> Move | None:
    uses = [moment for moment in life.evenings if contract.holds(moment)]
    talks = [sign for sign in life.signs if sign.name in TWO_WAY and contract.holds(sign.at)]
    if len(uses) < 3 or not talks:
        return None
    at = max(uses[2], talks[0].at, life.joined_at + HALF_A_YEAR)
    values = {"tenure_days": (at - life.joined_at).days, "dialogue_365d": 1, "usage.*": 3}
    rule = "relationship: six months a member, three evenings, one conversation"
    return Move(Kind.MOVED, "", Stage.RELATIONSHIP, at, rule, values)


def _acts(life: Life, contract: Contract) -> list[Move]:
    rule = "ambassador: brought a friend"
    acts = [sign for sign in life.signs if sign.name == "referral.confirmed" and contract.holds(sign.at)]
    return [
        Move(Kind.MOVED, "", Stage.AMBASSADOR, act.at, rule, {"advocacy_365d": 1}, "referral.confirmed")
        for act in acts
    ]


def _fall(moves: list[Move], life: Life, end: dt.datetime) -> None:
    acts = [sign.at for sign in life.signs if sign.name == "referral.confirmed" and sign.at < end]
    if moves[-1].to_stage != Stage.AMBASSADOR or max(acts) + ACT_COUNTS_FOR >= end:
        return
    night = (max(max(acts) + ACT_COUNTS_FOR, moves[-1].at) + dt.timedelta(days=1)).replace(hour=3, minute=0)
    if night < end:
        rule, values = "relationship: no act for 400 days", {"advocacy_365d": 0}
        moves.append(Move(Kind.MOVED, Stage.AMBASSADOR, Stage.RELATIONSHIP, night, rule, values))


def _placed(moves: list[Move], life: Life, since: dt.datetime) -> list[Move]:
    before = [move for move in moves if move.at < since]
    if not before:
        return moves
    stage = before[-1].to_stage
    stands = before[-1].at
    values = {"days_since_joined": (since - life.joined_at).days, "since": stands.date().isoformat()}
    rule = "placed at import by history"
    line = Move(Kind.PLACED, "", stage, since, rule, values, stands_since=stands)
    return [line, *(move for move in moves if move.at >= since)]
