"""Names as they are looked for, with an index for parts of them where the database has one (PostgreSQL's pg_trgm).

Where the database's owner may not switch the extension on, looking for names works without it, only slower.
Not one transaction: members are written to meanwhile, and nobody waits for a million.
"""

import unicodedata

from django.db import DatabaseError, migrations

AT_ONCE = 2000
INDEX = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS members_member_names ON members_member USING gin (name_key gin_trgm_ops)
"""


def fill(apps, _editor):
    members, last = apps.get_model("members", "Member")._base_manager, 0
    while rows := list(members.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        for row in rows:
            text = " ".join(f"{row.first_name} {row.last_name}".split())
            row.name_key = unicodedata.normalize("NFC", text).casefold()[:402]
        members.bulk_update(rows, ["name_key"], batch_size=500)
        last = rows[-1].pk


def index(_apps, editor):
    if editor.connection.vendor != "postgresql":
        return
    try:
        with editor.connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(INDEX)
    except DatabaseError:
        return


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("members", "0009_name_key")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(index, migrations.RunPython.noop),
    ]
