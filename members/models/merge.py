from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class Merge(models.Model):
    """Two rows of one person became one: what moved, so that it can be taken apart again for 30 days.

    `moved` lists per column (`mail.Message.member`) the keys of the rows that went from `gone` to `kept`; `changed`
    holds the columns of both members as they were and as the merge left them; `added` the rows that the merge itself
    wrote; `days` the use that was summed; `memos` what other rooms remember.
    """

    kept = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="merges")
    gone = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="given_up")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    moved = models.JSONField(default=dict)
    changed = models.JSONField(default=dict)
    added = models.JSONField(default=dict)
    days = models.JSONField(default=list)
    memos = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")

    def __str__(self) -> str:
        return f"#{self.gone_id} → #{self.kept_id}"
