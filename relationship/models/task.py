"""What somebody here is to do for a member."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mail.models import Message
from members.models import Member


class Task(models.Model):
    """Something a person does for a member: a call, a talk, a card. `key` keeps a repeated order from doubling it.

    Without `assigned_to` it is for whoever comes first.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tasks")
    key = models.CharField(max_length=200, unique=True)
    title = models.CharField(_("what"), max_length=300)
    because = models.CharField(_("why"), max_length=300, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(_("by when"))
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("who"),
    )
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    outcome = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True, default="", db_default="")
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)  # calls that nobody answered
    is_money = models.BooleanField(default=False, db_default=False)  # done at the desk, not by talking
    letter = models.OneToOneField(
        Message,
        null=True,
        on_delete=models.SET_NULL,
        related_name="task",
        verbose_name=_("letter to pass on"),
    )

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = (
            models.Index(fields=["due_at"], name="relationship_task_open", condition=models.Q(done_at=None)),
            models.Index(fields=["member", "-due_at"], name="relationship_task_member"),
        )

    def __str__(self) -> str:
        return self.title
