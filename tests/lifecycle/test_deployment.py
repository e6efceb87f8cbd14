"""docker-compose.yml, Dockerfile and .env.example: what they promise to whoever runs them."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ["web", "worker-engine", "worker-send", "beat", "migrate"]


@pytest.fixture
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


def test_everything_that_stays_up_has_a_health_check(compose: dict[str, Any]) -> None:
    image = (ROOT / "Dockerfile").read_text()
    without = {
        name for name, service in compose["services"].items() if "test" not in service.get("healthcheck", {})
    }
    # The web server's stands in the image; migrate ends by itself.
    assert without == {"web", "migrate"}
    assert re.search(r"^HEALTHCHECK .*\n.*/healthz", image, re.MULTILINE)


def test_nothing_runs_as_root_or_writes_outside_its_volumes(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["user"].split(":")[0] not in {"", "0", "root"}, name
        assert service["read_only"], name
        assert "no-new-privileges:true" in service["security_opt"], name
    assert (ROOT / "Dockerfile").read_text().count("\nUSER 10001") == 1


def test_what_must_survive_lies_in_named_volumes(compose: dict[str, Any]) -> None:
    used = {volume.split(":")[0] for service in compose["services"].values() for volume in service["volumes"]}
    assert used == set(compose["volumes"])


def test_no_port_of_a_database_or_broker_is_published(compose: dict[str, Any]) -> None:
    published = {
        name: service["ports"] for name, service in compose["services"].items() if "ports" in service
    }
    # Only the web server in front, which is started on a server of one's own alone, is for everybody.
    assert published.pop("proxy") == ["80:80", "443:443", "443:443/udp"]
    assert published == {"web": ["127.0.0.1:8000:8000"]}


def test_https_and_backups_are_only_there_where_the_profile_is_chosen(compose: dict[str, Any]) -> None:
    chosen = {name for name, service in compose["services"].items() if service.get("profiles") == ["server"]}
    assert chosen == {"proxy", "backup"}
    targets = re.findall(r"^FROM \S+ AS (\w+)", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE)
    assert {compose["services"][name]["build"]["target"] for name in chosen} == set(targets)


def test_a_backup_is_read_back_only_with_its_passphrase(tmp_path: Path) -> None:
    if not all(map(shutil.which, ("openssl", "sh"))):
        pytest.skip("openssl is not installed")
    tools = tmp_path / "bin"
    tools.mkdir()
    dump = tools / "pg_dump"  # what PostgreSQL says is not what is asked here
    dump.write_text('#!/bin/sh\nwhile [ "$1" != --file ]; do shift; done\necho "all members" > "$2"\n')
    dump.chmod(0o755)
    kept = tmp_path / "backups"
    kept.mkdir()
    for name in ("2020-01-01T000000Z", "2020-01-02T000000Z"):
        (kept / f"{name}.dump.enc").touch()
    path = f"{tools}:{os.environ['PATH']}"
    known = {"PATH": path, "BACKUP_DIR": str(kept), "BACKUP_PASSPHRASE": "one two", "BACKUP_KEEP": "2"}
    script = str(ROOT / "deploy/backup.sh")
    subprocess.run([script, "once"], env=known, check=True, capture_output=True)
    files = sorted(kept.iterdir())
    assert files[0].name == "2020-01-02T000000Z.dump.enc"
    assert len(files) == 2
    assert b"members" not in files[-1].read_bytes()
    read = subprocess.run([script, "open", str(files[-1])], env=known, check=True, capture_output=True)
    assert read.stdout == b"all members\n"
    wrong = {**known, "BACKUP_PASSPHRASE": "one three"}
    assert subprocess.run([script, "open", str(files[-1])], env=wrong, capture_output=True).returncode
    without = {name: value for name, value in known.items() if name != "BACKUP_PASSPHRASE"}
    assert subprocess.run([script, "once"], env=without, capture_output=True).returncode
    assert len(list(kept.iterdir())) == 2


def test_the_proxy_reads_its_file() -> None:
    if not shutil.which("caddy"):
        pytest.skip("caddy is not installed")
    command = ["caddy", "adapt", "--config", str(ROOT / "deploy/Caddyfile"), "--validate"]
    known = {**os.environ, "BASE_URL": "https://club.example.com"}
    told = subprocess.run(command, env=known, check=True, capture_output=True).stdout
    assert b"club.example.com" in told
    assert b"web:8000" in told


@pytest.mark.parametrize(
    ("fails_at", "says"),
    [
        ("backup.sh once", "Stopped at the backup"),
        ("compose build", "Stopped at building it"),
        ("up --detach", "Back to the version before: git reset --keep OLD &&"),
        ("nothing", ""),
    ],
)
def test_an_update_stops_where_it_fails_and_says_the_way_back(
    tmp_path: Path, fails_at: str, says: str
) -> None:
    pulled = tmp_path / "pulled"
    _tool(tmp_path, "docker", 'echo "$*" >> done; case "$*" in *"$FAILS_AT"*) exit 7;; esac')
    _tool(
        tmp_path,
        "git",
        f"case $1 in pull) touch {pulled};; rev-parse) [ -e {pulled} ] && echo NEW || echo OLD;; esac",
    )
    shutil.copy(ROOT / "update.sh", tmp_path)
    known = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "FAILS_AT": fails_at}
    ended = subprocess.run([str(tmp_path / "update.sh")], env=known, capture_output=True, text=True)
    assert says in ended.stderr
    assert bool(ended.returncode) == bool(says)
    done = (tmp_path / "done").read_text()
    assert ("up --detach --wait" in done) == (fails_at not in ("backup.sh once", "compose build"))


def _tool(folder: Path, name: str, does: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(0o755)


def test_programs_start_after_one_migration_and_a_healthy_database(compose: dict[str, Any]) -> None:
    for name in PROGRAMS:
        needs = compose["services"][name]["depends_on"]
        assert needs["postgres"]["condition"] == "service_healthy"
        assert (name == "migrate") == ("migrate" not in needs)


def test_each_queue_has_its_own_worker(compose: dict[str, Any]) -> None:
    for queue in ("engine", "send"):
        words = compose["services"][f"worker-{queue}"]["command"]
        assert words[words.index("--queues") + 1] == queue


def test_every_setting_that_is_read_is_explained() -> None:
    code = "".join(
        (ROOT / "lifecycle" / name).read_text()
        for name in ("settings.py", "connections.py", "environment.py")
    )
    read = set(re.findall(r'\b(?:text|flag|number|hosts|address|zone|mailbox|folder)\(\s*"([A-Z_]+)"', code))
    explained = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert {"SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "PORT"} <= read
    assert read <= explained
