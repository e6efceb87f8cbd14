"""What a membership holds: benefits, and what is coming. Each in the house's language, others beside it."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from mail import cleaning, wording
from members.models import Plan

ONLY_WEB = URLValidator(schemes=["https", "http"])
SHOWN_BY = RegexValidator(
    r"^(usage|value)\.[a-z0-9_]+(\.[a-z0-9_]+)*\Z",
    _("Write it as it is told, such as usage.evening or value.perk_earned."),
)
CURRENCY = RegexValidator(r"^[A-Z]{3}\Z", _("Write the currency in three letters, like DKK (ISO 4217)."))
WHO: dict[str, Any] = {"null": True, "blank": True, "on_delete": models.SET_NULL, "editable": False}


class ForPlans(models.Model):
    """Something for the members of some plans, or of all; `link` leads to more."""

    link = models.CharField(_("link"), max_length=500, blank=True, validators=[ONLY_WEB])
    plans = models.ManyToManyField(
        Plan,
        verbose_name=_("plans"),
        blank=True,
        related_name="+",
        help_text=_("None chosen means all, also members without a plan."),
    )

    class Meta:
        abstract = True

    def is_for(self, plan_id: int | None) -> bool:
        """Whether members of this plan have it; the plans must be at hand."""
        chosen = [plan.pk for plan in self.plans.all()]
        return not chosen or plan_id in chosen

    def clean(self) -> None:
        """Members must be able to reach what a letter links to."""
        if self.link and (wrong := cleaning.address_error(self.link, "")):
            raise ValidationError({"link": wrong})


class Benefit(ForPlans):
    """Something a membership holds. Members hear of it from `offered_at` until `retired_at`.

    `shown_by` names the use or the value event that tells of its use; without one nobody knows, and it never counts
    as unused. `worth` is what the house says one use is worth, in minor units of `currency`.
    """

    slug = models.SlugField(max_length=80, unique=True, null=True, editable=False)  # of a trade's example
    name = models.CharField(_("name"), max_length=80, help_text=_("Such as “Guest ticket”."))
    sentence = models.CharField(
        _("in one sentence"),
        max_length=200,
        blank=True,
        help_text=_("What it is and how one gets it, as members read it."),
    )
    shown_by = models.CharField(
        _("its use is told as"),
        max_length=80,
        blank=True,
        validators=[SHOWN_BY],
        help_text=_(
            "The use or value event, such as usage.evening or value.perk_earned. Left empty, nobody can say who"
            " used it, and letters do not call it unused."
        ),
    )
    worth = models.BigIntegerField(
        _("one use is worth"),
        null=True,
        blank=True,
        help_text=_(
            "In øre or cents: 12000 is 120 kr. Empty: its uses are counted, and no money is put on them."
        ),
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[CURRENCY])
    order = models.PositiveSmallIntegerField(_("place"), default=0, help_text=_("The lowest is named first."))
    offered_at = models.DateTimeField(_("members hear of it since"), null=True, blank=True, editable=False)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("told to members by"), related_name="+", **WHO
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("retired by"), related_name="+", **WHO
    )

    class Meta:
        verbose_name = _("benefit")
        verbose_name_plural = _("benefits")
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """What a use is worth needs a currency and something that tells of the use."""
        super().clean()
        if self.worth is None:
            return
        if self.worth <= 0:
            raise ValidationError({"worth": _("Write what one use is worth, or leave it empty.")})
        if not self.currency:
            raise ValidationError({"currency": _("Say in which currency.")})
        if not self.shown_by:
            raise ValidationError({"shown_by": _("Say what tells of its use, else it cannot be counted.")})

    def in_words(self, language: str) -> "Benefit | BenefitWords":
        """Name and sentence in that language, else in the house's; the words must be at hand."""
        return wording.nearest({row.language: row for row in self.words.all()}, language) or self


class Upcoming(ForPlans):
    """Something that is coming: an evening, a class, a release. Called off, it is told to nobody."""

    title = models.CharField(_("title"), max_length=120)
    place = models.CharField(_("where"), max_length=160, blank=True)
    starts_at = models.DateTimeField(_("when"))
    called_off_at = models.DateTimeField(_("called off"), null=True, blank=True, editable=False)
    called_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("called off by"), related_name="+", **WHO
    )

    class Meta:
        verbose_name = _("what is coming")
        verbose_name_plural = _("what is coming")
        ordering = ("starts_at", "pk")
        indexes = (models.Index(fields=["starts_at"], name="value_upcoming_when"),)

    def __str__(self) -> str:
        return self.title

    def in_words(self, language: str) -> "Upcoming | UpcomingWords":
        """Title and place in that language, else in the house's; the words must be at hand."""
        return wording.nearest({row.language: row for row in self.words.all()}, language) or self

    def is_over(self, now: dt.datetime) -> bool:
        """Whether it has begun."""
        return self.starts_at <= now


class BenefitWords(models.Model):
    """A benefit in another language."""

    benefit = models.ForeignKey(Benefit, on_delete=models.CASCADE, related_name="words")
    language = models.CharField(_("language"), max_length=12, help_text=_("Such as en or da."))
    name = models.CharField(_("name"), max_length=80)
    sentence = models.CharField(_("in one sentence"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("words")
        verbose_name_plural = _("in other languages")
        constraints = (
            models.UniqueConstraint(fields=["benefit", "language"], name="value_benefitwords_language"),
        )

    def __str__(self) -> str:
        return self.name


class UpcomingWords(models.Model):
    """What is coming, in another language."""

    upcoming = models.ForeignKey(Upcoming, on_delete=models.CASCADE, related_name="words")
    language = models.CharField(_("language"), max_length=12, help_text=_("Such as en or da."))
    title = models.CharField(_("title"), max_length=120)
    place = models.CharField(_("where"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("words")
        verbose_name_plural = _("in other languages")
        constraints = (
            models.UniqueConstraint(fields=["upcoming", "language"], name="value_upcomingwords_language"),
        )

    def __str__(self) -> str:
        return self.title
