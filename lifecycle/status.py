"""How the installation is, in lines that a person can read: the clock, letters, mail, the backup, the disk."""

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mail import accounts, mailboxes
from mail.models import Message
from members.models import Event
from office.models import Beat

STILL = dt.timedelta(minutes=2)
LATE = dt.timedelta(minutes=5)
STALE = dt.timedelta(hours=36)  # a nightly backup, and a night's patience
TIGHT = 10  # percent of the disk
GIGABYTE = 10**9
SUFFIX = "*.enc"


@dataclass(frozen=True)
class Line:
    """One line: what it is about, how it is, and whether that is all right."""

    name: str
    text: str
    is_ok: bool


@dataclass(frozen=True)
class Counts:
    """Letters waiting, those overdue, those nobody knows about; arrivals not yet answered; age of the beat."""

    waiting: int
    overdue: int
    unknown: int
    unanswered: int
    beat_age: float | None


def lines(now: dt.datetime) -> list[Line]:
    """Everything worth a look at `now` (the house's clock); four queries."""
    accounts.refresh()
    counted = counts(now)
    return [_clock(counted), _letters(counted), _mail(now), _backup(), _disk()]


def counts(now: dt.datetime) -> Counts:
    """The numbers behind the lines; three queries, all over rows that are not finished."""
    status = Message.Status
    letters = Message.objects.filter(status__in=(*Message.UNSENT, status.UNKNOWN)).aggregate(
        waiting=Count("pk", filter=Q(status__in=Message.UNSENT)),
        overdue=Count("pk", filter=Q(status=status.QUEUED, due_at__lt=now - LATE)),
        unknown=Count("pk", filter=Q(status=status.UNKNOWN)),
    )
    last = Beat.last(Beat.CLOCK)
    age = (timezone.now() - last).total_seconds() if last else None
    unanswered = Event.objects.filter(handled_at=None).count()
    return Counts(letters["waiting"], letters["overdue"], letters["unknown"], unanswered, age)


def newest_backup() -> dt.datetime | None:
    """When the newest backup was written (real time); None where none is seen."""
    if not settings.BACKUP_DIR:
        return None
    times = [file.stat().st_mtime for file in _files(Path(settings.BACKUP_DIR))]
    return dt.datetime.fromtimestamp(max(times), dt.UTC) if times else None


def disk_free() -> int:
    """Bytes that are free where files are kept."""
    return shutil.disk_usage(settings.VAR_DIR).free


def _files(folder: Path) -> Iterator[Path]:
    return folder.glob(SUFFIX) if folder.is_dir() else iter(())


def _clock(counted: Counts) -> Line:
    name = _("The clock")
    if counted.beat_age is None:
        return Line(name, _("has never run: is the worker started?"), is_ok=False)
    if counted.beat_age > STILL.total_seconds():
        text = _("stands still for %d minutes: nothing leaves by itself") % (counted.beat_age // 60)
        return Line(name, text, is_ok=False)
    return Line(name, _("runs"), is_ok=True)


def _letters(counted: Counts) -> Line:
    some = ngettext("%d letter waits", "%d letters wait", counted.waiting) % counted.waiting
    late = ngettext("%d is late", "%d are late", counted.overdue) % counted.overdue
    lost = _("of %d nobody knows whether they left") % counted.unknown
    words = [some, *([late] if counted.overdue else []), *([lost] if counted.unknown else [])]
    return Line(_("Letters"), ", ".join(words), is_ok=not counted.overdue)


def _mail(now: dt.datetime) -> Line:
    name = _("Mail")
    if settings.MAIL_TRANSPORT["kind"] == "kept":
        return Line(name, _("no mailbox is connected: letters stay here"), is_ok=False)
    box = mailboxes.current()
    if mailboxes.rests(box, now):
        said = _("%(server)s rests: %(trouble)s") % {"server": box.name, "trouble": box.trouble}
        return Line(name, said, is_ok=False)
    return Line(name, _("leaves through %s") % box.name, is_ok=True)


def _backup() -> Line:
    name, last = _("Backup"), newest_backup()
    if not settings.BACKUP_DIR:
        return Line(name, _("none that is known here: BACKUP_DIR says where they lie"), is_ok=False)
    if last is None:
        return Line(name, _("there is none yet"), is_ok=False)
    hours = (timezone.now() - last).total_seconds() / 3600
    text = ngettext("the last one is %d hour old", "the last one is %d hours old", int(hours)) % hours
    return Line(name, text, is_ok=hours <= STALE.total_seconds() / 3600)


def _disk() -> Line:
    use = shutil.disk_usage(settings.VAR_DIR)
    share = round(100 * use.free / use.total)
    words = {"size": f"{use.free / GIGABYTE:.1f}", "share": share}
    return Line(_("Disk"), _("%(size)s GB are free (%(share)s %%)") % words, is_ok=share >= TIGHT)
