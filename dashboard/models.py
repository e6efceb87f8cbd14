"""What the house noticed by itself: things that need a look, and what is usual in each flow."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from flows.models import Flow


class Alarm(models.Model):
    """Something that needs a person, from `raised_at` until it was over. `values` are what the words are made of.

    Owners get one mail of it: it is due at `mail_due_at`, which is empty once nothing is left to do.
    """

    class Kind(models.TextChoices):
        VOLUME = "volume", _("more or fewer than usual")
        STILL = "still", _("members stand still")
        ASIDE = "aside", _("a step failed")
        PAUSED = "paused", _("a flow paused itself")
        UNREADABLE = "unreadable", _("a letter cannot be written")
        WEBHOOK = "webhook", _("another system does not answer")
        NIGHT = "night", _("the work of the night")
        REPLY = "reply", _("a reply waits")
        MAILBOX = "mailbox", _("the mailbox cannot be read")
        SENDER = "sender", _("somebody stops writing")
        RESTS = "rests", _("letters do not leave")
        LEDGER = "ledger", _("refusals cannot be kept")
        CLOCK = "clock", _("the clock stood still")

    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.CharField(max_length=200)
    values = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(cleared_at=None),
                name="dashboard_alarm_once",
            ),
        )
        indexes = (
            models.Index(
                fields=["mail_due_at"],
                name="dashboard_alarm_mail",
                condition=models.Q(mail_due_at__isnull=False),
            ),
            models.Index(fields=["-raised_at"], name="dashboard_alarm_raised"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Figures(models.Model):
    """Numbers that a large house counts every hour instead of each time somebody looks; one row by name."""

    name = models.CharField(max_length=40, unique=True)
    counted_at = models.DateTimeField()
    values = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class Reading(models.Model):
    """What the last night counted of one flow, and what is usual: below `low` is a fall, above `high` a rise.

    Both are empty where too few weeks are known; `low` below 0 says that so few come that a fall would not show.
    """

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="+")
    measure = models.CharField(max_length=10)
    days = models.PositiveSmallIntegerField()
    counted_at = models.DateTimeField()
    count = models.PositiveIntegerField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    verdict = models.CharField(max_length=10)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["flow", "measure", "days"], name="dashboard_reading_one"),
        )

    def __str__(self) -> str:
        return f"{self.flow_id} {self.measure} {self.days}"
