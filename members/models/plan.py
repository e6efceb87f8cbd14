from django.db import models
from django.utils.translation import gettext_lazy as _


class Interval(models.TextChoices):
    """The unit of a billing term; a quarter is three months."""

    DAY = "day", _("day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")
    YEAR = "year", _("year")


class Consumption(models.TextChoices):
    """Whether using it belongs to a plan."""

    EXPECTED = "expected", _("expected")
    OPTIONAL = "optional", _("welcome, never expected")
    NONE = "none", _("there is nothing to use")


class PlanDefaults(models.Model):
    """With which quiet times a new plan begins: those of the trade that the house chose. One row, or none."""

    trade = models.CharField(max_length=40)
    quiet_after = models.PositiveSmallIntegerField(default=60)
    sleeping_after = models.PositiveSmallIntegerField(default=120)
    quiet_below = models.FloatField(null=True)
    quiet_months = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.trade


class Plan(models.Model):
    """What a member subscribes to. Amounts are in minor units (øre, cents) of `currency`."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    sentence = models.CharField(
        _("price in one sentence"),
        max_length=300,
        blank=True,
        help_text=_("As members read it: “Full membership, 900 kr a year: all evenings.”"),
    )
    amount = models.BigIntegerField(_("price"), null=True, blank=True, help_text=_("In øre or cents."))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    interval = models.CharField(_("paid every"), max_length=5, choices=Interval, blank=True)
    interval_count = models.PositiveSmallIntegerField(_("number of intervals"), default=1)
    cost_to_serve = models.BigIntegerField(
        _("costs us"),
        null=True,
        blank=True,
        help_text=_(
            "What serving one member costs in the same period, in øre or cents. Offers leave it untouched."
        ),
    )
    consumption = models.CharField(
        _("use"),
        max_length=8,
        choices=Consumption,
        default=Consumption.EXPECTED,
        help_text=_(
            "Whether members of this plan are expected to use it; supporting members never raise alarms."
        ),
    )
    quiet_months = models.JSONField(
        _("quiet months"),
        default=list,
        blank=True,
        help_text=_("Months (1 to 12) in which nobody is expected."),
    )
    quiet_after = models.PositiveSmallIntegerField(_("quiet after (days)"), default=60)
    sleeping_after = models.PositiveSmallIntegerField(_("sleeping after (days)"), default=120)
    quiet_below = models.FloatField(
        _("quiet only below"),
        null=True,
        blank=True,
        help_text=_(
            "The share of their own usual use, such as 0.5, below which members count as quiet. "
            "Empty: days without use are enough."
        ),
    )
    first_use_on = models.DateField(
        null=True, editable=False
    )  # since when use of this plan can be seen at all
    completed_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("Empty for a plan that a signup named before anybody wrote it down."),
    )

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
