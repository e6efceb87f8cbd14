"""Who may open what, and do what, on the staff pages: every address, every role, against one table."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from dashboard import urls
from lifecycle import urls as hall
from mail import pictures
from members.models import Member
from office import roles
from office.models import AuditEntry, User
from relationship.models import Task
from tests.dashboard.club import Club
from tests.mail import photos

OPEN = {"begin", "login", "login-code", "logout", "look", "language"}
HALL = [page for page in hall.urlpatterns if isinstance(page, URLPattern) and hasattr(page.callback, "deeds")]
PAGES: list[URLPattern] = [*(page for page in urls.urlpatterns if str(page.name) not in OPEN), *HALL]
DEEDS = ("task-outcome", "arrival-attempt", "arrivals-attempts", "event-attempt")
ROLES = [role.value for role in User.Role]


def addresses(club: Club) -> dict[str, str]:
    """Every address of the staff pages, with something that exists where that is needed."""
    args: dict[str, list[Any]] = {
        "task-outcome": [club.ole.uuid, club.task.pk],
        "letter": [club.letter.uuid],
        "letter-html": [club.letter.uuid],
        "arrival": [club.arrival.pk],
        "arrival-attempt": [club.arrival.pk],
        "event-attempt": [club.event.pk],
        "trade": ["club"],
        "picture-uses": [_picture()],
    }
    return {
        str(page.name): reverse(str(page.name), args=args.get(str(page.name)) or _args(page, club.ingrid))
        for page in PAGES
    }


def _picture() -> str:
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    return pictures.add(photos.drawing(), title="A leaf", alt="A green leaf", now=now).name


def _args(page: URLPattern, member: Member) -> list[Any]:
    kinds = [type(converter).__name__ for converter in page.pattern.converters.values()]
    known = {
        "UUIDConverter": member.uuid,
        "IntConverter": 1,
        "SlugConverter": "welcome",
        "StringConverter": "x",
    }
    return [known[kind] for kind in kinds]


def browser(role: str) -> Client:
    """Somebody of this role, signed in."""
    client = Client()
    client.force_login(User.objects.create_user(f"a-{role}", role=role))
    return client


def deeds(page: URLPattern) -> tuple[str, str]:
    """What looking at a page, and sending something to it, is in the table of roles; empty where it cannot be."""
    get, post = page.callback.deeds  # type: ignore[attr-defined]  # every page is behind `access`
    return get, post


def test_nobody_sees_a_page_without_signing_in(club: Club, client: Client) -> None:
    for name, address in addresses(club).items():
        answers = [client.get(address), client.post(address)]
        assert all(answer.status_code in (302, 405) for answer in answers), name
        assert all(
            answer["Location"].startswith("/login/") for answer in answers if answer.status_code == 302
        )


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_open_to_exactly_those_who_may(club: Club, role: str) -> None:
    somebody, user = browser(role), User.objects.get(username=f"a-{role}")
    found = addresses(club)
    for page in PAGES:
        answer = somebody.get(found[str(page.name)])
        get, post = deeds(page)
        is_refused = not roles.may(user, get or post)
        assert (answer.status_code == 403) == is_refused, (page.name, answer.status_code)
        assert answer.status_code < 500, page.name


@pytest.mark.parametrize("role", ROLES)
def test_every_deed_is_done_by_exactly_those_who_may(db: None, role: str) -> None:
    """Nothing exists here, so nothing is done: who may is told that, who may not is refused before."""
    somebody, user = browser(role), User.objects.get(username=f"a-{role}")
    nobody = Member(uuid=uuid.uuid4())
    for page in PAGES:
        answer = somebody.post(reverse(str(page.name), args=_args(page, nobody)))
        get, post = deeds(page)
        if not roles.may(user, post or get):
            assert answer.status_code == 403, page.name
        elif post:
            assert answer.status_code not in (403, 405, 500), (page.name, answer.status_code)
        else:
            assert answer.status_code == 405, page.name


def test_the_pages_of_the_hall_are_walked_too() -> None:
    assert {page.name for page in HALL} == {"status", "trades", "trade"}


def test_every_page_says_what_it_is_for() -> None:
    unguarded = [page.name for page in PAGES if not hasattr(page.callback, "deeds")]
    assert unguarded == []
    assert {deed for page in PAGES for deed in deeds(page)} - {""} <= set(roles.MAY)


def test_the_page_of_parts_is_for_superusers(admin_client: Client) -> None:
    assert admin_client.get("/parts/").status_code == 200


@pytest.mark.parametrize("name", DEEDS)
def test_who_may_only_read_changes_nothing(club: Club, reader: Client, name: str) -> None:
    answer = reader.post(addresses(club)[name], {"outcome": "done"})
    assert answer.status_code == 403
    assert b"You may read everything here and change nothing." in answer.content
    assert Task.objects.get(key="t").done_at is None
    assert not AuditEntry.objects.filter(user__username="revisor").exists()


def test_who_may_only_read_is_offered_no_deed(club: Club, reader: Client) -> None:
    pages = [reader.get(address) for address in addresses(club).values()]
    for words in (b"Try again", b"Not needed</button>", b"Wants them</button>", b"Erase this", b"Take apart"):
        assert not any(words in page.content for page in pages), words


def test_what_only_an_owner_may_is_offered_to_nobody_else(club: Club) -> None:
    address = f"/members/{club.ingrid.uuid}/"
    assert b"Erase this" in browser("owner").get(address).content
    for role in ("editor", "staff"):
        page = browser(role).get(address).content
        assert b"This person is here twice" in page
        assert b"Erase this" not in page
        assert b"Copy of everything" not in page


def test_pages_are_kept_in_no_shared_cache(staff: Client) -> None:
    answer = staff.get("/members/")
    assert "private" in answer["Cache-Control"]
    assert "HX-Request" in answer["Vary"]
