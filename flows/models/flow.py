from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mail.models import LetterVersion
from mail.models.message import Purpose

ENDING_PURPOSES = (Purpose.ASK, Purpose.DUNNING, Purpose.LEAVING)


class Flow(models.Model):
    """A series of letters and other steps that something sets going. `draft` is what the editor works on.

    `ramp` is the share of entrants, in percent, that the flow takes so far. `letters_to_hold` counts down the first
    letters of a new flow, which wait for a person; `asks_to_run_at` is since when it asks whether it may go on.
    Letters since `judged_since` count for the limits of complaints and bounces; `paused_reason` says why a flow that
    paused itself did.
    """

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    draft = models.JSONField(default=dict)
    current = models.ForeignKey(
        "FlowVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    first_published_at = models.DateTimeField(null=True, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    paused_reason = models.CharField(max_length=300, blank=True, editable=False)
    ramp = models.PositiveSmallIntegerField(default=100, db_default=100, editable=False)
    letters_to_hold = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    asks_to_run_at = models.DateTimeField(null=True, editable=False)
    judged_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(ramp__lte=100), name="flows_flow_ramp_in_percent"),
        )
        verbose_name = _("flow")
        verbose_name_plural = _("flows")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """Whether members enter this flow now."""
        return self.current_id is not None and self.paused_at is None


class FlowVersion(models.Model):
    """A flow as it was published: immutable. Members stay with the version they entered."""

    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    trigger_event = models.CharField(max_length=80, blank=True, db_index=True)
    trigger_kind = models.CharField(max_length=8, default="event", db_default="event")
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("version of a flow")
        verbose_name_plural = _("versions of flows")
        constraints = (models.UniqueConstraint(fields=["flow", "number"], name="flows_flowversion_number"),)

    def __str__(self) -> str:
        return f"{self.flow} {self.number}"

    @property
    def purpose(self) -> Purpose:
        """Why the letters of this version are written."""
        return Purpose(self.definition["purpose"])

    @property
    def trigger(self) -> dict[str, Any]:
        """What sets this version going, as the editor wrote it."""
        return dict(self.definition["trigger"])

    @property
    def exit_events(self) -> list[str]:
        """The events on which a member leaves at once."""
        return [self.definition["exit"]["event"]] if self.definition.get("exit") else []

    @property
    def goal(self) -> dict[str, Any] | None:
        """The event that is hoped for: `event`, `within` (a duration), and whether it `ends` the run."""
        goal = self.definition.get("goal")
        if not goal:
            return None
        return {"ends": self.purpose in ENDING_PURPOSES, **goal}


class Step(models.Model):
    """One step of one version; its `uid` stays the same from version to version."""

    version = models.ForeignKey(FlowVersion, on_delete=models.CASCADE, related_name="steps")
    uid = models.CharField(max_length=80)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    settings = models.JSONField(default=dict)
    letter_version = models.ForeignKey(LetterVersion, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["version", "uid"], name="flows_step_uid"),)

    def __str__(self) -> str:
        return self.uid
