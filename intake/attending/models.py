import uuid

from django.conf import settings
from django.db import models

from members.models import Member


class Lists(models.QuerySet["Occasion"]):
    """Lists of who was here."""

    def with_numbers(self) -> "Lists":
        """Latest first, each with how many were there (`came`)."""
        ticked = models.Count("presences", filter=models.Q(presences__is_here=True))
        return self.annotate(came=ticked).order_by("-on", "-pk")


class Occasion(models.Model):
    """One evening, training or opening to which people came. Each of them used `usage` once, at `occurred_at`.

    The moment is fixed when the list is opened, so that a tick that is told twice is one use.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    usage = models.CharField(max_length=80)
    on = models.DateField()
    occurred_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = Lists.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["name", "on"], name="intake_occasion_one"),)
        indexes = (models.Index(fields=["-on", "-id"], name="intake_occasion_latest"),)

    def __str__(self) -> str:
        return f"{self.name} {self.on}"


class Presence(models.Model):
    """Whether a member is ticked on a list. `tap` counts the taps on one `device`: an older one that comes late says
    nothing any more."""

    occasion = models.ForeignKey(Occasion, on_delete=models.CASCADE, related_name="presences")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="presences")
    is_here = models.BooleanField(default=False)
    device = models.CharField(max_length=40, blank=True)
    tap = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["occasion", "member"], name="intake_presence_one"),)

    def __str__(self) -> str:
        return f"{self.occasion_id}:{self.member_id}"

    @property
    def key(self) -> str:
        """The id of the use that a tick is; it stays when its member is merged with another."""
        return f"attendance:{self.occasion_id}:{self.pk}"
