"""What the house does when something happens to a member. Read this first.

A line names an event and the deeds that answer it, in their order. All deeds of one event commit together, older
events of a member come first, and every deed takes a batch: `(events of one name, now)`.
Whatever the name, flows look at every event first: they leave, note goals, stop waiting, and let members in.
"""

from collections.abc import Sequence

from flows import entering, listening, reacting, replanning
from mail import double_opt_in
from members import events
from members.answering import Answer
from relationship import joining_tasks, leaving_tasks, offer_tasks
from relationship.surveys import caring
from winback import returning

FLOWS: Sequence[Answer] = (reacting.leave, reacting.wake, reacting.reach_goals, entering.enter)

JOURNEY: dict[str, Sequence[Answer]] = {
    "member.signed_up": (joining_tasks.give,),
    "member.updated": (replanning.replan,),
    "subscription.started": (reacting.stay, leaving_tasks.take_back),
    "subscription.resumed": (leaving_tasks.take_back,),
    "subscription.cancelled": (leaving_tasks.give,),
    "stage.entered": (returning.note,),
    "consent.asked": (double_opt_in.ask,),
    "survey.answered": (caring.give,),
    "offer.accepted": (offer_tasks.give,),
}

# Kinds that nothing but flows answers so far: the register did its part when they were recorded.
UNANSWERED = frozenset(
    {
        "member.activated",
        "member.went_quiet",
        "member.came_back",
        "member.won_back",
        "subscription.trial_ending",
        "subscription.renewed",
        "subscription.changed",
        "subscription.paused",
        "subscription.past_due",
        "subscription.ended",
        "payment.succeeded",
        "payment.failed",
        "payment.refunded",
        "payment_method.expiring",
        "card.replaced",
        "segment.entered",
        "segment.left",
        "conversation.held",
        "staff.noted",
        "task.done",
        "task.tried",
        "mail.sent",
        "mail.delivered",
        "mail.bounced",
        "mail.complained",
        "mail.clicked",
        "mail.unsubscribed",
        "letter.replied",
        "offer.made",
    }
)


def answers(name: str) -> Sequence[Answer]:
    """The deeds that answer an event of this name, in order."""
    return (*FLOWS, *JOURNEY.get(name, ()))


def uses() -> dict[str, Sequence[Answer]]:
    """The deeds that answer uses, by those names that anybody listens for. Uses come in thousands; most need none."""
    names = {name for name in (*listening.names(), *JOURNEY) if events.is_usage(name)}
    return {name: answers(name) for name in names}
