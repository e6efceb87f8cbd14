"""Letters that could not be written for somebody: the editor's mistake shows only with this member's values."""

import datetime as dt

from django.db.models import Count

from mail.models import Letter, Message


def unreadable(now: dt.datetime, within: dt.timedelta = dt.timedelta(days=1)) -> list[tuple[Letter, int]]:
    """Each letter that could not be written lately, and for how many members."""
    failed = Message.objects.filter(
        status=Message.Status.FAILED, finished_at__gte=now - within, reason__startswith="unreadable"
    )
    counted = dict(failed.order_by().values_list("letter_version__letter").annotate(Count("pk")))
    letters = Letter.objects.filter(pk__in=counted)
    return [(letter, counted[letter.pk]) for letter in letters]
