from django.db import models
from django.utils.translation import gettext_lazy as _


class Suppression(models.Model):
    """An address that gets no letters. When its data is erased only the keyed hash is left, and goes on stopping it."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("the address does not exist")
        COMPLAINED = "complained", _("reported as unwanted")
        MANUAL = "manual", _("stopped by staff")
        REFUSED = "refused", _("said no to some letters, before the data was erased")

    address_hash = models.CharField(max_length=64, unique=True)
    address = models.CharField(_("address"), max_length=254, blank=True)
    reason = models.CharField(max_length=10, choices=Reason)
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("stopped address")
        verbose_name_plural = _("stopped addresses")
        indexes = (models.Index(fields=["-at", "-id"], name="mail_suppression_at"),)

    def __str__(self) -> str:
        return self.address or self.address_hash[:12]
