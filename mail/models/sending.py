from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mail import reasons
from mail.models.message import Message


class SendingRules(models.Model):
    """When letters may leave, as it was decided once: the newest row holds, and none is ever changed.

    `definition` is what `mail.sending_rules` reads. Without a row a house has the ask budget alone.
    """

    definition = models.JSONField()
    note = models.CharField(_("why so"), max_length=300, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("sending rules")
        verbose_name_plural = _("sending rules")

    def __str__(self) -> str:
        return f"{self.pk}"


class Postponement(models.Model):
    """A letter that was due at `due_at` and may not leave before `until`, decided at `at`; why is `reason`."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="postponements")
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=400)

    class Meta:
        verbose_name = _("postponed letter")
        verbose_name_plural = _("postponed letters")

    def __str__(self) -> str:
        return self.reason

    @property
    def reason_in_words(self) -> str:
        """What stood in the way, and until when, as staff read it."""
        return reasons.words(self.reason)


class Outage(models.Model):
    """A time in which nothing sent letters. `letters` fell due in it and left, or were given a later moment."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(db_index=True)
    letters = models.PositiveIntegerField(default=0)
    spread = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} – {self.ended_at:%Y-%m-%d %H:%M}"
