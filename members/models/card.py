from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class Card(models.Model):
    """A card that billing keeps for a member: until when it is valid, and since when it is the one that is charged.

    Never the number of it. `added_at` is when billing first spoke of it, `chosen_at` when it last named it as the one
    to charge. `versions` as in Subscription, so that any order of arrival ends in the same row.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="cards")
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    expires_at = models.DateTimeField(null=True)
    is_removed = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    chosen_at = models.DateTimeField(null=True)
    versions = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("payment card")
        verbose_name_plural = _("payment cards")
        constraints = (models.UniqueConstraint(fields=["source", "external_id"], name="members_card_one"),)

    def __str__(self) -> str:
        return f"{self.expires_at:%m/%y}" if self.expires_at else "?"
