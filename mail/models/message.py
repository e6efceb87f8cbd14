import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from mail import reasons, topics
from mail.models.letter import LetterVersion
from mail.models.mailing import Mailing
from mail.models.suppression import Suppression
from members.models import Member
from office import uuids


class Purpose(models.TextChoices):
    """Why a letter is written, in the order in which letters go first."""

    TRANSACTIONAL = "transactional", _("about the membership itself")
    DUNNING = "dunning", _("payment reminder")
    LEAVING = "leaving", _("leaving")
    ONBOARDING = "onboarding", _("onboarding")
    VALUE = "value", _("ongoing value")
    ASK = "ask", _("an ask")


REASONS = {
    "exit": _("the member left the flow first"),
    "ended": _("staff ended the flow for the member"),
    "paused": _("the flow stood still"),
    "erased": _("the member's data was erased"),
    "no_address": _("no e-mail address is known"),
    "no_consent": _("the member does not want these letters"),
    "suppressed": _("letters to this address are stopped"),
    "on_paper": _("no e-mail address is known; it is on the list to print"),
    "doubled": _("the same person got it under another number"),
    "stopped": _("the letter to the group was stopped"),
    "too_late": _("it would have come too late"),
    "discarded": _("somebody here decided not to send it"),
    "no_room": _("there was no time left at which it could leave"),  # what is left of it after erasure
    "postponed": _("it leaves later"),
    "refused": _("the mail server refused it"),
    "later": _("the mail server asked to try again later"),
    "unreadable": _("the letter could not be written for this member"),
    "lost": _("the connection broke before the mail server had answered"),
    "confirmed": _("nobody knew at first; somebody here found that it arrived"),
    "restored": _("it may have left before a backup was put back"),
    "died": _("it was interrupted while it was handed over"),
}


class Message(models.Model):
    """One letter to one member: the queue, the log and the receipt in one row.

    queued → claimed → submitting → sent. Only `claimed` is retried when its lease runs out; what died in
    `submitting` is `unknown`. `first_due_at` is when it was planned, `due_at` when it may be tried next.
    """

    Purpose = Purpose

    class Status(models.TextChoices):
        QUEUED = "queued", _("on its way")
        HELD = "held", _("waits for a yes")
        CLAIMED = "claimed", _("being written")
        SUBMITTING = "submitting", _("being handed over")
        SENT = "sent", _("sent")
        SKIPPED = "skipped", _("not sent")
        FAILED = "failed", _("refused")
        UNKNOWN = "unknown", _("not known whether it arrived")

    PENDING = (Status.QUEUED, Status.HELD, Status.CLAIMED, Status.SUBMITTING)
    UNSENT = (Status.QUEUED, Status.HELD, Status.CLAIMED)

    uuid = models.UUIDField(default=uuids.in_order, unique=True, editable=False)
    key = models.CharField(max_length=200)
    group = models.CharField(max_length=120, blank=True)
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, related_name="messages", db_index=False
    )  # the index of its letters by time serves
    letter_version = models.ForeignKey(
        LetterVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    mailing = models.ForeignKey(
        Mailing, null=True, on_delete=models.PROTECT, related_name="messages", db_index=False
    )  # the letter to a group that it is part of
    purpose = models.CharField(max_length=13, choices=Purpose)
    topic = models.CharField(max_length=60, blank=True)
    address = models.EmailField(max_length=254, blank=True)
    language = models.CharField(max_length=12, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    due_at = models.DateTimeField()
    first_due_at = models.DateTimeField()
    not_after = models.DateTimeField()
    at_once = models.BooleanField(default=False)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    slot = models.UUIDField(
        null=True
    )  # the lease under which it took one of the letters its member may get now
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=200)
    values = models.JSONField(default=dict)
    subject = models.CharField(max_length=400, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    unknown_at = models.DateTimeField(null=True)
    resent_at = models.DateTimeField(null=True)
    batch = models.UUIDField(
        null=True
    )  # the key it was handed over under, where the provider knows such keys
    asked_at = models.DateTimeField(null=True)  # when the provider was last asked about it
    told_at = models.DateTimeField(null=True)  # when somebody outside first showed that it had left
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("letter on its way")
        verbose_name_plural = _("letters on their way")
        constraints = (
            # Not unique=True: that adds a second index for LIKE, which nobody asks.
            models.UniqueConstraint(fields=["key"], name="mail_message_key"),
            models.CheckConstraint(
                name="mail_message_lease_with_its_states",
                condition=models.Q(status__in=["claimed", "submitting"], lease__isnull=False)
                | (~models.Q(status__in=["claimed", "submitting"]) & models.Q(lease=None)),
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at", "id"], name="mail_message_due", condition=models.Q(status="queued")
            ),
            models.Index(
                fields=["due_at", "id"],
                name="mail_message_due_first",
                condition=models.Q(status="queued", purpose="transactional"),
            ),
            models.Index(
                fields=["leased_until"],
                name="mail_message_leased",
                condition=models.Q(status__in=["claimed", "submitting"]),
            ),
            models.Index(
                fields=["group"],
                name="mail_message_pending",
                condition=models.Q(status__in=["queued", "held", "claimed", "submitting"]),
            ),
            models.Index(
                fields=["id"],
                name="mail_message_told",
                condition=models.Q(told_at__isnull=False, status__in=["submitting", "unknown"]),
            ),
            models.Index(
                fields=["mailing", "status"],
                name="mail_message_mailing",
                condition=models.Q(mailing__isnull=False),
            ),
            models.Index(
                fields=["batch"], name="mail_message_batch", condition=models.Q(batch__isnull=False)
            ),
            models.Index(fields=["member", "-first_due_at"], name="mail_message_member"),
            # Those on their way are left out: each of their moves would write an entry that nobody asks for.
            models.Index(
                fields=["status", "-finished_at"],
                name="mail_message_final",
                condition=models.Q(status__in=["sent", "skipped", "failed", "unknown"]),
            ),
        )

    def __str__(self) -> str:
        return self.subject or self.key

    @property
    def is_marketing(self) -> bool:
        """Whether the member may choose not to get it."""
        return self.purpose != Purpose.TRANSACTIONAL

    @property
    def reason_in_words(self) -> str:
        """Why it stayed or has to wait, as staff read it."""
        if said := reasons.words(self.reason):
            return said
        code, _colon, detail = self.reason.partition(":")
        words = str(REASONS.get(code, code))
        return f"{words} ({_in_words(code, detail.strip())})" if detail else words


def _in_words(code: str, detail: str) -> str:
    """What a reason adds, as staff read it; what a mail server said stays as it was said."""
    if code == "suppressed" and detail in Suppression.Reason.values:
        return str(Suppression.Reason(detail).label)
    if code == "no_consent":
        return topics.words(detail)
    if code == "too_late":
        return reasons.moment(dt.datetime.strptime(detail, "%Y-%m-%d %H:%M UTC").replace(tzinfo=dt.UTC))
    return detail
