import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.plan import Plan


class Stage(models.TextChoices):
    """How far we have come together: the deepest point that can be proved. `former` stands outside."""

    ONBOARDING = "onboarding", _("Onboarding")
    VALUE = "value", _("Ongoing value")
    RELATIONSHIP = "relationship", _("Relationship")
    AMBASSADOR = "ambassador", _("Ambassador")
    FORMER = "former", _("Former")


class Circle(models.TextChoices):
    """How close we are now; never shown to members."""

    INNER = "inner", _("Inner")
    REGULAR = "regular", _("Regular")
    OUTER = "outer", _("Outer")
    NOT_YET = "not_yet", _("Not yet")


class Channel(models.TextChoices):
    """How somebody likes to be reached."""

    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    POST = "post", _("letter on paper")
    NONE = "none", _("not at all")


class Account(models.Model):
    """A company whose people are members."""

    external_id = models.CharField(max_length=200, unique=True)
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name


class OneEach(models.Manager["Member"]):
    """Every person once: without the rows that were merged into another."""

    def get_queryset(self) -> models.QuerySet["Member"]:
        return super().get_queryset().filter(merged_into=None)


class Member(models.Model):
    """Somebody who joined. E-mail is not unique: families share addresses. A member may have none.

    One person who was registered twice is merged: `merged_into` leads from the row that is given up to the one that
    stays, and `objects` passes over it. Only merging, erasing and looking up an old id read `everybody`.
    """

    Stage = Stage
    Circle = Circle

    objects = OneEach()
    everybody = models.Manager["Member"]()

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    email_key = models.CharField(max_length=254, blank=True, editable=False)
    name_key = models.CharField(max_length=402, blank=True, editable=False)
    first_name = models.CharField(_("first name"), max_length=200, blank=True)
    last_name = models.CharField(_("last name"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    locale = models.CharField(_("language"), max_length=12, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="members")
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )
    source = models.CharField(_("came by"), max_length=100, blank=True)
    joined_at = models.DateTimeField(_("joined"))
    joining_reason = models.CharField(_("why they joined"), max_length=500, blank=True)
    told_by = models.CharField(_("told by"), max_length=200, blank=True)
    referral_code = models.CharField(max_length=80, blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.ONBOARDING)
    stage_since = models.DateTimeField()
    circle = models.CharField(_("circle"), max_length=8, choices=Circle, default=Circle.NOT_YET)
    status = models.CharField(_("subscription"), max_length=10, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    household = models.CharField(
        _("household"), max_length=80, blank=True, help_text=_("Members with the same word live together.")
    )
    guardian = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="wards",
        verbose_name=_("guardian"),
        help_text=_("Who gets a child's letters."),
    )
    preferred_channel = models.CharField(
        _("prefers"),
        max_length=5,
        choices=Channel,
        blank=True,
        help_text=_("How this member likes to be reached."),
    )
    own_fields = models.JSONField(_("own fields"), default=dict, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", editable=False
    )
    erased_at = models.DateTimeField(null=True, editable=False)
    flag = models.CharField(_("to look at"), max_length=200, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        indexes = (
            # Also for the beginning of an address, whatever the collation.
            models.Index(
                fields=["email_key"], name="members_member_emails", opclasses=["varchar_pattern_ops"]
            ),
            # Only rows that count, so that counting reads the index alone.
            models.Index(
                fields=["stage", "stage_since"],
                name="members_member_stage",
                condition=models.Q(merged_into=None),
            ),
            models.Index(fields=["joined_at"], name="members_member_joined"),
            # Whether anybody is in a circle at all is asked of every home page.
            models.Index(
                fields=["circle"],
                name="members_member_circle",
                condition=models.Q(merged_into=None) & ~models.Q(circle="not_yet"),
            ),
            models.Index(
                fields=["household"], name="members_member_household", condition=~models.Q(household="")
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name as people write it; the address, or the number, where no name is known."""
        return f"{self.first_name} {self.last_name}".strip() or self.email or f"#{self.number}"

    @property
    def tags(self) -> list[str]:
        """The words put on this member, in order; prefetch `tag_rows` for a list of members."""
        return sorted(row.tag for row in self.tag_rows.all())

    @property
    def number(self) -> int:
        """The member number: given once, kept for life, also by somebody who leaves and returns."""
        return int(self.pk)


class ExternalId(models.Model):
    """What another system calls a member. `house` is shared by the API, CSV and generic webhooks."""

    HOUSE = "house"
    STRIPE = "stripe"

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="external_ids")
    source = models.CharField(max_length=40)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = (
            # The value first: whoever searches knows it, but not whose id it is.
            models.UniqueConstraint(fields=["value", "source"], name="members_externalid_one"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.value}"
