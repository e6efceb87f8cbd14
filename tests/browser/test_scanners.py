"""A scanner that opens every link of a letter in a real browser, scripts and all, and calls itself a phone."""

import contextlib
import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Error, Page
from pytest_django.live_server_helper import LiveServer

from lifecycle import clock
from mail import clicks
from mail.models import Click
from office.models import House
from tests.sinks import Sink
from tests.stories import scanning

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def browser_context_args() -> dict[str, object]:
    """A phone that runs scripts."""
    return {"user_agent": PHONE, "java_script_enabled": True, "ignore_https_errors": True}


def test_a_scanner_that_runs_scripts_changes_nothing(
    page: Page, live_server: LiveServer, sink: Sink, now: dt.datetime, settings: LazySettings, tmp_path: Path
) -> None:
    settings.BASE_URL, settings.TEST_CLOCK = live_server.url, tmp_path / "clock"
    settings.TEST_CLOCK.write_text((now + HOUR).isoformat())
    House.objects.update_or_create(
        defaults={"name": "Club", "postal_address": "Street 1", "counts_clicks": True}
    )
    _message, raw = scanning.letter(scanning.person(now), now, sink)
    clock.tick(now + HOUR)
    before = scanning.everything()
    asked: set[str] = set()
    page.context.on("request", lambda request: asked.add(request.url))
    for link in scanning.addresses(raw) * 2:
        leads_away = "/u/click/" in link or not link.startswith(live_server.url)
        tab = page.context.new_page()  # the error page of one that leads away would come between the next
        with contextlib.suppress(Error) if leads_away else contextlib.nullcontext():  # nobody is there
            tab.goto(link, wait_until="networkidle")
            assert tab.title()
        tab.close()
    assert set(scanning.ELSEWHERE) <= asked
    while clicks.judge(now + 2 * HOUR):
        pass
    clock.tick(now + HOUR)
    assert scanning.everything() == before
    assert set(Click.objects.values_list("by", flat=True)) == {Click.By.PROGRAM}
