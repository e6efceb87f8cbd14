from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member
from members.models.plan import Interval, Plan
from members.models.subscription import Subscription


class Span(models.Model):
    """One stretch of a contract during which nothing about its price changed: what it was worth per month, and when.

    `ends_at` is exclusive, null while it lasts. `amount` is what was agreed, minor units of `currency` every
    `interval_count` × `interval`; `mrr` is that per month, and nothing while on trial or paused. Derived from the
    contract's own history (`members.spans`), never edited.
    """

    class Kind(models.TextChoices):
        TRIAL = "trial", _("trial")
        PAID = "paid", _("paid")
        PAUSED = "paused", _("paused")

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="spans", db_index=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="spans")
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="spans")
    kind = models.CharField(max_length=6, choices=Kind)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    mrr = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    amount = models.BigIntegerField(null=True)
    interval = models.CharField(max_length=5, choices=Interval, blank=True)
    interval_count = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subscription", "starts_at"], name="members_span_start"),
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="members_span_forward",
            ),
        )
        indexes = (
            models.Index(fields=["member", "starts_at"], name="members_span_member"),
            models.Index(fields=["starts_at", "ends_at"], name="members_span_when"),
            models.Index(
                fields=["ends_at"], name="members_span_over", condition=models.Q(ends_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d}"
