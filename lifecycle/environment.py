"""Reads settings from the environment. A value that makes no sense ends the start with one clear line."""

import os
import secrets
import zoneinfo
from pathlib import Path
from urllib import parse

import environ

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Refused(SystemExit):
    """A setting that cannot be used. As a SystemExit it ends every kind of start with its text alone."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")


def load(file: Path) -> None:
    """Take the settings in a `.env` file; what the environment already says is stronger."""
    if file.is_file():
        environ.Env.read_env(file)


def text(name: str, default: str = "") -> str:
    """The value, trimmed; empty counts as not given. Lines in it are refused (they could forge headers)."""
    value = os.environ.get(name, "").strip() or default
    if not value.isprintable():
        raise Refused(name, "holds a line break or another control character.")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """A yes or no."""
    value = text(name, "yes" if default else "no").lower()
    if value not in TRUE | FALSE:
        raise Refused(name, f"must be 1 or 0, not {value!r}.")
    return value in TRUE


def number(name: str, default: int, low: int, high: int) -> int:
    """A whole number from low to high."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise Refused(name, f"must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def hosts(name: str, default: list[str]) -> list[str]:
    """Host names with commas between them."""
    found = [word.strip() for word in text(name).split(",") if word.strip()] or default
    if wrong := [word for word in found if set(word) & set(" /@")]:
        raise Refused(name, f"must be host names with commas between them, not {wrong[0]!r}.")
    return found


def address(name: str, default: str = "") -> str:
    """An http or https address without its last slash; empty when neither given nor defaulted."""
    value = text(name, default)
    if value:
        parts = split(name, value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or " " in value:
            raise Refused(name, f"must be an address like https://club.example.com, not {value!r}.")
    return value.rstrip("/")


def zone(name: str, default: str) -> str:
    """The name of a time zone in the tz database."""
    value = text(name, default)
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(name, f"must be a time zone like Europe/Copenhagen, not {value!r}.") from None
    return value


def mailbox(name: str, default: str) -> str:
    """An e-mail address, alone or as `Name <address>`."""
    value = text(name, default)
    bare = value[value.rfind("<") + 1 :].removesuffix(">")
    local, at, domain = bare.rpartition("@")
    if not (local and at and domain) or " " in bare:
        raise Refused(name, f"must be an e-mail address, not {value!r}.")
    return value


def bare_mailbox(name: str) -> str:
    """An e-mail address alone, whose part before the @ a mail server may lengthen with +…; empty when not given."""
    value = text(name)
    if value and (mailbox(name, "") != value or set(value) & set("<>+") or value.count("@") != 1):
        raise Refused(name, f"must be an e-mail address like bounces@club.example.com, not {value!r}.")
    return value


def folder(name: str, default: Path) -> Path:
    """A folder that can be written to; it is made when it is not there."""
    return made(name, Path(text(name, str(default))).absolute())


def file(name: str, default: Path) -> Path:
    """A file, in a folder that can be written to."""
    where = Path(text(name, str(default))).absolute()
    if where.is_dir():
        raise Refused(name, f"{where} is a folder; name a file in it.")
    made(name, where.parent)
    return where


def made(name: str, where: Path) -> Path:
    """The folder, now there; `name` is the setting to blame when it cannot be."""
    try:
        where.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(name, f"the folder {where} cannot be made ({error.strerror}).") from None
    return where


def secret_key(var: Path, *, required: bool) -> str:
    """The key that signs sessions and links: given, or made once and kept in a file that only we can read.

    An installation that others reach (`required`) has to bring its own, because several machines must
    share it, and links in letters already sent would die with the file.
    """
    value = text("SECRET_KEY")
    if value and len(value) < 32:
        raise Refused("SECRET_KEY", "must have at least 32 characters.")
    if not value and required:
        raise Refused("SECRET_KEY", "is missing; an installation reached over https needs one of its own.")
    return value or kept_key(var / "secret_key")


def kept_key(file: Path) -> str:
    """The key in the file. Made whole beside it and linked, so that two first starts agree on one."""
    if not file.exists():
        draft = file.with_suffix(f".{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(50))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text().strip()


def split(name: str, value: str) -> parse.SplitResult:
    """The parts of an address, its port checked too."""
    try:
        parts = parse.urlsplit(value)
        _ = parts.port  # raises ValueError for a port that is none
    except ValueError as error:
        raise Refused(name, f"is no address ({error}).") from None
    return parts


def unquote(part: str | None) -> str:
    """A user name or password as it was before it was put into an address."""
    return parse.unquote(part or "")
