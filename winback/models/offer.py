"""What a house may offer, and what it offered to whom."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mail.models import Message
from members.models import Member, Plan


class Offer(models.Model):
    """Something that a letter may offer, and the rules by which a member gets it. Its words stand beside it.

    `floor_percent`, `repeat_months`: see `winback.offers.rules`. `otherwise` is tried where this one may not be made.
    """

    class Kind(models.TextChoices):
        PERCENT = "percent", _("per cent off, for some periods")
        FREE = "free", _("free periods")
        NO_FEE = "no_fee", _("no joining fee")
        PLAN = "plan", _("another plan")
        PAUSE = "pause", _("a pause")
        HELP = "help", _("one-to-one help")
        EVENING = "evening", _("a guest evening")

    class Band(models.TextChoices):
        ALL = "", _("everybody")
        TOP = "top", _("the fifth that paid most so far")
        MIDDLE = "middle", _("the three fifths in the middle")
        LOW = "low", _("the fifth that paid least so far")

    MONEY = (Kind.PERCENT, Kind.FREE, Kind.NO_FEE)

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    kind = models.CharField(_("what it is"), max_length=8, choices=Kind)
    percent = models.PositiveSmallIntegerField(_("per cent off"), null=True, blank=True)
    periods = models.PositiveSmallIntegerField(
        _("for so many periods"),
        null=True,
        blank=True,
        help_text=_("Periods of the plan: months where it is paid by the month."),
    )
    band = models.CharField(_("for whom"), max_length=6, choices=Band, blank=True, default=Band.ALL)
    plans = models.ManyToManyField(
        Plan,
        verbose_name=_("on these plans"),
        blank=True,
        related_name="+",
        help_text=_("None ticked: on any plan."),
    )
    valid_days = models.PositiveSmallIntegerField(
        _("valid for (days)"), default=14, help_text=_("Counted from the letter that makes it.")
    )
    floor_percent = models.PositiveSmallIntegerField(
        _("must leave (per cent)"),
        default=20,
        help_text=_(
            "Of the usual price, when what serving the member costs is taken off. Where no price is known, "
            "nobody gets money off."
        ),
    )
    repeat_months = models.PositiveSmallIntegerField(
        _("not again for (months)"), default=12, help_text=_("After any offer to the same member.")
    )
    otherwise = models.ForeignKey(
        "self",
        verbose_name=_("else this one"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Tried where this one is not allowed. Empty: no offer at all."),
    )
    retired_at = models.DateTimeField(_("not made any more since"), null=True, editable=False)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.slug


class OfferWords(models.Model):
    """What members read of an offer in one language. In `price` stand {price}, what they would pay, and {usual}."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="words")
    language = models.CharField(_("language"), max_length=12, help_text=_("Such as en or da."))
    what = models.CharField(_("what is offered"), max_length=120)
    price = models.CharField(
        _("what it costs, in one sentence"),
        max_length=300,
        blank=True,
        help_text=_("“{price} instead of {usual} for three months.” The words in braces are filled in."),
    )

    class Meta:
        verbose_name = _("words")
        verbose_name_plural = _("words")
        constraints = (
            models.UniqueConstraint(fields=["offer", "language"], name="winback_offerwords_language"),
        )

    def __str__(self) -> str:
        return self.what


class MadeOffer(models.Model):
    """An offer made to one member by one letter. `terms` are what was promised, whatever the offer says later."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="made")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="offers")
    message = models.OneToOneField(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(_("made"))
    until = models.DateTimeField(_("until"))
    terms = models.JSONField(default=dict)
    accepted_at = models.DateTimeField(_("accepted"), null=True)

    class Meta:
        verbose_name = _("offer that was made")
        verbose_name_plural = _("offers that were made")
        indexes = (models.Index(fields=["member", "-made_at"], name="winback_made_member"),)

    def __str__(self) -> str:
        return str(self.offer)
