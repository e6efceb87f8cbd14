from django.db import models

from flows.models.flow import Flow


class Sweep(models.Model):
    """How far the clock has looked for dates that set a flow going: everything until `swept_to` was decided about.

    While a span is being worked off, `working_to` is its end, and (`after_value`, `after_pk`) the last row looked at.
    `trigger` is what was looked for: when it changes, the span begins anew.
    """

    flow = models.OneToOneField(Flow, on_delete=models.CASCADE, related_name="sweep")
    trigger = models.JSONField(default=dict)
    swept_to = models.DateTimeField()
    working_to = models.DateTimeField(null=True)
    after_value = models.DateTimeField(null=True)
    after_pk = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.flow_id}: {self.swept_to:%Y-%m-%d %H:%M}"
