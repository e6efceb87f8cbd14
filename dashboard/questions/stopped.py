"""Addresses that get no letters, for a page and as a list to take away."""

import csv
from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy

from intake.importing.escaping import escaped
from mail import suppressions
from mail.models import Suppression

Reason = Suppression.Reason
# The words of the address bar, in the order of the chips.
SHOWN = {"dead": Reason.BOUNCED, "unwanted": Reason.COMPLAINED, "by-hand": Reason.MANUAL}
NAMES = {
    Reason.BOUNCED: gettext_lazy("Do not exist"),
    Reason.COMPLAINED: gettext_lazy("Reported as unwanted"),
    Reason.MANUAL: gettext_lazy("Stopped by hand"),
}
COLUMNS = ("address", "code", "reason", "detail", "since")


class _Echo:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        return text


def lines(show: str, search: str) -> QuerySet[Suppression]:
    """Those of one reason, or all; of a search only the address itself, as nothing else is kept of erased ones."""
    rows = Suppression.objects.exclude(reason=Reason.REFUSED)
    if search:
        rows = rows.filter(pk__in=[row.pk for row in suppressions.suppressed([search]).values()])
    return rows.filter(reason=SHOWN[show]) if show in SHOWN else rows


def numbers() -> list[tuple[str, str, int]]:
    """Every reason as a word, a name, and how many addresses it stops."""
    found = Counter(dict(Suppression.objects.order_by().values_list("reason").annotate(number=Count("*"))))
    return [(word, str(NAMES[reason]), found[reason]) for word, reason in SHOWN.items()]


def written() -> Iterator[str]:
    """The list as CSV, line by line, in the columns that can be taken in again."""
    writer = csv.writer(_Echo())
    yield "\N{BYTE ORDER MARK}" + writer.writerow(COLUMNS)  # without it spreadsheets guess the letters wrong
    for row in Suppression.objects.order_by("pk").iterator(1_000):
        since = row.at.isoformat().replace("+00:00", "Z")
        texts = (row.address, "" if row.address else row.address_hash, row.reason, row.detail, since)
        yield writer.writerow([escaped(text) for text in texts])
