from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.event import Event
from members.models.member import Member, Stage


class StageChange(models.Model):
    """One move of one member: when, by which rule, with which values, because of which event or whom."""

    class Kind(models.TextChoices):
        JOINED = "joined", _("joined")
        MOVED = "moved", _("moved")
        LEFT = "left", _("left")
        RETURNED = "returned", _("came back")
        PLACED = "placed", _("placed at import")
        MANUAL = "manual", _("moved by hand")
        MERGED = "merged", _("two rows of one person were merged")

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="stage_changes")
    kind = models.CharField(max_length=8, choices=Kind)
    from_stage = models.CharField(max_length=12, choices=Stage, blank=True)
    to_stage = models.CharField(max_length=12, choices=Stage)
    at = models.DateTimeField()
    rule = models.TextField(blank=True)
    values = models.JSONField(default=dict)
    event = models.ForeignKey(Event, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        indexes = (
            models.Index(fields=["member", "-at"], name="members_move_member"),
            # With what is counted of a month's moves, so that the rows themselves stay unread.
            models.Index(fields=["at", "kind", "from_stage", "to_stage"], name="members_move_at"),
        )

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"
