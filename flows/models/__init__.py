"""Flows as editors publish them, and the runs of members through them."""

from flows.models.admission import Admission
from flows.models.enrolment import Decision, Enrolment, StepRun
from flows.models.flow import Flow, FlowVersion, Step
from flows.models.sweep import Sweep
from flows.models.trial import Trial
from flows.models.watch import Watch

__all__ = [
    "Admission",
    "Decision",
    "Enrolment",
    "Flow",
    "FlowVersion",
    "Step",
    "StepRun",
    "Sweep",
    "Trial",
    "Watch",
]
