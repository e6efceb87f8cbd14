import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mail.models.letter import LetterVersion
from mail.models.sender import Sender


class Mailing(models.Model):
    """One letter to a group: who gets it, what it says, and how far it is.

    `people` says who, as `mail.audiences` reads it. What it says is its `blocks`, or, written as one text, its `body`.
    `seen` is the last member whose letter was written, `last` the newest one at the start: whoever joins later is no
    part of it.
    """

    class Kind(models.TextChoices):
        NOTICE = "notice", _("a practical notice")
        NEWS = "news", _("news or an offer")

    class State(models.TextChoices):
        DRAFT = "draft", _("not sent yet")
        PLANNED = "planned", _("leaves later")
        LEAVING = "leaving", _("leaving")
        DONE = "done", _("sent")
        STOPPED = "stopped", _("stopped")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    people = models.CharField(max_length=120)
    kind = models.CharField(max_length=6, choices=Kind, blank=True)
    topic = models.CharField(max_length=60, blank=True)
    at_night = models.BooleanField(default=False)
    gives_tasks = models.BooleanField(default=False)
    sender = models.ForeignKey(Sender, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=400, blank=True)
    body = models.TextField(blank=True)
    blocks = models.JSONField(default=list, db_default=[], blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.DRAFT)
    at = models.DateTimeField(null=True)
    letter_version = models.ForeignKey(LetterVersion, null=True, on_delete=models.PROTECT, related_name="+")
    seen = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)
    letters = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("letter to a group")
        verbose_name_plural = _("letters to groups")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=["id"],
                name="mail_mailing_under_way",
                condition=models.Q(state__in=["planned", "leaving"]),
            ),
        )

    def __str__(self) -> str:
        return self.subject

    @property
    def group(self) -> str:
        """The name under which its letters are kept together, and void together."""
        return f"group:{self.pk}"

    @property
    def is_notice(self) -> bool:
        """Whether it tells a practical fact, which nobody has to have said yes to."""
        return self.kind == Mailing.Kind.NOTICE
