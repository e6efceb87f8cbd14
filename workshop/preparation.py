"""`.venv` in the checkout, exactly as the hash-locked requirement files say, made once."""

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LOCKED = ("requirements/base.txt", "requirements/workshop.txt")
TOOLS = "requirements/tools.txt"


class Impossible(Exception):
    """Preparing cannot go on; the text says in one line what to do about it."""


def prepare(root: Path) -> None:
    """Leave a `.venv` that matches the lock files. At once when it does already; safe beside other calls.

    All it prints goes to stderr: what `./run manage` prints on stdout belongs to the command.
    """
    if ready(root):
        return
    with alone(root):
        if not ready(root):
            install(root)


def ready(root: Path) -> bool:
    """Whether the stamp in `.venv` is the one these lock files and this Python ask for."""
    try:
        stamp = (root / ".venv/stamp").read_text()
    except OSError:
        return False
    return stamp == expected(root) and os.access(root / ".venv/bin/python", os.X_OK)


def expected(root: Path) -> str:
    """The stamp. It holds the path too, because scripts in `.venv/bin` do not survive being moved."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {root}".encode())
    for name in LOCKED:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """One preparation at a time; the lock goes with the process that holds it."""
    (root / ".tools").mkdir(exist_ok=True)
    with (root / ".tools/lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install(root: Path) -> None:
    """Make the two environments and fill `.venv`; the stamp is written last."""
    print("./run: preparing .venv (once, about a minute) …", file=sys.stderr)
    (root / ".venv/stamp").unlink(missing_ok=True)
    make_environment(root / ".tools/venv", with_pip=True)
    make_environment(root / ".venv", with_pip=False)
    files = [word for name in LOCKED for word in ("-r", name)]
    python = str(root / ".venv/bin/python")
    pip = [str(root / ".tools/venv/bin/python"), "-m", "pip", "--disable-pip-version-check"]
    if has_uv(root, pip):
        uv = str(root / ".tools/venv/bin/uv")
        # Packages that the lock files do not name are taken away; pip knows no such word.
        sync = "pip sync --quiet --compile-bytecode --require-hashes --python".split()
        call(root, [uv, *sync, python, *LOCKED])
    else:
        call(root, [*pip, "--python", python, "install", "--quiet", "--require-hashes", *files])
    (root / ".venv/stamp").write_text(expected(root))


def make_environment(where: Path, *, with_pip: bool) -> None:
    """An empty environment of this Python; one that is there is kept, unless it was made elsewhere."""
    if belongs(where) and works(where):
        return
    if where.is_symlink():
        where.unlink()  # emptied through a link, the environment of another checkout would be gone
    words = [getattr(sys, "_base_executable", sys.executable), "-m", "venv", "--clear", str(where)]
    done = subprocess.run([*words, *([] if with_pip else ["--without-pip"])], capture_output=True, text=True)
    if done.returncode:
        raise Impossible(
            "this Python cannot make a virtual environment: install its venv module "
            f"(Debian and Ubuntu: apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv) and try again."
        )


def belongs(where: Path) -> bool:
    """Whether it was made for this Python and this place: the scripts inside hold its path."""
    version = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}"
    with contextlib.suppress(OSError):
        made = (where / "pyvenv.cfg").read_text().splitlines()
        return (where / version).is_dir() and any(line.endswith(f" {where}") for line in made)
    return False


def works(where: Path) -> bool:
    """Whether its Python still starts: the one it was made from may have been removed."""
    with contextlib.suppress(OSError):
        return subprocess.run([where / "bin/python", "-c", ""], capture_output=True).returncode == 0
    return False


def has_uv(root: Path, pip: list[str]) -> bool:
    """Whether uv, as pinned in requirements/tools.txt, is there or could be installed."""
    stamp, wanted = root / ".tools/venv/stamp", (root / TOOLS).read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return True
    words = [*pip, "install", "--quiet", "--require-hashes", "-r", TOOLS]
    if subprocess.run(words, cwd=root, capture_output=True).returncode:
        print("./run: uv is not to be had here, so pip installs instead (slower).", file=sys.stderr)
        return False
    stamp.write_text(wanted)
    return True


def call(root: Path, words: list[str]) -> None:
    """Run an installer; what it says when it fails is shown whole, then one line of ours."""
    done = subprocess.run(words, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise Impossible("installing failed, see above; nothing is broken, try again when it can be reached.")


def lock(root: Path, more: list[str]) -> int:
    """Lock requirements/*.in again (`--upgrade` and other words go to uv); the files name no host."""
    words = "pip compile --quiet --universal --python-version 3.11 --generate-hashes".split()
    words += ["--custom-compile-command", "./run lock"]
    for name in ("base", "workshop", "tools"):
        uv = str(root / ".tools/venv/bin/uv")
        source, target = f"requirements/{name}.in", f"requirements/{name}.txt"
        done = subprocess.run([uv, *words, *more, source, "-o", target], cwd=root)
        if done.returncode:
            return done.returncode
    return 0
