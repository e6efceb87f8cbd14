from django.db import models
from django.utils.translation import gettext_lazy as _


class Report(models.Model):
    """What a mail provider reported of letters: stored as it came, then applied, ignored with a reason, or set aside.

    `headers` are the few of the request that its reading needs; a body that came before is known by its `digest`.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("arrived")
        APPLIED = "applied", _("written down")
        IGNORED = "ignored", _("not needed")
        PARKED = "parked", _("set aside")

    provider = models.CharField(_("mail provider"), max_length=40)
    digest = models.CharField(max_length=64)
    headers = models.JSONField(default=dict)
    body = models.TextField()
    received_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.RECEIVED)
    reason = models.TextField(blank=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("report of a mail provider")
        verbose_name_plural = _("reports of mail providers")
        constraints = (models.UniqueConstraint(fields=["provider", "digest"], name="mail_report_once"),)
        indexes = (
            models.Index(fields=["id"], name="mail_report_new", condition=models.Q(status="received")),
            models.Index(fields=["status", "-received_at"], name="mail_report_status"),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.received_at:%Y-%m-%d %H:%M}"
