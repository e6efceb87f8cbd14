"""`./run`: the two commands, tried as a person would."""

import ast
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*words: str, **given: str) -> subprocess.CompletedProcess[str]:
    """`./run` with these words, to its end."""
    environment = {**os.environ, **given}
    return subprocess.run(
        ["./run", *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def club(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The whole product in a folder of its own, up to its first page."""
    given = {
        "VAR_DIR": str(tmp_path / "var"),
        "PORT": str(port),
        "DATABASE_URL": "",
        "BROKER_URL": "",
        "MARK": str(port),
    }
    with (tmp_path / "said").open("w") as said:
        started = subprocess.Popen(
            ["./run"], cwd=ROOT, env={**os.environ, **given}, stdout=said, stderr=said, start_new_session=True
        )
    try:
        until(lambda: "login:" in (tmp_path / "said").read_text() or started.poll() is not None, 300)
        assert started.poll() is None, (tmp_path / "said").read_text()
        yield started
    finally:
        for pid in alive(port):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        started.wait(60)


def alive(port: int, program: str = "") -> list[int]:
    """Living processes that this start brought about, whatever their group or session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            marked = f"MARK={port}".encode() in (folder / "environ").read_bytes().split(b"\0")
            if marked and (not program or program.encode() in (folder / "cmdline").read_bytes().split(b"\0")):
                found.append(int(folder.name))
    return sorted(found)


def until(true: Callable[[], object], seconds: float) -> bool:
    """Whether it became true in that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


def test_preparing_twice_does_nothing_the_second_time() -> None:
    assert run("setup").returncode == 0
    began = os.times()
    again = run("setup")
    assert (again.stdout, again.stderr, again.returncode) == ("", "", 0)
    after = os.times()  # of its own work: a busy machine may take its time
    own = after.children_user - began.children_user + after.children_system - began.children_system
    assert own < 2


def test_what_a_command_prints_is_all_that_is_printed() -> None:
    import django

    done = run("manage", "version")
    assert done.stdout == f"{django.get_version()}\n"


def test_the_exit_code_of_a_command_is_passed_on() -> None:
    assert run("manage", "no_such_command").returncode == 1


def test_an_unknown_word_is_answered_with_the_words_there_are() -> None:
    done = run("fly")
    assert done.returncode == 2
    assert "./run setup" in done.stderr


def test_an_old_python_can_read_the_file_and_is_told_what_to_do() -> None:
    text = (ROOT / "run").read_text()
    ast.parse(text, feature_version=(3, 4))
    assert text.isascii()
    assert text.index("version_info < (3, 11)") < text.index("from workshop")
    old = next((found for minor in (6, 7, 8, 9, 10) if (found := shutil.which(f"python3.{minor}"))), None)
    if old and subprocess.run([old, "-c", ""], capture_output=True).returncode == 0:
        done = subprocess.run([old, "run"], cwd=ROOT, capture_output=True, text=True)
        assert done.stderr.startswith("./run needs Python 3.11 or newer")
        assert len(done.stderr.splitlines()) == 1


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    from workshop import preparation

    with pytest.raises(preparation.Impossible, match=r"apt install python3\.\d+-venv"):
        preparation.make_environment(Path("/dev/null/venv"), with_pip=True)


def test_an_environment_that_was_moved_is_made_again(tmp_path: Path) -> None:
    from workshop import preparation

    preparation.make_environment(tmp_path / "here", with_pip=False)
    assert preparation.belongs(tmp_path / "here")
    (tmp_path / "here").rename(tmp_path / "there")
    assert not preparation.belongs(tmp_path / "there")


def test_an_environment_lent_by_another_checkout_is_left_as_it_is(tmp_path: Path) -> None:
    from workshop import preparation

    preparation.make_environment(tmp_path / "theirs", with_pip=False)
    (tmp_path / "ours").symlink_to(tmp_path / "theirs")
    preparation.make_environment(tmp_path / "ours", with_pip=False)
    assert preparation.belongs(tmp_path / "theirs")
    assert preparation.belongs(tmp_path / "ours")
    assert not (tmp_path / "ours").is_symlink()


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(PORT=str(taken.getsockname()[1]), VAR_DIR=str(tmp_path))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "PORT=" in line


def test_the_lock_files_name_no_host() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in file.read_text()
        assert "--index-url" not in file.read_text()


@pytest.mark.faults
def test_it_starts_shows_its_pages_and_leaves_nothing_behind(
    club: subprocess.Popen[str], port: int, tmp_path: Path
) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/login/", timeout=60) as page:
        assert page.status == 200
    assert until(lambda: alive(port, "worker") and alive(port, "beat"), 60)
    second = run(PORT=str(port), VAR_DIR=str(tmp_path / "var"))
    assert "runs already" in second.stderr
    club.send_signal(signal.SIGTERM)
    assert club.wait(90) == 0
    assert alive(port) == []


@pytest.mark.faults
def test_when_one_program_dies_the_others_stop_and_it_is_named(
    club: subprocess.Popen[str], port: int, tmp_path: Path
) -> None:
    assert until(lambda: alive(port, "beat"), 60)
    os.kill(alive(port, "beat")[0], signal.SIGKILL)
    assert club.wait(90) == 1
    assert "beat ended by itself" in (tmp_path / "said").read_text()
    assert alive(port) == []


@pytest.mark.faults
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux to tell the children")
def test_when_the_start_itself_is_killed_its_programs_go_too(club: subprocess.Popen[str], port: int) -> None:
    assert until(lambda: alive(port, "worker") and alive(port, "beat"), 60)
    club.kill()
    assert until(lambda: alive(port) == [], 20), alive(port)
