"""The steps of a flow as a person would tell them, letters in the reader's language."""

from django.utils.translation import gettext as _

from dashboard.words import letters
from flows import step_words
from flows.models import Step
from mail.models import LetterVersion


def sentence(step: Step) -> str:
    """What this published step does, in one line without any curly bracket."""
    if step.kind == "send" and step.letter_version:
        return letter(step.letter_version)
    return step_words.sentence({"uid": step.uid, "kind": step.kind, **step.settings}, {})


def letter(version: LetterVersion) -> str:
    """A letter by what stands above it."""
    return _("Letter “%s”") % letters.anybody(version)
