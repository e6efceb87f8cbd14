"""One mail to the owners about what the house noticed; what is due together goes together."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.models import Alarm
from dashboard.words import alarms as words
from mail import notices
from office.models import House, User

AGAIN = dt.timedelta(minutes=10)  # when the mail server would not take it, or the worker died


def mail_due(now: dt.datetime) -> int:
    """Mails the alarms that no owner was told of yet; how many they are."""
    alarms = _claim(now)
    if not alarms:
        return 0
    people = owners()
    if not people:
        Alarm.objects.filter(pk__in=[alarm.pk for alarm in alarms]).update(mail_due_at=None)
        return len(alarms)
    with translation.override(House.current().language):
        accepted = notices.send(people, *_said(alarms, now), now)
    if accepted:
        rows = Alarm.objects.filter(pk__in=[alarm.pk for alarm in alarms])
        rows.update(mailed_at=now, mail_due_at=None)
    return len(alarms)


def owners() -> list[User]:
    """The owners who can be written to."""
    rows = User.objects.filter(Q(role=User.Role.OWNER) | Q(is_superuser=True), is_active=True)
    return list(rows.exclude(email="").order_by("pk"))


def _claim(now: dt.datetime) -> list[Alarm]:
    """Takes the alarms for ten minutes: a worker that dies over them is followed by another."""
    if not Alarm.objects.filter(mail_due_at__lte=now).exists():
        return []
    with transaction.atomic():
        due = Alarm.objects.filter(mail_due_at__lte=now).order_by("raised_at", "pk")
        alarms = list(due.select_for_update(skip_locked=True))
        Alarm.objects.filter(pk__in=[alarm.pk for alarm in alarms]).update(mail_due_at=now + AGAIN)
    return alarms


def _said(alarms: list[Alarm], now: dt.datetime) -> tuple[str, str]:
    number = len(alarms)
    subject = words.tell(alarms[0], now)
    if number > 1:
        subject = ngettext("%d thing needs a look", "%d things need a look", number) % number
    lines = [f"{words.tell(alarm, now)}\n{settings.BASE_URL}{words.page(alarm)}" for alarm in alarms]
    end = _("You get this because you are an owner of %s. Each thing is mailed once.") % House.current().name
    return subject, "\n\n".join([*lines, end]) + "\n"
