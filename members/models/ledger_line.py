from django.db import models


class LedgerLine(models.Model):
    """A line of the ledger outside the database that could not be written there yet, and why."""

    line = models.JSONField()
    at = models.DateTimeField()
    why = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.why}"
