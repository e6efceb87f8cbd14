"""The database before the first page: migrated, and with the demo club in it when it was empty.

As a program (`python -m workshop.database`) it does that; as a module it knows when that can be left out.
"""

import hashlib
import os
import sys
import time

from lifecycle import settings
from workshop import children

EMPTY = "RUN_EMPTY"  # set for a start without the demo club
STAMP = settings.VAR_DIR / "prepared"


def prepare(together: children.Children, python: str) -> bool:
    """Do it in a child, so that a signal stops it too; at once when nothing changed. False: it failed."""
    if fresh():
        return True
    print("./run: preparing the database …", flush=True)
    together.start("database", [python, "-m", "workshop.database"], dict(os.environ))
    while not together.ended():
        time.sleep(0.05)
    if together.running.pop("database").returncode:
        return False
    STAMP.write_text(expected())
    return True


def fresh() -> bool:
    """Whether this SQLite file was prepared with these migrations. Servers are always asked."""
    default = settings.DATABASES["default"]
    if not default["ENGINE"].endswith("sqlite3") or not STAMP.exists():
        return False
    return os.path.exists(default["NAME"]) and STAMP.read_text() == expected()


def expected() -> str:
    """A digest of the database's name and of every migration, those of the libraries too."""
    found = sorted(str(file) for file in settings.BASE_DIR.glob("*/migrations/*.py"))
    locked = (settings.BASE_DIR / "requirements/base.txt").read_bytes()
    name = settings.DATABASES["default"]["NAME"]
    inode = os.stat(name).st_ino if os.path.exists(name) else 0
    return hashlib.sha256("\n".join([name, str(inode), *found]).encode() + locked).hexdigest()


def main() -> int:
    """Migrate, then load the demo club where nobody lives yet."""
    import django
    from django.apps import apps
    from django.core import management

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifecycle.settings")
    django.setup()
    management.call_command("migrate", verbosity=0, interactive=False)
    wants_demo = not os.environ.get(EMPTY) and not apps.get_model("office", "User").objects.exists()
    if wants_demo and not apps.get_model("members", "Member").objects.exists():
        management.call_command("demo")
    return 0


if __name__ == "__main__":
    sys.exit(main())
