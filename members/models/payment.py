from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member
from members.models.subscription import Subscription


class Payment(models.Model):
    """Money that came, failed to come, or went back; `amount` in minor units of `currency`."""

    class Status(models.TextChoices):
        SUCCEEDED = "succeeded", _("paid")
        FAILED = "failed", _("failed")
        REFUNDED = "refunded", _("paid back")

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="payments")
    subscription = models.ForeignKey(
        Subscription, null=True, on_delete=models.SET_NULL, related_name="payments"
    )
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=Status)
    paid_at = models.DateTimeField()
    versions = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = (models.UniqueConstraint(fields=["source", "external_id"], name="members_payment_one"),)
        indexes = (models.Index(fields=["member", "paid_at"], name="members_payment_member"),)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.status}"
