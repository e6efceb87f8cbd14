from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class Pulse(models.TextChoices):
    """Whether the member uses it now; unknown is not zero."""

    AWAKE = "awake", _("awake")
    QUIET = "quiet", _("quiet")
    SLEEPING = "sleeping", _("sleeping")
    UNKNOWN = "unknown", _("unknown")


class MemberFacts(models.Model):
    """What conditions ask about a member beyond the register's own columns: one row per member.

    Dates are kept, not ages, so that a night recomputes only members whose windows changed (`dirty_at`).
    Null means unknown. Money is minor units of `currency`. Each column is written in bulk by the room that owns it.
    """

    Pulse = Pulse

    member = models.OneToOneField(Member, primary_key=True, on_delete=models.CASCADE, related_name="facts")
    # What the contract says.
    tenure_since = models.DateTimeField(null=True)
    price = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, null=True)
    mrr = models.BigIntegerField(null=True)
    paid_total = models.BigIntegerField(null=True)
    lifetime_value = models.BigIntegerField(null=True)
    renewals = models.PositiveIntegerField(default=0)
    renews_at = models.DateTimeField(null=True)  # when the term that runs now is over
    card_expires_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=500, null=True)
    former_since = models.DateTimeField(null=True)
    # How the member uses it.
    activated_at = models.DateTimeField(null=True)
    last_use_on = models.DateField(null=True)
    consumption_28d = models.PositiveIntegerField(null=True)
    consumption_ratio = models.FloatField(null=True)
    usage_known = models.BooleanField(default=False)
    pulse = models.CharField(max_length=8, choices=Pulse, default=Pulse.UNKNOWN)
    pulse_since = models.DateTimeField(null=True)
    events_attended = models.PositiveIntegerField(default=0)
    # Signs of two ways, and acts for others.
    dialogue_365d = models.PositiveIntegerField(default=0)
    last_conversation_at = models.DateTimeField(null=True)
    advocacy_365d = models.PositiveIntegerField(default=0)
    referrals_confirmed = models.PositiveIntegerField(default=0)
    # Written by the rooms that know.
    owner = models.CharField(max_length=150, null=True)
    value_saved_total = models.BigIntegerField(null=True)
    value_28d = models.BigIntegerField(null=True)
    perks = models.PositiveIntegerField(null=True)
    promise_ratio = models.FloatField(null=True)
    value_shown_at = models.DateTimeField(null=True)
    nps = models.SmallIntegerField(null=True)
    nps_at = models.DateTimeField(null=True)
    last_answer = models.CharField(max_length=6, null=True)
    last_answer_at = models.DateTimeField(null=True)
    wishes_open = models.PositiveIntegerField(null=True)
    referred_revenue = models.BigIntegerField(null=True)
    asks_12m = models.PositiveIntegerField(null=True)
    offers_12m = models.PositiveIntegerField(null=True)
    # Where the member stands: whether the rules of the stages are to be asked, and since when one says fall.
    stages_due = models.BooleanField(default=True, db_default=True)
    fall_since = models.DateTimeField(null=True)
    # Whether the segments are to be asked again, once the row is right.
    segments_due = models.BooleanField(default=False, db_default=False)
    # When the row was right, and since when it may not be.
    computed_at = models.DateTimeField(null=True)
    dirty_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("facts")
        verbose_name_plural = _("facts")
        indexes = (
            models.Index(
                fields=["dirty_at"], name="members_facts_dirty", condition=models.Q(dirty_at__isnull=False)
            ),
            models.Index(
                fields=["member"], name="members_facts_stages_due", condition=models.Q(stages_due=True)
            ),
            models.Index(
                fields=["fall_since"],
                name="members_facts_falling",
                condition=models.Q(fall_since__isnull=False),
            ),
            models.Index(
                fields=["member"], name="members_facts_segments_due", condition=models.Q(segments_due=True)
            ),
            models.Index(fields=["pulse"], name="members_facts_pulse"),
            models.Index(fields=["consumption_28d"], name="members_facts_use"),
            models.Index(fields=["last_use_on"], name="members_facts_last_use"),
        )

    def __str__(self) -> str:
        return f"#{self.member_id}"
