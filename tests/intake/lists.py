"""Lists as files, and the command that takes them in."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from django.core.management import call_command

MEMBERS = ("external_id", "email", "first_name", "joined_at")
CONTRACTS = (
    "external_id",
    "member",
    "plan",
    "status",
    "started_at",
    "ended_at",
    "cancelled_at",
    "amount",
    "currency",
    "interval",
)
PAYMENTS = ("external_id", "member", "subscription", "paid_at", "amount", "currency", "status")
HAPPENINGS = ("id", "member", "name", "occurred_at", "data")


def write(folder: Path, header: Sequence[str], *rows: Sequence[str], name: str = "list.csv") -> Path:
    """A file of the contract."""
    file = folder / name
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([header, *rows])
    return file


def take(kind: str, file: Path, *options: str) -> tuple[str, list[str], str]:
    """The line of counts, the ids of refused lines, and the reasons, as `import_csv` tells them."""
    out, errors = io.StringIO(), io.StringIO()
    call_command("import_csv", kind, str(file), *options, stdout=out, stderr=errors)
    counts, *path = out.getvalue().split("\n")[:-1]
    refused = list(csv.reader(Path(path[0]).read_text().splitlines()))[1:] if path else []
    return counts, [row[0] for row in refused], errors.getvalue()


def counts(created: int = 0, updated: int = 0, unchanged: int = 0, refused: int = 0) -> str:
    """The line of counts."""
    return f"created={created} updated={updated} unchanged={unchanged} refused={refused}"
