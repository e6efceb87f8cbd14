"""Who may do what, in one table: staff pages, editors' pages and tests ask here and nowhere else.

A deed is written `noun.verb`. Whoever works here may read what no line below keeps to a few.
"""

from django.contrib.auth.models import AnonymousUser

from office.models import User

Role = User.Role
OWNER = (Role.OWNER,)
EDITORS = (Role.OWNER, Role.EDITOR)
STAFF = (Role.OWNER, Role.EDITOR, Role.STAFF)
EVERYBODY = (Role.OWNER, Role.EDITOR, Role.STAFF, Role.READONLY)

MAY: dict[str, tuple[str, ...]] = {
    "pages.read": EVERYBODY,
    # Work with members, day by day.
    "work.change": STAFF,
    "members.change": STAFF,
    "members.merge": STAFF,
    "contracts.change": STAFF,
    "consents.change": STAFF,
    "segments.change": STAFF,
    "imports.change": STAFF,
    "attendance.change": STAFF,
    "letters.settle": STAFF,
    "group_letters.change": STAFF,  # written, tried and stopped; sent by those who may approve letters
    "companies.change": STAFF,
    # All of what is known of somebody leaves the house, or is gone for ever.
    "members.export": OWNER,
    "members.erase": OWNER,
    "retention.change": OWNER,
    "lists.export": EDITORS,
    # How the house works.
    "flows.change": EDITORS,
    "letters.change": EDITORS,
    "letters.approve": EDITORS,
    "senders.change": EDITORS,
    "plans.change": EDITORS,
    "benefits.change": EDITORS,
    "upcoming.change": STAFF,
    "join_pages.change": EDITORS,
    "stage_rules.change": EDITORS,
    "sending_rules.change": EDITORS,
    "mailbox.change": OWNER,
    "status.read": OWNER,
    "house.change": EDITORS,
    "surveys.change": EDITORS,
    "offers.change": EDITORS,
    "brand.change": OWNER,
    "pictures.change": EDITORS,
    "changes.read": EDITORS,
    # Doors, and those who hold their keys.
    "users.change": OWNER,
    "keys.change": OWNER,
    "doors.change": OWNER,
    "suppressions.change": STAFF,
    "suppressions.delete": OWNER,
    "suppressions.export": OWNER,
}


def may(user: User | AnonymousUser, deed: str) -> bool:
    """Whether somebody may do `deed`; somebody who may do everything may. KeyError: no such deed."""
    return is_one_of(user, MAY[deed])


def is_one_of(user: object, allowed: tuple[str, ...]) -> bool:
    """Whether somebody has one of these roles; who may do everything is refused only what nobody may."""
    if not isinstance(user, User) or not user.is_active or not allowed:
        return False
    return user.is_superuser or user.role in allowed
