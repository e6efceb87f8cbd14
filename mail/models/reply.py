"""What members write back: the mail as it came, what it is, and who saw to it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mail.models.message import Message
from members.models import Member


class Inbox(models.Model):
    """How far a mailbox was read: all up to `last_uid`, as long as the server's `uidvalidity` stays the same.

    Nothing in it is changed. `next_look_at` is when it is looked into again; `failing_since` is empty while it answers.
    """

    name = models.CharField(max_length=300, unique=True)
    uidvalidity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    next_look_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name


class Incoming(models.Model):
    """A mail that reached us, stored as it came, then taken for a reply, ignored with a reason, or set aside.

    `source` is a mail provider or `imap`; `headers` are the few of a provider's request that its reading needs.
    What came before by the same way is known by its `digest`.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("arrived")
        APPLIED = "applied", _("written down")
        IGNORED = "ignored", _("not needed")
        PARKED = "parked", _("set aside")

    source = models.CharField(_("came by"), max_length=40)
    digest = models.CharField(max_length=64)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.RECEIVED)
    reason = models.TextField(blank=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mail that came in")
        verbose_name_plural = _("mail that came in")
        constraints = (models.UniqueConstraint(fields=["source", "digest"], name="mail_incoming_once"),)
        indexes = (
            models.Index(fields=["id"], name="mail_incoming_new", condition=models.Q(status="received")),
            models.Index(fields=["status", "-received_at"], name="mail_incoming_status"),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.received_at:%Y-%m-%d %H:%M}"


class Reply(models.Model):
    """What somebody wrote back, and whether a person answered it. Without a member nobody knows yet who wrote it.

    `text` is what is new in it, `whole` the text with all that it quotes; `files` are names, types and sizes of what
    was attached. `key` is the same whichever way, and however often, the mail reached us.
    """

    class Found(models.TextChoices):
        """By what we know which member wrote."""

        LETTER = "letter", _("it answers a letter of ours")
        ADDRESS = "address", _("by the address it came from")
        PERSON = "person", _("somebody here said so")
        NOBODY = "", _("not known")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=64, unique=True)
    incoming = models.OneToOneField(
        Incoming, null=True, on_delete=models.SET_NULL, related_name="reply", editable=False
    )
    member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="replies")
    letter = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="replies")
    found_by = models.CharField(max_length=7, choices=Found, blank=True, default="")
    from_name = models.CharField(max_length=200, blank=True)
    from_address = models.CharField(max_length=254, blank=True)
    message_id = models.CharField(max_length=300, blank=True)
    subject = models.CharField(max_length=400, blank=True)
    text = models.TextField(blank=True)
    whole = models.TextField(blank=True)
    files = models.JSONField(default=list)
    written_at = models.DateTimeField()
    received_at = models.DateTimeField()
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        indexes = (
            models.Index(
                fields=["received_at", "id"],
                name="mail_reply_open",
                condition=models.Q(answered_at__isnull=True),
            ),
            models.Index(fields=["-received_at", "-id"], name="mail_reply_latest"),
            models.Index(fields=["member", "-received_at"], name="mail_reply_member"),
            models.Index(fields=["from_address"], name="mail_reply_address"),
        )

    def __str__(self) -> str:
        return self.subject or self.from_address
