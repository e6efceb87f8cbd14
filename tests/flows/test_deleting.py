"""A flow is taken away only when nobody is inside and nothing asks for it."""

import datetime as dt

import pytest

from flows import deleting, moving_runs
from flows.models import Enrolment, Flow
from mail.models import Message
from members import segments
from members.models import Segment
from office.models import AuditEntry, User
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
STEPS = [{"uid": "hello", "kind": "send", "letter": "hello"}, {"uid": "rest", "kind": "wait", "for": "9d"}]


@pytest.fixture
def karen(db: None) -> User:
    return User.objects.create(username="karen", role="editor")


def test_while_somebody_is_inside_it_stays(now: dt.datetime, karen: User) -> None:
    flow = making.publish(STEPS, now)
    making.enter(cast.join("p", now, quiet=True).member, now)
    with pytest.raises(deleting.StillNeeded, match="1 members are in it"):
        deleting.delete(flow, karen, now)
    assert Flow.objects.exists()


def test_what_members_got_stays_on_their_pages(now: dt.datetime, karen: User) -> None:
    flow = making.publish(STEPS, now)
    making.enter(cast.join("p", now, quiet=True).member, now)
    assert moving_runs.end_all(flow, now, "ended by staff") == 1
    deleting.delete(flow, karen, now)
    assert not Flow.objects.exists()
    assert not Enrolment.objects.exists()
    assert Message.objects.get().status == Message.Status.SKIPPED
    assert AuditEntry.objects.filter(deed="flow.deleted", user=karen).exists()


def test_what_asks_for_it_is_named(now: dt.datetime, karen: User) -> None:
    flow = making.publish(STEPS, now)
    segments.save(Segment(name="Welcomed"), {"flow": "trial", "state": "completed"}, now, None)
    making.publish(STEPS, now, slug="second", name="Second", entry={"not": {"flow": "trial"}})
    with pytest.raises(deleting.StillNeeded) as refusal:
        deleting.delete(flow, karen, now)
    assert refusal.value.reasons == ["segment “Welcomed”", "flow “Second”"]


def test_a_flow_that_was_never_published_goes_at_once(now: dt.datetime, karen: User) -> None:
    deleting.delete(Flow.objects.create(slug="x", name="X", draft={"slug": "x"}), karen, now)
    assert not Flow.objects.exists()
