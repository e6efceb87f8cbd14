"""Companies whose people are members. So far a name, an id and the people; contracts of companies come later."""

import datetime as dt

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from members.models import Account, Member
from office import audit
from office.models import User


def all_of_them() -> QuerySet[Account]:
    """Every company with how many members it has."""
    people = Count("members", filter=Q(members__merged_into=None, members__erased_at=None))
    return Account.objects.annotate(people=people)


def named(text: str) -> Account | None:
    """The company that is called so, by its id or its whole name."""
    wanted = text.strip()
    return Account.objects.filter(Q(external_id=wanted) | Q(name__iexact=wanted)).order_by("pk").first()


def belong(member: Member, account: Account | None, by: User, now: dt.datetime) -> None:
    """A member belongs to this company from now on; None: to none."""
    with transaction.atomic():
        member.account, member.updated_at = account, now
        member.save(update_fields=["account", "updated_at"])
        company = account.external_id if account else None
        audit.record(by, "company.changed", member, now, member=member.uuid, company=company)
