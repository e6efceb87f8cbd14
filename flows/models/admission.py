from django.conf import settings
from django.db import models

from flows.models.flow import Flow


class Admission(models.Model):
    """A whole segment that somebody lets into a flow: worked off by the clock, member by member, once each.

    `after_pk` is the last member who was decided about; the numbers say what came of them.
    """

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="admissions")
    segment = models.CharField(max_length=80)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    after_pk = models.BigIntegerField(default=0)
    entered = models.PositiveIntegerField(default=0)
    not_entered = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["id"], name="flows_admission_open", condition=models.Q(done_at=None)),
        )

    def __str__(self) -> str:
        return f"{self.segment} → {self.flow_id}"
