from django.db import models
from django.utils.translation import gettext_lazy as _


class FirstValue(models.Model):
    """What proves that a member got something: of a plan, by its slug, or of all that say nothing of their own."""

    plan = models.SlugField(
        _("plan"),
        max_length=80,
        unique=True,
        blank=True,
        help_text=_("Empty: all plans that have no rule of their own."),
    )
    when = models.JSONField(_("has had first value when"))
    reason = models.TextField(
        _("why so"), blank=True, help_text=_("What this rests on, for those who read it later.")
    )
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("first value")
        verbose_name_plural = _("first value")
        ordering = ("plan",)

    def __str__(self) -> str:
        return self.plan or str(_("all plans"))
