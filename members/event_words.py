"""Events as people say them: one plain sentence per kind."""

from django.utils.translation import gettext_lazy

from office import phrases

SENTENCES = {
    "member.signed_up": gettext_lazy("Joined"),
    "member.updated": gettext_lazy("Details changed"),
    "member.activated": gettext_lazy("First value"),
    "member.won_back": gettext_lazy("Came back"),
    "member.went_quiet": gettext_lazy("Has gone quiet"),
    "member.came_back": gettext_lazy("Uses it again"),
    "subscription.started": gettext_lazy("Membership began"),
    "subscription.trial_ending": gettext_lazy("The trial is about to end"),
    "subscription.renewed": gettext_lazy("Renewed"),
    "subscription.changed": gettext_lazy("Membership changed"),
    "subscription.paused": gettext_lazy("Paused the membership"),
    "subscription.resumed": gettext_lazy("Took the membership up again"),
    "subscription.past_due": gettext_lazy("Payment is overdue"),
    "subscription.cancelled": gettext_lazy("Said goodbye"),
    "subscription.ended": gettext_lazy("Membership ended"),
    "payment.succeeded": gettext_lazy("Paid"),
    "payment.failed": gettext_lazy("A payment failed"),
    "payment.refunded": gettext_lazy("Got money back"),
    "card.replaced": gettext_lazy("Pays with another card"),
    "payment_method.expiring": gettext_lazy("The card is about to expire"),
    "segment.entered": gettext_lazy("Came into a segment"),
    "segment.left": gettext_lazy("Left a segment"),
    "task.done": gettext_lazy("A task was done"),
    "task.tried": gettext_lazy("Called, and nobody answered"),
    "conversation.held": gettext_lazy("Talked with us"),
    "staff.noted": gettext_lazy("A note by us"),
    "usage.evening": gettext_lazy("An evening"),
    "usage.here": gettext_lazy("Was here"),
    "offer.made": gettext_lazy("Was made an offer"),
    "offer.accepted": gettext_lazy("Accepted an offer"),
    "survey.answered": gettext_lazy("Answered a question"),
    "wish.made": gettext_lazy("Made a wish"),
    "mail.sent": gettext_lazy("A letter left"),
    "mail.delivered": gettext_lazy("A letter arrived"),
    "mail.clicked": gettext_lazy("Followed a link in a letter"),
    "mail.unsubscribed": gettext_lazy("Unsubscribed from letters"),
    "consent.asked": gettext_lazy("Said yes to letters, and was asked to say it once more"),
    "letter.replied": gettext_lazy("Answered a letter"),
    "milestone.reached": gettext_lazy("Reached a milestone"),
    "referral.signed_up": gettext_lazy("A friend joined"),
    "referral.confirmed": gettext_lazy("A friend joined and paid"),
    "value.event_attended": gettext_lazy("Came to an evening"),
    "value.benefit_used": gettext_lazy("Used a benefit"),
    "guide.completed": gettext_lazy("Finished the guide"),
    "usage.visit": gettext_lazy("A visit"),
    "value.perk_earned": gettext_lazy("Earned a perk"),
    "value.money_saved": gettext_lazy("Saved money"),
    "value.content_consumed": gettext_lazy("Read, saw or heard something"),
    "value.time_saved": gettext_lazy("Saved time"),
    "value.discount": gettext_lazy("Paid less as a member"),
    "mail.bounced": gettext_lazy("A letter did not arrive"),
    "mail.complained": gettext_lazy("Reported a letter as unwanted"),
}


def name(event_name: str) -> str:
    """The sentence for a kind of event; a name that nobody foresaw is made readable."""
    return str(SENTENCES.get(event_name) or phrases.readable(event_name))
