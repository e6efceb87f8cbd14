"""Arriving: the doors that other systems knock on, and everything they brought, stored before it is understood."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from intake.attending.models import Occasion, Presence
from intake.importing.models import ColumnChoice, Import, ImportedRow
from intake.joining.models import JoinPage

__all__ = [
    "ColumnChoice",
    "Delivery",
    "Endpoint",
    "Import",
    "ImportedRow",
    "JoinPage",
    "Occasion",
    "Presence",
]


class Endpoint(models.Model):
    """One inbound webhook address. Secrets are sealed; the previous one stays valid while senders change over."""

    slug = models.SlugField(max_length=80, unique=True)
    source = models.CharField(_("system"), max_length=40)
    secret = models.TextField()
    previous_secret = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("door for another system")
        verbose_name_plural = _("doors for other systems")

    def __str__(self) -> str:
        return self.slug


class Delivery(models.Model):
    """One thing that arrived: stored as it came, then applied, ignored with a reason, or set aside."""

    class Status(models.TextChoices):
        RECEIVED = "received", _("arrived")
        APPLIED = "applied", _("written down")
        IGNORED = "ignored", _("not needed")
        WAITING = "waiting", _("waits for its member")
        PARKED = "parked", _("set aside")

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    provider_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField()
    body = models.TextField()
    status = models.CharField(max_length=8, choices=Status, default=Status.RECEIVED)
    reason = models.TextField(blank=True)
    waits_for_source = models.CharField(max_length=40, blank=True)
    waits_for = models.CharField(max_length=200, blank=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        constraints = (
            models.UniqueConstraint(fields=["endpoint", "provider_id"], name="intake_delivery_once"),
        )
        indexes = (
            models.Index(fields=["id"], name="intake_delivery_new", condition=models.Q(status="received")),
            models.Index(
                fields=["waits_for_source", "waits_for"],
                name="intake_delivery_waiting",
                condition=models.Q(status="waiting"),
            ),
            models.Index(fields=["status", "-received_at"], name="intake_delivery_status"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.provider_id}"
