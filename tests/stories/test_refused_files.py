"""Flow files that are wrong in odd ways: each mistake is named with its place and the way out, nothing is changed."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from flows.models import Flow
from mail.models import Letter, Message, Sender
from office.models import AuditEntry
from tests.stories.playing import House, complete

BEGINS = 'trigger = { event = "shop.began" }\n'
SEND = '{ uid = "s", kind = "send", letter = "hello" }'
LETTER = '[[letters]]\nslug = "hello"\nsender = "anna"\nsubject = "x"\nbody = "Hello."\n'
BACK = '{ uid = "b", kind = "branch", if = { fact = "stage", op = "exists", value = true }, then = "w" }'
AT_ONCE = "a loop without a wait that takes time each time round"


def file(head: str = "", steps: str = SEND, letters: str = "", begins: str = BEGINS) -> str:
    """A flow file of these parts, complete but for what is wrong in them."""
    return complete(f"{begins}{head}\nsteps = [\n{steps}\n]\n{letters}")


def waits(settings: str) -> str:
    """A wait of these settings, and a letter after it."""
    return file(steps=f'{{ uid = "w", kind = "wait", {settings} }}, {SEND}')


def loop(settings: str) -> str:
    """A letter that comes again and again after a wait of these settings."""
    return file(steps=f'{{ uid = "w", kind = "wait", {settings} }}, {SEND}, {BACK},')


def refused(house: House, text: str) -> list[str]:
    """What is said of a file that is not published; the house is as it was."""
    path = house.folder / "flow.toml"
    path.write_bytes(text.encode())
    logged = AuditEntry.objects.count()
    with pytest.raises(CommandError) as error:
        call_command("publish_flow", path, "--without-face", stdout=StringIO())
    kept = [model.objects.count() for model in (Flow, Letter, Sender)]
    assert [*kept, AuditEntry.objects.count()] == [0, 0, 0, logged]
    return str(error.value).split("\n")[1:]


LONG = "x" * 300
OFTEN = '{ event = "shop.visited", count = "<30", since = "entry" }'
REFUSED = {
    # round and round without time passing
    "round by a day after entry": (loop("day = 1"), f"steps[w]: {AT_ONCE}"),
    "round by no time": (loop('for = "0d"'), f"steps[w]: {AT_ONCE}"),
    "round by no time until nine": (loop('for = "0h", at = "09:00"'), f"steps[w]: {AT_ONCE}"),
    "round by no time for an event": (loop('event = "a.b", timeout = "0m"'), f"steps[w]: {AT_ONCE}"),
    # longer than any calendar
    "a wait for ages": (waits('for = "99999y"'), "steps[w].for: “99999y” is longer than a hundred years"),
    "a timeout for ages": (
        waits('event = "a.b", timeout = "9999mo"'),
        "steps[w].timeout: “9999mo” is longer than a hundred years",
    ),
    "worth sending for ages": (
        file(steps='{ uid = "s", kind = "send", letter = "hello", not_after = "99999w" }'),
        "steps[s].not_after: “99999w” is longer than a hundred years",
    ),
    "again after ages": (file('reentry = "after 101y"'), "reentry: “101y” is longer than a hundred years"),
    "every other age": (
        file(begins='trigger = { every = "99999y" }\n'),
        "trigger.every: “99999y” is longer than a hundred years",
    ),
    "ages before a date": (
        file(begins='trigger = { date = "joined_at", offset = "-99999y" }\n'),
        "trigger.offset: “-99999y” is no distance such as -14d or 7d",
    ),
    # dates, times and numbers where texts belong
    "a time without quotation marks": (
        waits("at = 09:00:00"),
        "steps[w].at: “09:00:00” is a date or time; write it in quotation marks",
    ),
    "a date without quotation marks": (
        file("entry = { not = { all = [{ fact = 'stage', op = '=', value = 2026-05-01 }] } }"),
        "entry.not.all[1].value: “2026-05-01” is a date or time; write it in quotation marks",
    ),
    "a number for a duration": (waits("for = 2"), "steps[w].for: must be a text, in quotation marks"),
    "a share that is no number": (file("holdout = nan"), "holdout: “nan” is no number"),
    # what no table holds
    "a long short name": (file(f'slug = "{LONG}"'), "slug: is too long: 300 letters, at most 80"),
    "a long name": (file(f'name = "{LONG}"'), "name: is too long: 300 letters, at most 120"),
    "a long topic": (file(f'topic = "{LONG}"'), "topic: is too long: 300 letters, at most 60"),
    "a long step": (
        file(steps=f'{{ uid = "{LONG}", kind = "end" }}'),
        f"steps[{LONG}].uid: is too long: 300 letters, at most 80",
    ),
    "a long event": (
        file(begins=f'trigger = {{ event = "shop.{LONG}" }}\n'),
        "trigger.event: is too long: 305 letters, at most 80",
    ),
    "a letter that nobody can read": (
        file('name = "a\\u0000b"'),
        "name: holds a letter that nobody can read (NUL)",
    ),
    # two of a kind, or of no kind
    "two letters of a name": (
        file(letters=LETTER + LETTER.replace("Hello", "Bye")),
        "letters: the slug “hello” stands twice",
    ),
    "two senders of a name": (
        file().replace("    { slug", "    { slug = 'anna', name = 'B', email = 'b@example.com' },\n    { slug"),
        "senders: the slug “anna” stands twice",
    ),
    "a letter with an odd name": (
        file(steps='{ uid = "s", kind = "send", letter = "på gensyn" }',
             letters=LETTER.replace('"hello"', '"på gensyn"')),
        "letters[på gensyn].slug: “på gensyn” may have letters, digits and hyphens only",
    ),
    "a letter of nobody": (
        file(letters=LETTER.replace('sender = "anna"\n', "")),
        "letters[hello]: “sender” is missing, the slug of who writes it",
    ),
    "a language by its name": (
        file(letters=f'{LETTER}[letters.danish]\nsubject = "x"\nbody = "Hej."'),
        "letters[hello].danish: “danish” is no language; write it like da or pt-BR",
    ),
    "a language twice": (
        file(letters=f'{LETTER}[letters.en]\nsubject = "x"\nbody = "Hi."'),
        "letters[hello].en: this is the flow's own language, whose texts stand above",
    ),
    "a language half": (
        file(letters=f'{LETTER}[letters.da]\nsubject = "x"'),
        "letters[hello] (da): The body is empty",
    ),
    # begun and left empty
    "an exit without an event": (file("exit = {}"), "exit.event: “None” is no event name"),
    "a goal without an event": (file("goal = {}"), "goal.event: “None” is no event name"),
    "arms that lead nowhere": (
        file(steps=f'{{ uid = "p", kind = "split", arms = {{}} }}, {SEND}'),
        "steps[p]: a split needs “arms”, two or more",
    ),
    "nested without end": (
        file(f'entry = {"[" * 5000}{"]" * 5000}'),
        "this is not TOML that can be read: it is nested too deep",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_an_odd_file_is_refused_in_words_that_name_the_place(house: House, text: str, said: str) -> None:
    found = refused(house, text)
    assert any(said in line for line in found), found


def test_a_text_of_another_kind_hides_nothing_else_that_is_wrong(house: House) -> None:
    found = refused(
        house,
        """
        slug = "x y"
        purpose = "spam"
        colour = "red"
        trigger = { event = "a" }
        holdout = 3
        goal = { event = "x.y", within = 30 }
        steps = [{ uid = "a", kind = "wait", for = 3 }, { uid = "s", kind = "send", letter = "gone" }]
        """,
    )
    places = ("slug", "purpose", "unknown word “colour”", "“name”", "trigger", "holdout", "goal.within")
    for place in (*places, "steps[a].for", "steps[s]"):
        assert [line for line in found if line.startswith(place)], (place, found)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: f"\ufeff{text}",
        lambda text: text.replace('"shop.began"', "'shop.began'"),
    ],
    ids=["lines of Windows", "mark of Windows", "other quotation marks"],
)
def test_a_file_from_another_editor_is_the_same_flow(house: House, change: object) -> None:
    assert callable(change)
    text, path = waits('day = 0, at = "12:00"'), house.folder / "flow.toml"
    for written in (text, change(text)):
        path.write_bytes(written.encode())
        call_command("publish_flow", path, "--without-face", stdout=StringIO())
    assert Flow.objects.get().versions.count() == 1


def test_more_steps_than_one_transaction_takes_are_walked_through(house: House) -> None:
    always = '{ fact = "stage", op = "exists", value = true }'
    ways = [f'{{ uid = "t{n}", kind = "branch", if = {always}, then = "t{n + 1}" }}' for n in range(120)]
    steps = ", ".join([*ways, '{ uid = "t120", kind = "wait", for = "0d" }'])
    house.publish(f"{BEGINS}steps = [{steps}, {SEND}]", "2026-01-01 00:00")
    house.joins("ida", "2026-01-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    assert house.letters() == ["2026-03-02 10:00 hello"]
    assert house.state("ida") == "completed"


def test_what_happened_many_times_while_nobody_worked_is_counted_to_the_end(house: House) -> None:
    house.publish(
        f"""
        {BEGINS}
        steps = [
          {{ uid = "w", kind = "wait", event = "shop.visited", timeout = "20d", then = "on" }},
          {{ uid = "stop", kind = "end" }},
          {{ uid = "on", kind = "branch", then = "w", if = {OFTEN} }},
          {SEND},
        ]
        """,
        "2026-01-01 00:00",
    )
    house.joins("ida", "2026-01-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    for minute in range(29):
        house.happens("shop.visited", "ida", f"2026-03-02 11:{minute:02}")
    house.tick("2026-03-02 12:00")
    assert house.state("ida") == "active"
    house.happens("shop.visited", "ida", "2026-03-02 13:00")
    house.tick("2026-03-02 13:00")
    assert house.letters() == ["2026-03-02 13:00 hello"]


def test_a_loop_at_nine_sharp_comes_round_once_a_day(house: House) -> None:
    house.publish(
        f'{BEGINS}steps = [{{ uid = "w", kind = "wait", at = "09:00" }}, {SEND}, {BACK}]', "2026-01-01 00:00"
    )
    house.joins("ida", "2026-01-02 08:00")
    house.happens("shop.began", "ida", "2026-03-26 10:00")
    house.tick_through("2026-03-26 10:00", "2026-03-30 12:00", hours=1)
    assert [letter.removesuffix(" hello") for letter in house.letters()] == [
        "2026-03-27 08:00",
        "2026-03-28 08:00",
        "2026-03-29 07:00",
        "2026-03-30 07:00",
    ]


def test_a_topic_on_a_letter_about_the_membership_itself_asks_nobody(house: House) -> None:
    house.publish(f'purpose = "transactional"\ntopic = "news"\n{BEGINS}steps = [{SEND}]', "2026-01-01 00:00")
    house.joins("ida", "2026-01-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    assert house.letters() == ["2026-03-02 10:00 hello"]


def test_two_letters_that_answer_at_once_are_one_that_does(house: House) -> None:
    house.rules('quiet_hours = { from = "21:00", to = "08:00" }')
    steps = ", ".join(f'{{ uid = "s{n}", kind = "send", letter = "l{n}", at_once = true }}' for n in (1, 2))
    house.publish(f"{BEGINS}steps = [{steps}]", "2026-01-01 00:00")
    house.joins("ida", "2026-01-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 22:00")
    house.tick("2026-03-02 22:00", "2026-03-03 07:00")
    assert house.letters() == ["2026-03-02 22:00 l1", "2026-03-03 07:00 l2"]


def test_a_repetition_for_each_subscription_comes_once_for_each_term_of_it(house: House) -> None:
    house.publish(
        'trigger = { every = "1mo", anchor = "joined_at", at = "09:00" }\n'
        f'reentry = "per subscription"\nsteps = [{SEND}]',
        "2026-01-01 00:00",
    )
    house.joins(
        "ida", "2026-01-02 08:00", subscription={"external_id": "s-1", "plan": "gold", "status": "active"}
    )
    for moment in ("2026-02-02 08:00", "2026-02-02 09:00", "2026-03-02 08:00", "2026-04-02 07:00"):
        house.tick(moment)
    assert house.letters() == [
        f"{moment} hello" for moment in ("2026-02-02 08:00", "2026-03-02 08:00", "2026-04-02 07:00")
    ]


@pytest.mark.parametrize(
    ("locale", "subject"),
    [
        ("da-DK", "dansk her"),
        ("da", "dansk"),
        ("da-GL", "dansk"),
        ("pt-br", "brasileiro"),
        ("pt", "english"),
        ("", "english"),
    ],
)
def test_a_letter_is_read_in_the_nearest_language_however_its_name_is_written(
    house: House, locale: str, subject: str
) -> None:
    languages = {"da": "dansk", "da-DK": "dansk her", "pt-BR": "brasileiro"}
    tables = "".join(
        f'[letters.{code}]\nsubject = "{word}"\nbody = "x"\n' for code, word in languages.items()
    )
    english = LETTER.replace('"x"', '"english"')
    house.publish(
        f"{BEGINS}steps = [{SEND}]\n{english}{tables}",
        "2026-01-01 00:00",
    )
    house.joins("ida", "2026-01-02 08:00", locale=locale)
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    assert Message.objects.get().subject == subject
