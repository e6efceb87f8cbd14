"""The register: what the house knows of its members. One file per noun."""

from members.models.card import Card
from members.models.consent import Consent
from members.models.event import Event
from members.models.first_value import FirstValue
from members.models.ledger_line import LedgerLine
from members.models.member import Account, ExternalId, Member
from members.models.member_facts import MemberFacts
from members.models.merge import Merge
from members.models.payment import Payment
from members.models.plan import Interval, Plan, PlanDefaults
from members.models.segment import MemberTag, Segment, SegmentMember
from members.models.span import Span
from members.models.stage_change import StageChange
from members.models.stage_rule import StageRule
from members.models.subscription import Subscription
from members.models.topic import LetterPause, Topic, TopicWords
from members.models.usage import Usage, UsageBatch, UsageDay

__all__ = [
    "Account",
    "Card",
    "Consent",
    "Event",
    "ExternalId",
    "FirstValue",
    "Interval",
    "LedgerLine",
    "LetterPause",
    "Member",
    "MemberFacts",
    "MemberTag",
    "Merge",
    "Payment",
    "Plan",
    "PlanDefaults",
    "Segment",
    "SegmentMember",
    "Span",
    "StageChange",
    "StageRule",
    "Subscription",
    "Topic",
    "TopicWords",
    "Usage",
    "UsageBatch",
    "UsageDay",
]
