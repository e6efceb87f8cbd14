from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member
from members.models.subscription import Subscription


class Event(models.Model):
    """Something that happened to a member: append-only, keyed, written with the change it tells of.

    `handled_at` says when its answers (the hall's journey) were carried out; history is stored as already
    handled. `parked_at` says that an answer failed: the event is set aside with its error and blocks nobody.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="events", db_index=False)
    subscription = models.ForeignKey(Subscription, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=80)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    key = models.CharField(max_length=255)
    data = models.JSONField(default=dict)
    handled_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = (models.UniqueConstraint(fields=["key"], name="members_event_key"),)
        indexes = (
            models.Index(fields=["member", "-occurred_at"], name="members_event_timeline"),
            models.Index(fields=["member", "name", "occurred_at"], name="members_event_counts"),
            models.Index(
                fields=["member", "occurred_at", "id"],
                name="members_event_unanswered",
                condition=models.Q(handled_at=None, parked_at=None),
            ),
            models.Index(
                fields=["id"],
                name="members_event_queue",
                condition=models.Q(handled_at=None, parked_at=None),
            ),
            models.Index(
                fields=["name", "occurred_at"],
                name="members_event_unwanted",
                condition=models.Q(name__in=["mail.bounced", "mail.complained"]),
            ),
            models.Index(
                fields=["-parked_at"],
                name="members_event_parked",
                condition=models.Q(parked_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.name
