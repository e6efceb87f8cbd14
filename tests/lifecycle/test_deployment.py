"""docker-compose.yml, Dockerfile and .env.example: what they promise to whoever runs them."""

import re
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
    assert published == {"web": ["127.0.0.1:8000:8000"]}


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
