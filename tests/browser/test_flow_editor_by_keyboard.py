"""The whole way of an editor by keyboard alone, with scripts and without: steps, a letter, a condition, publishing."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from flows.editing import parts
from flows.models import Enrolment, Flow
from tests import cast
from tests.dashboard.club import Club
from tests.flows import making

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def keyboard(request: pytest.FixtureRequest, signed_in: None, page: Page, browser: Browser) -> Iterator[Page]:
    """A page of somebody who has no mouse."""
    state = page.context.storage_state()
    context = browser.new_context(java_script_enabled=request.param, storage_state=state)
    yield context.new_page()
    context.close()


def come_to(page: Page, target: Locator) -> None:
    """Presses Tab until this has the focus; it cannot be reached by keyboard where it never has."""
    expect(target).to_be_visible()
    for _ in range(150):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached with the Tab key")


def choose(page: Page, label: str, words: str) -> None:
    """Chooses from a list by typing how the choice begins."""
    come_to(page, page.get_by_label(label, exact=True).first)
    page.keyboard.type(words)


def press(page: Page, target: Locator) -> None:
    """Comes to a button or link and presses Enter."""
    come_to(page, target)
    page.keyboard.press("Enter")


def write(page: Page, label: str, words: str) -> None:
    """Comes to a field and writes over what it says."""
    come_to(page, page.get_by_label(label, exact=True).first)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(words)


def uids(flow: Flow) -> list[str]:
    flow.refresh_from_db()
    return [step["uid"] for step in parts.steps(flow.draft)]


def test_a_flow_is_changed_and_published_by_keyboard_alone(
    keyboard: Page, live_server: LiveServer, club: Club
) -> None:
    page, flow = keyboard, Flow.objects.get(slug="welcome")
    page.goto(live_server.url + reverse("admin:flows_flow_change", args=[flow.pk]))
    known = uids(flow)
    choose(page, "Add", "Task")
    press(page, page.get_by_role("button", name="Add the step"))
    write(page, "What somebody is to do", "Write a card")
    press(page, page.get_by_role("button", name="Save and close"))
    (task,) = set(uids(flow)) - set(known)
    press(page, page.locator(f"#up-{task}"))
    expect(page.locator("[data-uid]").nth(-2)).to_have_attribute("data-uid", task)
    press(page, page.get_by_role("button", name="Take out Task: Write a card"))
    expect(page.get_by_text("Taken out: ")).to_be_visible()
    assert uids(flow) == known
    press(page, page.get_by_role("button", name="Undo"))
    expect(page.locator(f"[data-uid={task}]")).to_be_visible()
    press(page, page.locator("[data-uid=start] a.says"))
    write(page, "Subject", "Ten minutes, no more")
    press(page, page.get_by_role("button", name="Save and close"))
    expect(page.locator("[data-uid=start]")).to_contain_text("Ten minutes, no more")
    press(page, page.get_by_role("link", name="Change how it begins and ends"))
    choose(page, "What is asked", "tags")
    if (look := page.get_by_role("button", name="Show what these choices say")).count():  # without scripts
        press(page, look)
    write(page, "Compared with", "vip")
    press(page, page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_role("heading", name="How it runs")).to_be_visible()
    flow.refresh_from_db()
    assert flow.draft["entry"] == {"all": [{"fact": "tags", "op": "contains", "value": "vip"}]}
    press(page, page.get_by_role("link", name="Publish"))
    expect(page.get_by_text("1 person in the flow has not had it yet.").first).to_be_visible()
    come_to(page, page.get_by_label("Stay as they are").first)
    page.keyboard.press("ArrowDown")
    press(page, page.get_by_role("button", name="Publish version 2"))
    expect(page.get_by_role("status").first).to_contain_text("Version 2 is live. 1 person goes on with it.")
    assert Enrolment.objects.filter(version__number=2, status="active").count() == 1
    press(page, page.get_by_role("button", name="Back to this version 1"))
    press(page, page.get_by_role("button", name="Publish version 3"))
    expect(page.get_by_role("status").first).to_contain_text("Version 3 is live.")
    flow.refresh_from_db()
    first, *_others, last = flow.versions.order_by("number")
    assert first.definition["steps"] == last.definition["steps"]


def test_a_file_goes_down_and_up_again(keyboard: Page, live_server: LiveServer, club: Club) -> None:
    page, flow = keyboard, Flow.objects.get(slug="welcome")
    page.goto(live_server.url + reverse("admin:flows_flow_change", args=[flow.pk]))
    before = flow.draft
    press(page, page.locator("summary", has_text="More: copy, delete"))
    with page.expect_download() as coming:
        press(page, page.get_by_role("link", name="Download as a file"))
    text = coming.value.path().read_text()
    changed = text.replace("Ten minutes, and you're under way", "Ten minutes with us")
    sent = [
        ("welcome.toml", changed),
        ("wrong.toml", changed.replace('uid = "d2"', "uid = 2")),
        ("same.toml", text),
    ]
    said = [
        "The file is the draft of “Welcome to the club” now.",
        "must be a text, in quotation marks",
        "The file is",
    ]
    for (name, content), words in zip(sent, said, strict=True):
        page.goto(live_server.url + reverse("admin:flows_flow_change", args=[flow.pk]))
        press(page, page.locator("summary", has_text="More: copy, delete"))
        page.get_by_label("Put a TOML file in place of the draft").set_input_files(
            {"name": name, "mimeType": "application/toml", "buffer": content.encode()}
        )
        press(page, page.get_by_role("button", name="Upload"))
        expect(page.get_by_text(words).first).to_be_visible()
        flow.refresh_from_db()
        is_same = flow.draft == before
        assert is_same == (name == "same.toml")
    assert flow.versions.count() == 1


def test_a_letter_is_read_as_a_real_member_as_somebody_without_a_name_and_on_a_phone(
    keyboard: Page, live_server: LiveServer, club: Club
) -> None:
    page, flow = keyboard, Flow.objects.get(slug="welcome")
    page.goto(live_server.url + reverse("admin:flows_flow_step", args=[flow.pk, "hello"]))
    press(page, page.get_by_role("link", name="Read it as a member"))
    letter = page.frame_locator("iframe")
    expect(letter.get_by_text("Member no. 1042")).to_be_visible()
    come_to(page, page.get_by_label("Read it as"))
    page.keyboard.type("ole")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name=club.ole.name))
    expect(page.get_by_role("heading", name=f"As {club.ole.name} would read it")).to_be_visible()
    expect(letter.get_by_text(f"Hi {club.ole.first_name},")).to_be_visible()
    press(page, page.get_by_role("link", name="Phone"))
    press(page, page.get_by_role("link", name="Dark"))
    expect(page.locator(".sheet.phone")).to_be_visible()
    expect(letter.get_by_text(f"Hi {club.ole.first_name},")).to_be_visible()
    press(page, page.get_by_role("link", name="As somebody without a name"))
    expect(letter.get_by_text("Hi friend,")).to_be_visible()
    expect(page.locator(".sheet.phone")).to_be_visible()


def test_the_first_letters_of_a_new_flow_are_read_one_is_thrown_away_and_it_is_let_run(
    keyboard: Page, live_server: LiveServer, club: Club, now: dt.datetime
) -> None:
    page = keyboard
    definition = making.definition(
        [{"uid": "hello", "kind": "send", "letter": "hello"}], slug="spring", name="Spring"
    )
    flow = Flow.objects.create(slug="spring", name="Spring", draft=definition)
    page.goto(live_server.url + reverse("admin:flows_flow_publish", args=[flow.pk]))
    expect(
        page.get_by_text("Its first 10 letters wait here until you have read some and let it run.")
    ).to_be_visible()
    press(page, page.get_by_role("button", name="Publish version 1"))
    expect(page.get_by_text("There is none yet.")).to_be_visible()
    for name in ("Ada", "Bea", "Cia"):
        member = cast.join(name, now, quiet=True, first_name=name, email=f"{name}@example.com").member
        making.happens(member, making.BEGAN, now)
    making.work(now)
    page.reload()
    come_to(page, page.get_by_label("Bea"))
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Throw away the ticked letters"))
    expect(page.get_by_text("1 letter was thrown away.")).to_be_visible()
    press(page, page.get_by_role("button", name="Let it run"))
    expect(page.get_by_text("The flow runs. 2 letters are on their way.")).to_be_visible()
    flow.refresh_from_db()
    assert (flow.letters_to_hold, flow.asks_to_run_at) == (0, None)
