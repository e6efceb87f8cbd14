"""Who may call and who may sign in, what was answered to a call that may come twice, and what we tell other systems."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ApiKey(models.Model):
    """A key of another program. The secret itself is never stored, only its digest."""

    name = models.CharField(_("name"), max_length=200)
    prefix = models.CharField(_("begins with"), max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    # Without its context the word would be taken for the month, in every short date.
    scopes = models.JSONField(pgettext_lazy("what a key allows", "may"), default=list)
    created_at = models.DateTimeField(_("made at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} (lc_{self.prefix}_…)"


class IdempotentAnswer(models.Model):
    """The answer given to one POST, kept so that the same POST is never done twice."""

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="answers")
    idempotency_key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.TextField(blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "idempotency_key"], name="api_answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.idempotency_key}: {self.status or 'in progress'}"


class Knock(models.Model):
    """How often one address, or one link, sent something to a page without login in one stretch of time.

    `key` is a keyed hash of page, address or link, and stretch: of who knocked nothing is kept.
    """

    key = models.CharField(max_length=64, unique=True)
    times = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.times} until {self.ends_at:%H:%M}"


class Endpoint(models.Model):
    """An address of another system that we tell things. Secrets are sealed; the previous one signs along.

    `failing_since` is when it last stopped answering well (None: it does); until `rests_until` it is left in peace.
    """

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    url = models.URLField(_("address"), max_length=500)
    description = models.CharField(_("what it is for"), max_length=200, blank=True)
    secret = models.TextField()
    previous_secret = models.TextField(blank=True)
    created_at = models.DateTimeField(_("made at"))
    failing_since = models.DateTimeField(_("fails since"), null=True, blank=True)
    rests_until = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(_("switched off"), null=True, blank=True)
    disabled_because = models.CharField(_("why it is off"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("outgoing webhook")
        verbose_name_plural = _("outgoing webhooks")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class Delivery(models.Model):
    """One message to another system: outbox, log and receipt in one row. `about` is the UUID of the member it names."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("on its way")
        CLAIMED = "claimed", _("being sent")
        DELIVERED = "delivered", _("arrived")
        FAILED = "failed", _("given up")
        DROPPED = "dropped", _("not sent")

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=200, unique=True)
    type = models.CharField(_("what happened"), max_length=80)
    about = models.UUIDField(null=True, db_index=True)
    body = models.TextField(_("what was sent"))
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.QUEUED)
    created_at = models.DateTimeField(_("made at"))
    due_at = models.DateTimeField(_("next try"))
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    tried_at = models.DateTimeField(_("last tried"), null=True)
    code = models.PositiveSmallIntegerField(_("answer"), null=True)
    answer = models.TextField(_("what was answered"), blank=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)
    finished_at = models.DateTimeField(_("done"), null=True)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("message to another system")
        verbose_name_plural = _("messages to other systems")
        constraints = [
            models.CheckConstraint(
                name="api_delivery_lease",
                condition=models.Q(status="claimed", lease__isnull=False, leased_until__isnull=False)
                | (~models.Q(status="claimed") & models.Q(lease=None, leased_until=None)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at", "id"],
                name="api_delivery_due_there",
                condition=models.Q(status="queued"),
            ),
            models.Index(
                fields=["leased_until"], name="api_delivery_claimed", condition=models.Q(status="claimed")
            ),
            models.Index(fields=["endpoint", "-id"], name="api_delivery_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.ident}"

    @property
    def ident(self) -> str:
        """The `webhook-id`, the same at every try, by which the other system knows a repetition."""
        return f"msg_{self.uuid.hex}"


class SecondStep(models.Model):
    """What somebody signs in with besides the password: codes from an app on their phone, and codes on paper.

    `secret` is sealed (`api.secrets`). Nothing is asked before `since`. `used` is the last time step (30 s) of which
    a code was taken: none is taken twice (RFC 6238, 5.2). `paper` holds the keyed hashes of unused codes on paper.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_step"
    )
    secret = models.TextField()
    since = models.DateTimeField(null=True)
    used = models.BigIntegerField(default=0)
    paper = models.JSONField(default=list)

    class Meta:
        verbose_name = _("second step of signing in")
        verbose_name_plural = _("second steps of signing in")

    def __str__(self) -> str:
        return str(self.user_id)
