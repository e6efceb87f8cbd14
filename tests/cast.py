"""The cast: one person per situation, always the same, so that tests read like stories."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from members import joining
from members.models import Member


@dataclass(frozen=True)
class Person:
    """Somebody of the cast, registered."""

    member: Member

    def again(self) -> Member:
        """The member as the database has it now."""
        return Member.objects.get(pk=self.member.pk)


def join(
    external_id: str, at: dt.datetime, *, quiet: bool = False, plan: str = "standard", **fields: Any
) -> Person:
    """Lets somebody join at `at`."""
    signup = joining.Signup({"house": external_id}, at, fields, plan)
    return Person(joining.join(signup, at, source="test", quiet=quiet)[0])


def ingrid(at: dt.datetime) -> Person:
    """Just joined, Danish, lives in Copenhagen."""
    return join(
        "ingrid",
        at,
        email="ingrid@example.com",
        first_name="Ingrid",
        last_name="Østergaard",
        locale="da",
        time_zone="Europe/Copenhagen",
        country="DK",
    )


def per(at: dt.datetime) -> Person:
    """Just joined, reads English, in Oslo."""
    return join("per", at, email="per@example.com", first_name="Per", locale="en", time_zone="Europe/Oslo")


def ole(at: dt.datetime) -> Person:
    """Has no e-mail, only a phone."""
    return join("ole", at, first_name="Ole", last_name="Brandt", phone="+45 30 12 34 56")
