"""Where letters to a member go: a child's go to the guardian."""

from members.models import Member


def of(member: Member) -> str:
    """The address letters to this member leave for; empty when there is none. Read with `member__guardian`.

    A child's own address is never used instead of a guardian who has none.
    """
    return member.guardian.email if member.guardian else member.email


def name(member: Member) -> str:
    """Whose name stands on the envelope."""
    reader = member.guardian or member
    return f"{reader.first_name} {reader.last_name}".strip()
