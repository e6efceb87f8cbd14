from django.db import models
from django.utils.translation import gettext_lazy as _


class Restoration(models.Model):
    """A backup was put back: what was due by `restored_at` may have left already, and is not sent by itself."""

    backup_taken_at = models.DateTimeField()
    restored_at = models.DateTimeField()
    letters = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("restored backup")
        verbose_name_plural = _("restored backups")

    def __str__(self) -> str:
        return f"{self.backup_taken_at:%Y-%m-%d %H:%M}"
