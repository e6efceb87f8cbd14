"""Questions that a letter asks and one click answers, and what members answered."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mail.models import Message
from members.answers import Outcome
from members.models import Member


class Survey(models.Model):
    """One question. What it says stands in its words, per language; letters name it by its short name.

    `worrying` and `good` are numbers of answers, from 1, of a question with answers of its own. `apart_days` is how
    many days it keeps from the last question, whatever that asked; None: as many as the house says.
    """

    class Kind(models.TextChoices):
        NPS = "nps", _("0 to 10: would you recommend us?")
        SATISFACTION = "satisfaction", _("1 to 5: how satisfied are you?")
        CHOICE = "choice", _("answers of its own")

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    kind = models.CharField(_("how it is answered"), max_length=12, choices=Kind)
    worrying = models.JSONField(_("answers that need a person"), default=list, blank=True)
    good = models.JSONField(_("good answers"), default=list, blank=True)
    apart_days = models.PositiveSmallIntegerField(
        _("days since the last question"),
        null=True,
        blank=True,
        help_text=_("Whatever that question was. Empty: as many as the sending rules say, usually 90."),
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("who gets in touch"),
        help_text=_("About answers that need a person. Empty: whoever looks after the member."),
    )
    retired_at = models.DateTimeField(_("not asked any more since"), null=True, editable=False)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.slug


class SurveyWords(models.Model):
    """What a question says in one language; `answers` has one on each line, as many in every language."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="words")
    language = models.CharField(_("language"), max_length=12, help_text=_("Such as en or da."))
    question = models.CharField(_("question"), max_length=300)
    answers = models.TextField(
        _("answers"),
        blank=True,
        help_text=_("One on each line, two to six. Left empty for questions answered by a number."),
    )
    follow_up = models.CharField(
        _("and a line in their own words"),
        max_length=300,
        blank=True,
        help_text=_("Asked on the page, never needed: “What is the main reason?”"),
    )

    class Meta:
        verbose_name = _("words")
        verbose_name_plural = _("words")
        constraints = (
            models.UniqueConstraint(fields=["survey", "language"], name="relationship_surveywords_language"),
        )

    def __str__(self) -> str:
        return self.question

    @property
    def lines(self) -> list[str]:
        """The answers, in their order."""
        return [line.strip() for line in self.answers.splitlines() if line.strip()]


class SurveyAnswer(models.Model):
    """What one member answered to one question, once per letter that asked it.

    `answer` is the number: 0 to 10, 1 to 5, or the place of the answer from 1; `outcome` is what it meant when it was
    given.
    """

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="answers")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="survey_answers")
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    answer = models.PositiveSmallIntegerField(_("answer"))
    outcome = models.CharField(_("what it means"), max_length=6, choices=Outcome)
    text = models.TextField(_("in their own words"), blank=True)
    answered_at = models.DateTimeField(_("when"))
    changed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = (
            models.UniqueConstraint(fields=["survey", "message"], name="relationship_answer_once"),
        )
        indexes = (
            models.Index(fields=["survey", "-answered_at"], name="relationship_answer_survey"),
            models.Index(fields=["member", "-answered_at"], name="relationship_answer_member"),
        )

    def __str__(self) -> str:
        return f"{self.survey}: {self.answer}"
