import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member
from members.models.plan import Interval, Plan


class Subscription(models.Model):
    """One contract of one member. Amounts are minor units of `currency` per `interval_count` × `interval`.

    `cancelled` is the decision, `ended` means access is over. `access_ends_at` is derived: of a cancelled
    contract the moment it names, else the end of the paid period, else the decision itself.
    `card_expires_at` is noon UTC of the last day of the card that pays it (`members.cards`), `paid_with` what billing
    calls that card, where the contract names one.
    `versions` remembers for each field the stamp of the message that last set it, so that any order of
    arrival ends in the same row.
    """

    class Status(models.TextChoices):
        TRIALING = "trialing", _("trial")
        ACTIVE = "active", _("active")
        PAST_DUE = "past_due", _("payment overdue")
        PAUSED = "paused", _("paused")
        CANCELLED = "cancelled", _("leaving")
        ENDED = "ended", _("ended")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="subscriptions")
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="subscriptions")
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    started_at = models.DateTimeField(null=True)
    trial_ends_at = models.DateTimeField(null=True)
    anchor_at = models.DateTimeField(null=True)
    current_period_end = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_effective_at = models.DateTimeField(null=True)
    access_ends_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    voluntary = models.BooleanField(null=True)
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    amount = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    interval = models.CharField(max_length=5, choices=Interval, blank=True)
    interval_count = models.PositiveSmallIntegerField(default=1)
    card_expires_at = models.DateTimeField(null=True)
    paid_with = models.CharField(max_length=200, blank=True, default="", db_default="")
    versions = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = (
            models.UniqueConstraint(fields=["source", "external_id"], name="members_subscription_one"),
        )
        indexes = (
            models.Index(
                fields=["access_ends_at"],
                name="members_subscription_leaving",
                condition=models.Q(status="cancelled"),
            ),
            models.Index(
                fields=["current_period_end"],
                name="members_sub_overdue",
                condition=models.Q(status="past_due"),
            ),
            # Dates that set flows going are looked for in narrow ranges.
            models.Index(fields=["current_period_end"], name="members_subscription_term"),
            models.Index(fields=["started_at"], name="members_subscription_start"),
            *(
                models.Index(
                    fields=[date],
                    name=f"members_sub_{date}",
                    condition=models.Q(**{f"{date}__isnull": False}),
                )
                for date in ("trial_ends_at", "cancelled_at", "access_ends_at", "ended_at", "card_expires_at")
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan or self.external_id} ({self.get_status_display()})"
