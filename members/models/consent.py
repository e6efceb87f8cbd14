from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class Consent(models.Model):
    """One line of the consent ledger: on `at` the member granted or withdrew `topic`. The latest line counts.

    A `pending` line is a yes that waits for a second one (double opt-in) and counts as none.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="consents")
    topic = models.CharField(_("topic"), max_length=60)
    granted = models.BooleanField(_("granted"))
    pending = models.BooleanField(_("waits for a second yes"), default=False, db_default=False)
    at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField()
    proof = models.CharField(_("proof"), max_length=500, blank=True)
    source = models.CharField(_("by way of"), max_length=60)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = (
            models.CheckConstraint(
                name="members_consent_pending_is_no_yes", condition=~models.Q(granted=True, pending=True)
            ),
        )
        indexes = (models.Index(fields=["member", "topic", "-at", "-id"], name="members_consent_latest"),)

    def __str__(self) -> str:
        return f"{self.topic}: {self.granted}"
