from django.db import models
from django.utils.translation import gettext_lazy as _

from flows.models.flow import Flow, FlowVersion
from members.models import Event, Member, Subscription


class Enrolment(models.Model):
    """One member's run through one version of a flow: where it stands and when it acts next.

    `entered_at` is when the event that set it going occurred; `planned_at` when the current step was planned to
    start; `due_at` when a worker must look at it. A `letter_pending` run waits until its last letter is final.
    `key` is what one run at a time is for: nothing, or a subscription. `term` names the date or the repetition that
    let it in.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("in this flow")
        COMPLETED = "completed", _("went through")
        GOAL = "goal", _("reached the goal")
        EXITED = "exited", _("left the flow")
        ENDED = "ended", _("ended by staff")
        HELD_OUT = "held_out", _("kept out for comparison")

    # Flow and member stand first in indexes of their own below.
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="enrolments", db_index=False)
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="enrolments")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="enrolments", db_index=False)
    subscription = models.ForeignKey(Subscription, null=True, on_delete=models.SET_NULL, related_name="+")
    event = models.ForeignKey(Event, null=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(max_length=80, blank=True)
    term = models.CharField(max_length=120, blank=True, default="", db_default="")
    status = models.CharField(max_length=9, choices=Status, default=Status.ACTIVE)
    entered_at = models.DateTimeField()
    step = models.CharField(max_length=80, blank=True)
    visit = models.PositiveIntegerField(default=1)
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    awaits = models.CharField(max_length=80, blank=True)
    letter_pending = models.BooleanField(default=False)
    goal_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("run through a flow")
        verbose_name_plural = _("runs through flows")
        constraints = (
            models.UniqueConstraint(
                fields=["flow", "member", "key"],
                condition=models.Q(status="active"),
                name="flows_enrolment_one_at_a_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at", "id"],
                name="flows_enrolment_due",
                condition=models.Q(status="active", letter_pending=False, parked_at=None),
            ),
            models.Index(
                fields=["id"],
                name="flows_enrolment_letter",
                condition=models.Q(status="active", letter_pending=True),
            ),
            models.Index(fields=["member", "flow"], name="flows_enrolment_member"),
            models.Index(fields=["flow", "status", "step"], name="flows_enrolment_where"),
            models.Index(
                fields=["flow"],
                name="flows_enrolment_goal",
                condition=~models.Q(status="held_out") & models.Q(goal_at__isnull=False),
            ),
            # Both columns that are counted day by day, so that the rows themselves stay unread.
            models.Index(fields=["entered_at", "flow"], name="flows_enrolment_entered"),
        )

    def __str__(self) -> str:
        return f"{self.flow_id}:{self.member_id}"

    @property
    def group(self) -> str:
        """The name under which this run's letters are kept together."""
        return f"flow:{self.pk}"


class StepRun(models.Model):
    """One visit of one run to one step: when it was reached, until when it waits, what came of it and why."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="runs")
    uid = models.CharField(max_length=80)
    visit = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=20)
    reached_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    values = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["enrolment", "uid", "visit"], name="flows_steprun_visit"),
        )

    def __str__(self) -> str:
        return f"{self.uid} {self.outcome}"


class Decision(models.Model):
    """Why a member is, or is not, in a flow: entered, kept out, left, reached the goal, went through.

    `term` names the date or the repetition that was decided about; each is decided about once.
    """

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="decisions")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="decisions")
    enrolment = models.ForeignKey(Enrolment, null=True, on_delete=models.CASCADE, related_name="decisions")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=20)
    step = models.CharField(max_length=80, blank=True)
    event = models.ForeignKey(Event, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=400, blank=True)
    values = models.JSONField(default=dict)
    term = models.CharField(max_length=120, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = (
            models.UniqueConstraint(
                fields=["flow", "term"], condition=~models.Q(term=""), name="flows_decision_each_term_once"
            ),
        )
        indexes = (models.Index(fields=["member", "flow", "at"], name="flows_decision_member"),)

    def __str__(self) -> str:
        return self.verdict
