"""The invitation of the demo club: a flow that staff start by hand, whose letter is made of blocks with a picture."""

import datetime as dt
from pathlib import Path

from flows import files, publishing
from flows.models import FlowVersion

FILE = Path(__file__).resolve().parent / "letters" / "open-evening.toml"
BEFORE = dt.timedelta(days=30)


def publish(now: dt.datetime) -> FlowVersion:
    """Publishes it as it stands in its file, 30 days before `now`; its sender comes with the welcome series."""
    definition = files.read(FILE.read_text(encoding="utf-8"))
    given = files.pictures_beside(FILE, definition)
    return publishing.publish(definition, now - BEFORE, pictures=given)[0]
