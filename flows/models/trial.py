from django.db import models

from flows.models.flow import Flow


class Trial(models.Model):
    """A definition that workers try on the last `days` days, because a page would not wait for it.

    `mark` says which definition. `reached` is how far it came of (since, until]; a lease keeps two workers apart.
    `told` is the whole answer, which names members: it is kept for hours, and gone when anybody is erased.
    """

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="trials")
    mark = models.CharField(max_length=64)
    days = models.PositiveSmallIntegerField()
    definition = models.JSONField()
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    reached = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    errors = models.JSONField(default=list)
    told = models.JSONField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["flow", "mark", "days"], name="flows_trial_one"),)
        indexes = (
            models.Index(
                fields=["asked_at"], name="flows_trial_waiting", condition=models.Q(finished_at=None)
            ),
        )

    def __str__(self) -> str:
        return f"{self.flow_id}, {self.days} days"
