"""Hard cases of editing: who is inside keeps the flow as they found it, unless somebody chooses otherwise."""

import pytest
from django.core.management import CommandError
from django.test import Client

from flows.models import Flow
from mail import pictures
from mail.models import Sender
from tests.mail.test_admin import FACE
from tests.office import desks
from tests.stories.playing import House

SERIES = """
trigger = { event = "shop.began" }
steps = [
  { uid = "hello", kind = "send", letter = "hello" },
  { uid = "pause", kind = "wait", for = "10d" },
  { uid = "more", kind = "send", letter = "more" },
]
"""


@pytest.fixture
def inside(house: House) -> House:
    """A house with Ida inside, waiting since 2 March."""
    house.publish(SERIES, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.joins("per", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    return house


@pytest.mark.parametrize(("delay", "for_per"), [("2d", "2026-03-05 12:00"), ("20d", "2026-03-23 12:00")])
def test_a_delay_that_is_changed_holds_for_those_who_enter_from_now_on(
    inside: House, delay: str, for_per: str
) -> None:
    inside.publish(SERIES.replace("10d", delay), "2026-03-03 10:00")
    inside.happens("shop.began", "per", "2026-03-03 12:00")
    inside.tick_through("2026-03-03 12:00", "2026-03-06 12:00", hours=24)
    inside.tick("2026-03-12 09:59", "2026-03-12 10:00", "2026-03-23 12:00")
    assert inside.letters("ida") == ["2026-03-02 10:00 hello", "2026-03-12 10:00 more"]
    assert inside.letters("per") == ["2026-03-03 12:00 hello", f"{for_per} more"]


def test_who_stands_at_a_step_that_is_taken_out_goes_on_as_before(inside: House) -> None:
    without = """
    trigger = { event = "shop.began" }
    steps = [{ uid = "hello", kind = "send", letter = "hello" }]
    """
    inside.publish(without, "2026-03-03 10:00")
    inside.happens("shop.began", "per", "2026-03-03 12:00")
    inside.tick("2026-03-03 12:00", "2026-03-12 10:00", "2026-03-14 12:00")
    assert inside.letters("ida") == ["2026-03-02 10:00 hello", "2026-03-12 10:00 more"]
    assert inside.letters("per") == ["2026-03-03 12:00 hello"]


def test_who_is_inside_gets_the_letter_as_it_was_written_then(inside: House) -> None:
    rewritten = (
        SERIES
        + """
    [[letters]]
    slug = "more"
    sender = "anna"
    subject = "a better one"
    body = "Better."
    """
    )
    inside.publish(rewritten, "2026-03-03 10:00")
    inside.happens("shop.began", "per", "2026-03-03 12:00")
    inside.tick("2026-03-03 12:00", "2026-03-12 10:00", "2026-03-13 12:00")
    assert inside.letters("ida")[-1] == "2026-03-12 10:00 more"
    assert inside.letters("per")[-1] == "2026-03-13 12:00 a better one"


def test_exit_and_goal_are_those_of_the_version_that_somebody_entered(inside: House) -> None:
    inside.publish('exit = { event = "shop.left" }\n' + SERIES, "2026-03-03 10:00")
    inside.happens("shop.began", "per", "2026-03-03 12:00")
    inside.tick("2026-03-03 12:00")
    for who in ("ida", "per"):
        inside.happens("shop.left", who, "2026-03-04 10:00")
    inside.tick("2026-03-04 10:00")
    assert (inside.state("ida"), inside.state("per")) == ("active", "exited")


def test_a_file_with_mistakes_changes_nothing_and_names_all_of_them(inside: House) -> None:
    wrong = SERIES.replace('for = "10d"', 'for = "ten days"').replace('"more", kind', '"hello", kind')
    with pytest.raises(CommandError) as refused:
        inside.publish(wrong, "2026-03-03 10:00")
    assert "is no duration" in str(refused.value)
    assert "the uid “hello” stands twice" in str(refused.value)
    inside.tick("2026-03-12 10:00")
    assert inside.letters() == ["2026-03-02 10:00 hello", "2026-03-12 10:00 more"]


def test_an_unchanged_file_is_no_new_version(inside: House) -> None:
    inside.publish(SERIES, "2026-03-03 10:00")
    inside.happens("shop.began", "per", "2026-03-03 12:00")
    inside.tick("2026-03-03 12:00")
    assert inside.state("per") == "active"
    inside.happens("shop.began", "ida", "2026-03-04 12:00")
    inside.tick("2026-03-04 12:00")
    assert "not_entered: is in this flow already" in inside.reasons("ida")


def press(client: Client, page: str, **choices: str) -> None:
    """Somebody presses the button of a page of the editor."""
    address = f"/admin/flows/flow/{Flow.objects.get().pk}/{page}/"
    seen = client.get(address).context.get("seen", "")
    assert client.post(address, {"seen": seen, **choices}).status_code == 302


@pytest.mark.parametrize("way", ["spread", "skip", "end"])
def test_whoever_is_moved_just_before_a_pause_is_not_late_when_the_flow_goes_on(
    inside: House, client: Client, way: str
) -> None:
    desks.log_in(client, "editor")
    Sender.objects.update(picture=pictures.keep(FACE.read_bytes()))
    flow = Flow.objects.get()
    flow.draft["steps"][1]["for"] = "5d"
    flow.save()
    inside.tell_time("2026-03-04 10:00")
    press(client, "publish", **{f"choice-{flow.current_id}-pause": "move"})
    press(client, "pause")
    inside.tell_time("2026-03-04 12:00")
    press(client, "resume", way=way)
    inside.tick("2026-03-04 12:00", "2026-03-07 09:59", "2026-03-07 10:00")
    assert inside.letters("ida") == ["2026-03-02 10:00 hello", "2026-03-07 10:00 more"]
