"""A database with every migration in it, made once for a stage: each worker of its tests begins with a copy."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
Environment = Callable[[str], dict[str, str]]


def sqlite(environment: Environment) -> str:
    """Its file; empty where it cannot be migrated, which the tests themselves tell better."""
    file = ROOT / "var" / "migrated.sqlite3"
    file.parent.mkdir(exist_ok=True)
    for old in file.parent.glob(f"{file.name}*"):
        old.unlink()
    return str(file) if _migrate(environment(f"sqlite:///{file}")) else ""


def postgres(server: str, environment: Environment) -> str:
    """Its name, beside the database at `server`; empty as above."""
    import psycopg2
    from psycopg2 import sql

    address = urlsplit(server)
    name = f"{address.path.strip('/')}_migrated"
    connection = psycopg2.connect(server)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for words in ("DROP DATABASE IF EXISTS {}", "CREATE DATABASE {}"):
                cursor.execute(sql.SQL(words).format(sql.Identifier(name)))
    except psycopg2.Error:
        return ""
    finally:
        connection.close()
    beside = f"{address.scheme}://{address.netloc}/{name}" + (f"?{address.query}" if address.query else "")
    return name if _migrate(environment(beside)) else ""


def _migrate(environment: dict[str, str]) -> bool:
    words = [str(ROOT / ".venv/bin/python"), "manage.py", "migrate", "--verbosity", "0"]
    return subprocess.run(words, env=environment, cwd=ROOT, capture_output=True).returncode == 0
