"""Which form each kind of step has; a kind without one shows its texts and numbers by their names."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from flows.editing import more_step_forms, step_forms

FORMS: dict[str, type[step_forms.StepForm]] = {
    "send": step_forms.Send,
    "wait": step_forms.Wait,
    "branch": step_forms.Branch,
    "split": more_step_forms.Split,
    "task": step_forms.Task,
    "set": more_step_forms.Set,
    "reward": more_step_forms.Reward,
    "webhook": more_step_forms.Webhook,
    "end": step_forms.End,
}


def form(data: QueryDict | None, *, step: Mapping[str, Any], draft: Mapping[str, Any]) -> step_forms.StepForm:
    """The form of this step."""
    return FORMS.get(str(step.get("kind")), step_forms.Other)(data, step=step, draft=draft)
