from django.db import models

from members.models.member import Member


class UsageBatch(models.Model):
    """Uses that arrived together; what they set going (waits, flows, facts) is done once per batch.

    `news` lists the new ones as [member id, name, first time, last time], times ISO 8601 in UTC. Of a batch that was
    set aside with its `error` it keeps those that could not be dealt with.
    """

    news = models.JSONField(default=list)
    recorded_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="", db_default="")

    class Meta:
        indexes = (
            models.Index(fields=["id"], name="members_usagebatch_new", condition=models.Q(handled_at=None)),
        )

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M}"


class Usage(models.Model):
    """One raw use (`usage.*`), kept as it came; conditions and facts read `UsageDay`.

    On PostgreSQL the table is partitioned by month (`members.partitions`). The day a use belongs to holds the
    member's foreign key: checking it twice for each use would cost more than storing the use.
    """

    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    name = models.CharField(max_length=80)
    occurred_at = models.DateTimeField()
    quantity = models.DecimalField(max_digits=18, decimal_places=4, default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source", "external_id", "occurred_at"], name="members_usage_counted_once"
            ),
        )
        indexes = (models.Index(fields=["member", "occurred_at"], name="members_usage_member"),)

    def __str__(self) -> str:
        return self.name


class UsageDay(models.Model):
    """How often, and how much, a member used something on one UTC day."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="usage_days", db_index=False)
    name = models.CharField(max_length=80)
    day = models.DateField()
    count = models.PositiveIntegerField()
    quantity = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["member", "name", "day"], name="members_usageday_one"),
        )
        indexes = (models.Index(fields=["day"], name="members_usageday_day"),)

    def __str__(self) -> str:
        return f"{self.name} {self.day}"
