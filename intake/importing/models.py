import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """One list taken in, or about to be: from whom, what became of its lines, and until when it can be undone.

    A list uploaded by staff waits as a draft until its columns are decided. The row is the queue: workers take what
    is `waiting`, or `undoing`, and write their progress into it. `lines_done` lines need not be read again.
    """

    class Kind(models.TextChoices):
        MEMBERS = "members", _("members")
        SUBSCRIPTIONS = "subscriptions", _("contracts")
        PAYMENTS = "payments", _("payments")
        EVENTS = "events", _("happenings")
        USES = "uses", _("visits and bookings")

    class Status(models.TextChoices):
        DRAFT = "draft", _("not taken in yet")
        WAITING = "waiting", _("is being taken in")
        DONE = "done", _("taken in")
        REFUSED = "refused", _("could not be read")
        UNDOING = "undoing", _("is being undone")
        UNDONE = "undone", _("undone")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("list of"), max_length=13, choices=Kind, default=Kind.MEMBERS)
    file_name = models.CharField(_("file"), max_length=200)
    upload = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("when"))
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    is_live = models.BooleanField(default=False)
    reading = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    outlook = models.JSONField(default=dict)
    lines = models.PositiveIntegerField(default=0)
    lines_done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    refused_file = models.CharField(max_length=300, blank=True)
    reason = models.TextField(blank=True)
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    kept = models.JSONField(default=list)

    class Meta:
        verbose_name = _("list taken in")
        verbose_name_plural = _("lists taken in")
        indexes = (
            models.Index(
                fields=["id"],
                name="intake_import_waiting",
                condition=models.Q(status__in=["waiting", "undoing"]),
            ),
            models.Index(fields=["-created_at"], name="intake_import_latest"),
        )

    def __str__(self) -> str:
        return self.file_name


class ImportedRow(models.Model):
    """One row of the register that a list made or changed; kept as long as the list can be undone.

    `before` holds the columns as they were, null for a row that the list made. `after` is a digest of the row as the
    list left it: a row that reads otherwise was touched since.
    """

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", db_index=False)
    row = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.CharField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["batch", "row"], name="intake_importedrow_one"),)

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.row}"


class ColumnChoice(models.Model):
    """What staff decided a column of a spreadsheet means; the next list with that heading starts from it.

    `meaning` is a column of the contract, `own:NAME` for an own field of the member, or empty: left out.
    """

    kind = models.CharField(max_length=13, choices=Import.Kind)
    heading = models.CharField(max_length=120)
    meaning = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "heading"], name="intake_columnchoice_one"),)

    def __str__(self) -> str:
        return f"{self.heading}: {self.meaning}"
