"""The ground: who works here, what the house is called, what staff changed, and the heartbeat of the clock."""

import datetime as dt

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """Somebody who works here. Members never log in."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        EDITOR = "editor", _("Editor")
        STAFF = "staff", _("Staff")
        READONLY = "readonly", _("May read")

    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.STAFF)

    monday_letter = models.BooleanField(
        _("gets the Monday letter"),
        default=True,
        db_default=True,
        help_text=_("Owners get one page every Monday: whom to call, and what moved."),
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (
            models.CheckConstraint(
                name="office_user_role_known",
                condition=models.Q(role__in=["owner", "editor", "staff", "readonly"]),
            ),
        )


class House(models.Model):
    """The business itself, one row: what its letters and pages say of it."""

    name = models.CharField(_("name"), max_length=200, default="Our club")
    postal_address = models.CharField(_("postal address"), max_length=300, blank=True)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Where members can write to the house."))
    language = models.CharField(_("language"), max_length=12, default="en")
    counts_clicks = models.BooleanField(
        _("count which links of letters are opened"),
        default=False,
        help_text=_(
            "Links then lead by way of this house, and members see that. Ask whether you may before you switch it on."
        ),
    )

    class Meta:
        verbose_name = _("the house")
        verbose_name_plural = _("the house")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "House":
        """The house's row, or its defaults while nobody has filled it in."""
        return House.objects.order_by("pk").first() or House()


class AuditEntry(models.Model):
    """One change that a member of staff made: who, what, on what, when. Append-only.

    `member` is the UUID of the member it is about, so that what it says of them can be erased with them.
    """

    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    deed = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    member = models.UUIDField(null=True, db_index=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("change by staff")
        verbose_name_plural = _("changes by staff")
        indexes = (models.Index(fields=["-at"], name="office_audit_at"),)

    def __str__(self) -> str:
        return f"{self.deed} {self.subject}"


class Beat(models.Model):
    """When a part of the clock last ran: the heartbeat (real time) and the slots of nightly work (the clock's time)."""

    CLOCK = "clock"  # the name of the heartbeat

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def last(cls, name: str) -> dt.datetime | None:
        """When that part last ran; None where it never did."""
        return cls.objects.filter(name=name).values_list("at", flat=True).first()

    @classmethod
    def note(cls, name: str, at: dt.datetime) -> None:
        """Writes down that it ran, in one statement."""
        cls.objects.bulk_create(
            [cls(name=name, at=at)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
        )
