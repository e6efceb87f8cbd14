"""A question in a letter, from the file of a trade to the task that a low answer becomes, by the clock alone."""

import html
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from flows import publishing
from flows.models import Flow
from mail import reading
from mail.models import Message
from members import moving
from members.models import Member
from office import clock
from office.models import User
from relationship.models import SurveyAnswer, Task
from tests.stories import playing
from tests.stories.playing import House

pytestmark = pytest.mark.django_db
ASKS = """
trigger = { event = "shop.began" }
steps = [
  { uid = "ask", kind = "send", letter = "ask", not_after = "5d" },
  { uid = "said", kind = "wait", event = "survey.answered", timeout = "7d", then = "heard" },
  { uid = "silent", kind = "end" },
  { uid = "heard", kind = "branch", if = { fact = "last_answer", op = "=", value = "low" }, then = "sorry" },
  { uid = "glad", kind = "send", letter = "glad" },
  { uid = "stop", kind = "end" },
  { uid = "sorry", kind = "send", letter = "sorry" },
]
[[letters]]
slug = "ask"
sender = "anna"
subject = "ask"
  [[letters.blocks]]
  kind = "survey"
  survey = "three-months"
"""


def answer_in(who: str, word: str) -> str:
    """Where the answer of that word leads, in the last letter somebody got."""
    letter = Message.objects.filter(address=f"{who}@example.com", status="sent").latest("pk")
    page = html.unescape(reading.read(letter, clock.now()).html)
    found = re.search(rf'href="[^"]*(/u/survey/[^"]+)"[^>]*>{word}<', page)
    assert found, page
    return found[1]


@pytest.mark.parametrize(("word", "number", "then"), [("Yes", 1, "glad"), ("No", 3, "sorry"), ("", 0, "")])
def test_a_flow_goes_the_way_of_the_answer(house: House, word: str, number: int, then: str) -> None:
    call_command("choose_trade", "club")
    house.rules("quiet_hours = {}\nwindows = []\n")
    house.publish(ASKS, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00", locale="en")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00", "2026-03-03 09:00")
    if word:
        assert Client().post(answer_in("ida", word), {"answer": str(number)}).status_code == 302
    house.tick("2026-03-03 09:00", "2026-03-03 10:00", "2026-03-11 10:00")
    assert [line.split()[-1] for line in house.letters("ida")] == ["ask", *([then] if then else [])]
    assert Task.objects.filter(key__startswith="answer:").count() == (word == "No")
    assert house.state("ida") == "completed"


def test_who_would_not_miss_the_club_is_called_and_nobody_reads_it_twice(house: House) -> None:
    call_command("choose_trade", "club")
    house.rules("quiet_hours = {}\nwindows = []\ncaps = []\n")
    flow = Flow.objects.get(slug="club-getting-to-know")
    house.tell_time("2026-01-02 00:00")
    publishing.publish(flow.draft, clock.now(), without_face=True)
    house.joins("ida", "2026-01-02 08:00", locale="en")
    house.tick("2026-01-02 08:00")
    enters_relationship("ida", "2026-01-05 08:00")
    house.tick_through("2026-01-05 08:00", "2026-02-02 20:00", hours=12)
    subjects = [line.split(" ", 2)[2] for line in house.letters("ida")]
    assert subjects[-1] == "What would you miss?"
    Client().post(answer_in("ida", "Not very much"), {"answer": "5", "text": "I moved to the north side"})
    house.tick("2026-02-02 20:30", "2026-02-02 21:00")
    titles = list(Task.objects.order_by("pk").values_list("title", flat=True))
    assert titles[-1] == "Get in touch with Ida, who answered “Not very much”"
    assert not [title for title in titles if title.startswith("Read what")]
    assert SurveyAnswer.objects.get().outcome == "low"
    told: dict[str, Any] = house.client.get("/api/v1/members/ext:ida/timeline/").json()
    answers = [row for row in told["results"] if row["name"] == "survey.answered"]
    assert answers[0]["data"]["text"] == "I moved to the north side"


def enters_relationship(who: str, when: str) -> None:
    """Staff know that it is so; the flow begins by the move."""
    member = Member.objects.get(email=f"{who}@example.com")
    boss = User.objects.create_user("boss", role="owner")
    moving.by_hand(member, "relationship", "we know each other", boss, playing.at(when))
