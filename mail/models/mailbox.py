from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Mailbox(models.Model):
    """What letters leave through (a mail server's name, or a provider's): its limits, and whether it rests.

    `preset` is empty where the house counts with numbers of its own; a limit that is empty is none. While it rests
    nothing leaves: `trouble` is what the other side said, `is_ours` that a person here has to do something about it.
    """

    name = models.CharField(max_length=253, unique=True)
    preset = models.CharField(max_length=40, blank=True)
    per_minute = models.PositiveIntegerField(null=True)
    per_day = models.PositiveIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    rests_since = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=400, blank=True)
    is_ours = models.BooleanField(default=False)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")

    def __str__(self) -> str:
        return self.name

    @property
    def is_limited(self) -> bool:
        """Whether somebody set how much may leave."""
        return bool(self.per_minute or self.per_day)
