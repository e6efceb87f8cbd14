from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class Segment(models.Model):
    """A group of members: those of whom a condition is true, or, without one, those put on the list by hand.

    `size` and the memberships are as of `evaluated_at`; a segment that was never evaluated, or whose condition
    changed, has none there.
    """

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    condition = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()
    evaluated_at = models.DateTimeField(null=True)
    size = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_list(self) -> bool:
        """Whether its members are put there by hand."""
        return self.condition is None


class SegmentMember(models.Model):
    """Somebody in a segment since `since`; of a segment with a condition, as last evaluated."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="memberships")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="segment_memberships")
    since = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["segment", "member"], name="members_segmentmember_one"),
        )

    def __str__(self) -> str:
        return f"{self.segment_id}:{self.member_id}"


class MemberTag(models.Model):
    """A word that staff or a flow put on a member."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tag_rows", db_index=False)
    tag = models.SlugField(max_length=60, allow_unicode=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["member", "tag"], name="members_membertag_one"),)
        indexes = (models.Index(fields=["tag", "member"], name="members_membertag_tag"),)

    def __str__(self) -> str:
        return self.tag
