"""A question in a letter: one click leads to a page, one button answers, and what was said has consequences."""

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api import links
from lifecycle import clock
from mail import reading, values
from mail.models import Message
from members import conditions, erasure, events, exporting, merging_members
from members.models import Event, Member, MemberFacts
from relationship.models import Survey, SurveyAnswer, Task
from relationship.surveys import files, results
from tests import cast
from tests.relationship import surveying

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(settings, tmp_path, now):
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())


@pytest.fixture
def tell_time(settings):
    """Moves the clock that the pages read."""
    return lambda moment: settings.TEST_CLOCK.write_text(moment.isoformat())


@pytest.fixture
def survey(now: dt.datetime) -> Survey:
    """The question whether it is what they hoped for, asked of everybody who joins."""
    found = surveying.store(surveying.HOPED_FOR)
    surveying.publish(now)
    return found


@pytest.fixture
def per(survey: Survey, now: dt.datetime) -> Member:
    """Reads English, and got the letter."""
    member = cast.per(now).member
    clock.tick(now)
    return member


def addresses(message: Message) -> list[str]:
    """Where the answers of a letter lead, in their order."""
    page = reading.read(message, message.due_at)
    found = re.findall(r'href="[^"]*(/u/survey/[^"]+)"', page.html)
    assert [one for one in found if one not in page.text] == []
    return found


def shown(address: str) -> str:
    return html.unescape(Client().get(address).content.decode())


def state() -> tuple[object, ...]:
    """Everything that a click could change."""
    return (
        list(SurveyAnswer.objects.values()),
        list(Event.objects.values("pk", "name", "data", "handled_at")),
        list(Task.objects.values()),
        list(MemberFacts.objects.values()),
    )


def test_a_letter_asks_in_the_members_language_in_both_its_parts(per: Member, now: dt.datetime) -> None:
    ingrid = cast.ingrid(now).member
    clock.tick(now)
    for member, asked, answers in (
        (per, "Is it what you hoped for?", ["Yes", "Partly", "No"]),
        (ingrid, "Er det godt?", ["Ja", "Delvist", "Nej"]),
    ):
        letter = reading.read(surveying.letter_to(member), now)
        assert asked in letter.text
        assert asked in letter.html
        assert len(addresses(surveying.letter_to(member))) == 3
        assert [one for one in answers if f"{one}: http" not in letter.text] == []


def test_whoever_only_looks_changes_nothing(per: Member) -> None:
    before = state()
    for address in addresses(surveying.letter_to(per)):
        for tricks in ("", "?answer=1", "?answer=1&_method=POST", "?said=1&text=x"):
            assert Client().get(address + tricks).status_code == 200
            assert Client().head(address + tricks).status_code == 200
        assert Client().put(address).status_code == 405
        assert Client().delete(address).status_code == 405
    assert state() == before


def test_the_answer_of_the_letter_is_chosen_and_one_button_gives_it(per: Member, now: dt.datetime) -> None:
    yes = addresses(surveying.letter_to(per))[0]
    page = shown(yes)
    assert re.search(r'value="1" required checked', page)
    assert "Why?" in page
    assert Client().post(yes, {"answer": "1", "text": " The people\0 "}).status_code == 302
    row = SurveyAnswer.objects.get()
    assert (row.answer, row.outcome, row.text, row.answered_at) == (1, "good", "The people", now)
    told = Event.objects.get(name="survey.answered")
    assert told.data == {
        "survey": "hoped-for",
        "question": "Is it what you hoped for?",
        "answer": "Yes",
        "outcome": "good",
        "letter": str(surveying.letter_to(per).uuid),
        "text": "The people",
    }
    assert "You answered “Yes”" in shown(yes)
    assert "The people" in shown(yes)


def test_a_page_lets_no_script_run_and_tells_nobody_where_one_came_from(per: Member) -> None:
    answer = Client().get(addresses(surveying.letter_to(per))[0])
    assert (
        "script-src" not in answer["Content-Security-Policy"]
        or "unsafe" not in answer["Content-Security-Policy"]
    )
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "<script" not in answer.content.decode()


def test_a_second_click_changes_the_answer_for_a_day_and_never_doubles_it(
    per: Member, now: dt.datetime, tell_time
) -> None:
    yes, _partly, no = addresses(surveying.letter_to(per))
    for address, number in ((yes, "1"), (yes, "1"), (no, "3")):
        Client().post(address, {"answer": number})
    clock.tick(now)
    assert [(row.answer, row.changed_at) for row in SurveyAnswer.objects.all()] == [(3, now)]
    assert Event.objects.get(name="survey.answered").data["answer"] == "No"
    assert Task.objects.count() == 1
    Client().post(yes, {"answer": "1"})
    clock.tick(now)
    assert "Yes" in Task.objects.get().because
    tell_time(now + DAY)
    Client().post(no, {"answer": "3"})
    assert SurveyAnswer.objects.get().answer == 1
    assert "Say something else" not in shown(no)


@pytest.mark.parametrize("number", ["0", "4", "11", "-1", "x", "1e1", "", "²", "999999999999"])
def test_an_answer_that_there_is_not_is_not_taken(per: Member, number: str) -> None:
    assert Client().post(addresses(surveying.letter_to(per))[0], {"answer": number}).status_code == 302
    assert not SurveyAnswer.objects.exists()


def test_links_that_are_forged_foreign_too_old_or_of_somebody_erased_are_alike(
    per: Member, now: dt.datetime, monkeypatch
) -> None:
    letter = surveying.letter_to(per)
    good = addresses(letter)[0]
    token = good.split("/")[3]
    foreign = links.token("cancel", letter.uuid, "hoped-for", "1")
    other = links.token("survey", per.uuid, "hoped-for", "1")
    unknown = links.token("survey", letter.uuid, "gone", "1")
    short = links.token("survey", letter.uuid)
    for bad in (token[:-1] + "x", foreign, other, unknown, short, "x", "A" * 60):
        for answer in (
            Client().get(f"/u/survey/{bad}/"),
            Client().post(f"/u/survey/{bad}/", {"answer": "1"}),
        ):
            assert (bad, answer.status_code) == (bad, 404)
    real = links.time.time
    with monkeypatch.context() as later:
        later.setattr(links.time, "time", lambda: real() + 181 * 86400)
        assert Client().post(good, {"answer": "1"}).status_code == 404
    erasure.erase(per, None, now)
    assert Client().post(good, {"answer": "1"}).status_code == 404
    assert not SurveyAnswer.objects.exists()


def test_a_low_answer_is_a_task_within_three_days_and_a_good_one_is_none(
    per: Member, now: dt.datetime
) -> None:
    Client().post(addresses(surveying.letter_to(per))[2], {"answer": "3", "text": "Too loud"})
    clock.tick(now)
    task = Task.objects.get()
    assert task.title == "Get in touch with Per, who answered “No”"
    assert task.because == "“Is it what you hoped for?”: No. “Too loud”"
    assert task.due_at == now + 3 * DAY


def test_conditions_ask_what_the_last_answer_meant(per: Member, now: dt.datetime) -> None:
    low = {"fact": "last_answer", "op": "=", "value": "low"}
    assert not conditions.evaluate(low, [per], now)[per.pk].holds
    Client().post(addresses(surveying.letter_to(per))[2], {"answer": "3"})
    clock.tick(now)
    again = Member.objects.get(pk=per.pk)
    assert conditions.evaluate(low, [again], now)[per.pk].holds
    assert list(Member.objects.filter(conditions.q(low, now))) == [again]
    fresh = {"fact": "last_answer_days", "op": "<=", "value": 14}
    assert conditions.evaluate(fresh, [again], now)[per.pk].holds


def test_a_score_becomes_the_facts_that_flows_and_candidates_ask_for(now: dt.datetime) -> None:
    surveying.store(surveying.RECOMMEND)
    surveying.publish(now, "recommend")
    per = cast.per(now).member
    clock.tick(now)
    address = addresses(surveying.letter_to(per))
    assert len(address) == 11
    assert shown(address[9]).count('type="radio"') == 11
    Client().post(address[9], {"answer": "9"})
    clock.tick(now)
    facts = MemberFacts.objects.get(member=per)
    assert (facts.nps, facts.nps_at, facts.last_answer, facts.dialogue_365d) == (9, now, "good", 1)


def test_a_question_that_comes_too_soon_stays_and_says_why(per: Member, now: dt.datetime) -> None:
    surveying.store(surveying.RECOMMEND)
    surveying.publish(now, "recommend", name="again", trigger={"event": "shop.visited"})
    later = now + 60 * DAY
    events.record(events.Draft("shop.visited", per, later, "shop"), later)
    clock.tick(later)
    stayed = Message.objects.get(letter_version__letter__slug="again-letter")
    assert stayed.status == "skipped"
    assert stayed.reason.startswith("no_room: surveys_apart 90d before ")
    assert "the last question came less than 90 days ago" in stayed.reason_in_words


def test_of_two_questions_at_the_same_moment_one_is_asked(now: dt.datetime) -> None:
    surveying.store(surveying.HOPED_FOR, surveying.RECOMMEND)
    surveying.publish(now)
    surveying.publish(now, "recommend", name="again")
    cast.per(now)
    clock.tick(now)
    found = dict(Message.objects.values_list("status", "reason"))
    assert found["sent"] == ""
    assert found["skipped"].startswith("no_room: surveys_apart 90d")
    assert Message.objects.count() == 2


def test_letters_that_ask_nothing_go_on_as_ever(per: Member, now: dt.datetime) -> None:
    hello = {"slug": "again-letter", "sender": "anna", "subject": "Hello", "body": "Hello there."}
    trigger = {"event": "shop.visited"}
    surveying.publish(now, name="again", trigger=trigger, letters=[hello])
    events.record(events.Draft("shop.visited", per, now + DAY, "shop"), now + DAY)
    clock.tick(now + DAY)
    assert Message.objects.get(letter_version__letter__slug="again-letter").status == "sent"


def test_a_question_with_a_shorter_time_of_its_own_is_asked(per: Member, now: dt.datetime) -> None:
    surveying.store({**surveying.RECOMMEND, "apart_days": 60})
    surveying.publish(now, "recommend", name="again", trigger={"event": "shop.visited"})
    later = now + 60 * DAY
    events.record(events.Draft("shop.visited", per, later, "shop"), later)
    clock.tick(later)
    assert Message.objects.get(letter_version__letter__slug="again-letter").status == "sent"


def test_a_question_that_is_retired_is_left_out_and_takes_no_answers(
    survey: Survey, per: Member, now: dt.datetime
) -> None:
    address = addresses(surveying.letter_to(per))[0]
    Survey.objects.update(retired_at=now)
    assert "closed" in shown(address)
    Client().post(address, {"answer": "1"})
    assert not SurveyAnswer.objects.exists()
    ingrid = cast.ingrid(now).member
    clock.tick(now)
    letter = reading.read(surveying.letter_to(ingrid), now)
    assert "Hej" in letter.text
    assert "godt?" not in letter.text


def test_answers_are_exported_forgotten_and_follow_a_merge(per: Member, now: dt.datetime) -> None:
    Client().post(addresses(surveying.letter_to(per))[2], {"answer": "3", "text": "Per Persen hates it"})
    clock.tick(now)
    told = exporting.everything(per, now)
    assert told["relationship.SurveyAnswer"][0]["text"] == "Per Persen hates it"
    kept = cast.ingrid(now).member
    merging_members.merge(kept, per, None, now)
    assert SurveyAnswer.objects.get().member == kept
    erasure.erase(kept, None, now)
    row = SurveyAnswer.objects.get()
    assert (row.answer, row.text) == (3, "")
    assert Event.objects.get(name="survey.answered").data == {}


def test_a_thousand_letters_ask_no_more_of_the_database_than_one(survey: Survey, now: dt.datetime) -> None:
    people = [
        cast.join(
            f"p{number}", now, email=f"p{number}@example.com", locale="nl" if number % 2 else "en"
        ).member
        for number in range(6)
    ]
    clock.tick(now)
    letters = list(
        Message.objects.filter(member__in=people).select_related("member__plan", "letter_version__sender")
    )
    asked = {}
    for size in (2, 6):
        with CaptureQueriesContext(connection) as queries:
            values.gather(letters[:size], now)
        asked[size] = len(queries)
    assert asked[2] == asked[6]


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "said"),
    [(162, 108, 54, (324, 33.3, 4.14)), (30, 0, 0, (30, 100.0, 0.0)), (10, 10, 9, None), (0, 0, 0, None)],
)
def test_a_score_is_said_with_its_error_or_not_at_all(promoters, passives, detractors, said) -> None:
    found = results.nps(promoters, passives, detractors)
    assert (found and (found.people, round(found.score, 1), round(found.error, 2))) == said


def test_each_member_counts_once_with_the_last_answer_of_a_year(survey: Survey, now: dt.datetime) -> None:
    per, ingrid = cast.per(now).member, cast.ingrid(now).member
    for member, answer, ago in ((per, 1, 300), (per, 3, 10), (ingrid, 2, 5), (ingrid, 1, 400)):
        SurveyAnswer.objects.create(
            survey=survey, member=member, answer=answer, outcome="good", answered_at=now - ago * DAY
        )
    assert results.counts(survey, now) == {2: 1, 3: 1}


def test_ready_questions_are_written_once(now: dt.datetime) -> None:
    assert files.store([surveying.HOPED_FOR, surveying.RECOMMEND]) == ["hoped-for", "recommend"]
    Survey.objects.get(slug="recommend").words.update(question="Ours")
    assert files.store([surveying.RECOMMEND]) == []
    assert {row.question for row in Survey.objects.get(slug="recommend").words.all()} == {"Ours"}
