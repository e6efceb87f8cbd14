from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Stage


class StageRule(models.Model):
    """When a member comes up into a stage, and when one falls out of it again. Durations as in `members.durations`."""

    MOVES = (Stage.VALUE, Stage.RELATIONSHIP, Stage.AMBASSADOR)

    to = models.CharField(
        _("stage"), max_length=12, unique=True, choices=[(stage.value, stage.label) for stage in MOVES]
    )
    enter = models.JSONField(_("comes up when"))
    fall = models.JSONField(_("falls back when"), null=True, blank=True)
    min_stay = models.CharField(
        _("stays at least"),
        max_length=8,
        blank=True,
        help_text=_("Time in the stage before anybody may fall: 90d."),
    )
    fall_after = models.CharField(
        _("falls after"), max_length=8, blank=True, help_text=_("How long the condition must have held: 60d.")
    )
    window = models.CharField(
        _("onboarding lasts"),
        max_length=8,
        blank=True,
        help_text=_("Somebody without first value after this time is stalled: 90d."),
    )
    reason = models.TextField(
        _("why so"), blank=True, help_text=_("What these numbers rest on, for those who read them later.")
    )
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("stage rule")
        verbose_name_plural = _("stage rules")

    def __str__(self) -> str:
        return self.get_to_display()
