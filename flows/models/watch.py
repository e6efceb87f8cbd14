from django.db import models


class Watch(models.Model):
    """How far the clock has looked for complaints and bounces: when it last did, and the newest event it saw."""

    looked_at = models.DateTimeField()
    event = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.looked_at:%Y-%m-%d %H:%M}"
