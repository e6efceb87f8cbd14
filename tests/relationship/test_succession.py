"""One person takes another's place everywhere, says before what will change, and can be put back."""

import datetime as dt

import pytest

from flows.models import Flow
from mail import writers
from mail.models import Reply, Sender
from members.models import Member, MemberFacts
from office.models import AuditEntry, User
from relationship import succession
from relationship.models import Task
from tests import cast
from tests.mail import answers, letters
from tests.mail.test_writers import person

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def member(now: dt.datetime) -> Member:
    """Whom Anna looks after."""
    return cast.join("ingrid", now, quiet=True, email="ingrid@example.com", first_name="Ingrid").member


@pytest.fixture
def anna(member: Member, now: dt.datetime) -> Sender:
    """Has a flow, a letter on its way, a task, a reply and a member."""
    user = User.objects.create_user("anna")
    letters.due(member, now)
    Sender.objects.filter(slug="anna").update(user=user)
    sender = Sender.objects.get(slug="anna")
    definition = {"slug": "welcome", "letters": [{"slug": "hello", "sender": "anna", "subject": "Hello"}]}
    Flow.objects.create(slug="welcome", name="Welcome", draft=definition)
    Task.objects.create(member=member, key="1", title="Call", created_at=now, due_at=now, assigned_to=user)
    MemberFacts.objects.update_or_create(member=member, defaults={"owner": "anna"})
    answers.arrive(answers.mail(From="ingrid@example.com"), now)
    Reply.objects.update(assigned_to=user)
    return sender


@pytest.fixture
def karen() -> Sender:
    """Takes her place."""
    return person("karen", user=User.objects.create_user("karen"))


def state() -> tuple[object, ...]:
    """Who has what."""
    draft = Flow.objects.get(slug="welcome").draft["letters"][0]["sender"]
    people = [Task.objects.get().assigned_to, Reply.objects.get().assigned_to]
    return draft, *[row.username for row in people if row], MemberFacts.objects.get().owner


def test_it_says_beforehand_what_will_change(anna: Sender) -> None:
    found = succession.outlook(anna)
    assert [flow.slug for flow in found.drafts] == ["welcome"]
    assert (found.letters, found.tasks, found.replies, found.members) == (1, 1, 1, 1)


def test_everything_moves_and_everything_goes_back(
    anna: Sender, karen: Sender, member: Member, now: dt.datetime
) -> None:
    done = succession.replace(anna, karen, None, now, with_members=True)
    assert state() == ("karen", "karen", "karen", "karen")
    letter = member.messages.select_related("letter_version__sender").get()
    assert writers.of([letter], now)[letter.pk].sender == karen
    assert AuditEntry.objects.filter(deed="sender.replaced", details__after="Karen").exists()
    assert succession.put_back(done, None, now)
    assert state() == ("anna", "anna", "anna", "anna")
    assert writers.of([letter], now)[letter.pk].sender == anna
    assert not succession.put_back(done, None, now)


def test_members_stay_where_they_are_unless_somebody_says_so(
    anna: Sender, karen: Sender, now: dt.datetime
) -> None:
    succession.replace(anna, karen, None, now)
    assert state() == ("karen", "karen", "karen", "anna")


def test_what_changed_since_is_not_put_back(anna: Sender, karen: Sender, now: dt.datetime) -> None:
    done = succession.replace(anna, karen, None, now)
    Task.objects.update(assigned_to=User.objects.create_user("bent"))
    succession.put_back(done, None, now)
    assert state()[1] == "bent"


def test_nobody_without_a_face_and_nobody_who_stopped_takes_a_place(
    anna: Sender, karen: Sender, now: dt.datetime
) -> None:
    faceless = Sender.objects.create(slug="x", name="X", email="x@example.com")
    gone = person("gone", until=now.date() - DAY)
    for other, why in ((faceless, "no picture"), (gone, "any more"), (anna, "somebody else")):
        with pytest.raises(succession.NotReplaced, match=why):
            succession.replace(anna, other, None, now)
    assert state() == ("anna", "anna", "anna", "anna")


def test_letters_that_waited_for_somebody_to_write_leave_at_once(
    anna: Sender, karen: Sender, member: Member, now: dt.datetime
) -> None:
    Reply.objects.all().delete()
    Sender.objects.filter(pk=anna.pk).update(until=now.date() - DAY)
    letters.send(now)
    assert member.messages.get().status == "queued"
    succession.replace(anna, karen, None, now)
    letters.send(now)
    assert member.messages.get().status == "sent"
