"""Signing in with a code besides the password."""

import base64
import re

import pytest
from django.core import management, signing
from django.test import Client
from django_otp.oath import TOTP

from api import second_step, secrets
from api.models import SecondStep
from office import clock
from office.models import AuditEntry, User

PASSWORD = "four words about boats"


@pytest.fixture
def karen(db: None) -> User:
    return User.objects.create_user(
        "karen", password=PASSWORD, role=User.Role.OWNER, is_staff=True, is_superuser=True
    )


def code(user: User, ahead: int = 0) -> str:
    """What the app on the phone shows, so many steps from now."""
    secret = secrets.open_sealed(SecondStep.objects.get(user=user).secret)
    return f"{TOTP(base64.b32decode(secret), drift=ahead).token():06}"


def switched_on(user: User) -> list[str]:
    second_step.begin(user)
    paper = second_step.confirm(user, code(user, -1), clock.now())
    assert len(paper) == 10
    return paper


def half_way(user: User, after: str = "/members/") -> Client:
    """A browser in which the password was right."""
    browser = Client()
    answer = browser.post(f"/login/?next={after}", {"username": user.username, "password": PASSWORD})
    assert answer["Location"] == "/login/code"
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/members/").status_code == 200


def test_without_it_the_password_is_enough(karen: User) -> None:
    browser = Client()
    browser.post("/login/", {"username": "karen", "password": PASSWORD})
    assert is_in(browser)


def test_with_it_the_password_alone_opens_nothing(karen: User) -> None:
    switched_on(karen)
    browser = half_way(karen)
    assert not is_in(browser)
    assert browser.get("/admin/").status_code == 302
    answer = browser.post("/login/code", {"code": code(karen)})
    assert answer["Location"] == "/members/"
    assert is_in(browser)


def test_the_editors_desk_has_no_door_of_its_own(karen: User) -> None:
    switched_on(karen)
    answer = Client().post("/admin/login/?next=/admin/", {"username": "karen", "password": PASSWORD})
    assert answer["Location"] == "/login/?next=/admin/"


def test_a_code_is_taken_once(karen: User) -> None:
    switched_on(karen)
    said = code(karen)
    assert second_step.is_right(karen, said)
    assert not second_step.is_right(karen, said)
    assert second_step.is_right(karen, f" {code(karen, 1)[:3]} {code(karen, 1)[3:]} ")
    assert not second_step.is_right(karen, code(karen, 5))


@pytest.mark.parametrize("said", ["", "abc", "123 45", "１２３４５６", "-12345", "9" * 500, "\0"])
def test_nonsense_is_no_code(karen: User, said: str) -> None:
    switched_on(karen)
    browser = half_way(karen)
    assert browser.post("/login/code", {"code": said}).status_code == 422
    assert not is_in(browser)


def test_a_code_on_paper_lets_in_once(karen: User) -> None:
    first, *_others = switched_on(karen)
    for tries, status in ((1, 302), (2, 422)):
        answer = half_way(karen).post("/login/code", {"code": first.upper() + " "})
        assert answer.status_code == status, tries
    assert second_step.paper_left(karen) == 9


def test_guessing_ends_after_ten_codes_from_wherever_they_come(karen: User) -> None:
    switched_on(karen)
    answers = [half_way(karen).post("/login/code", {"code": "000000"}).status_code for _try in range(11)]
    assert answers[-1] == 429
    assert half_way(karen).post("/login/code", {"code": code(karen)}).status_code == 429


def test_half_way_ends_after_five_minutes(karen: User, monkeypatch: pytest.MonkeyPatch) -> None:
    switched_on(karen)
    browser = half_way(karen)
    session = browser.session
    session["half_signed_in"] |= {"at": session["half_signed_in"]["at"] - 301}
    session.save()
    assert browser.post("/login/code", {"code": code(karen)})["Location"] == "/login/"
    assert not is_in(browser)


def test_nobody_is_half_way_without_a_password(karen: User) -> None:
    switched_on(karen)
    assert Client().post("/login/code", {"code": code(karen)})["Location"] == "/login/"


def test_it_is_switched_on_with_the_app_at_hand(karen: User) -> None:
    browser = Client()
    browser.force_login(karen)
    page = browser.get("/settings/signing-in/code/").content.decode()
    (secret,) = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
    assert "data:image/svg+xml" in page
    assert browser.post("/settings/signing-in/code/", {"code": "000000"}).status_code == 422
    assert not second_step.is_on(karen)
    shown = browser.post("/settings/signing-in/code/", {"code": code(karen)}).content.decode()
    assert len(re.findall(r"<code>[a-z2-9]{4}-[a-z2-9]{4}</code>", shown)) == 10
    row = SecondStep.objects.get()
    assert secret not in row.secret
    assert all(paper not in str(row.paper) for paper in re.findall(r"<code>([a-z2-9-]{9})</code>", shown))
    assert "10 codes on paper" in browser.get("/settings/signing-in/").content.decode()
    assert browser.get("/settings/signing-in/code/").status_code == 302  # it is shown no more


def test_it_is_switched_off_with_the_password_only(karen: User) -> None:
    switched_on(karen)
    browser = Client()
    browser.force_login(karen)
    assert browser.post("/settings/signing-in/password", {"password": "x"}).status_code == 422
    assert second_step.is_on(karen)
    browser.post("/settings/signing-in/password", {"password": PASSWORD})
    assert not second_step.is_on(karen)
    assert [entry.deed for entry in AuditEntry.objects.order_by("pk")] == [
        "second_step.on",
        "second_step.off",
    ]


def test_an_owner_helps_who_lost_the_phone_and_others_cannot(karen: User) -> None:
    ole = User.objects.create_user("ole", password=PASSWORD, role=User.Role.EDITOR, is_staff=True)
    switched_on(karen)
    switched_on(ole)
    browser = Client()
    browser.force_login(ole)
    assert "karen" not in browser.get("/settings/signing-in/").content.decode()
    assert browser.post(f"/settings/signing-in/{karen.pk}/").status_code == 403
    assert second_step.is_on(karen)
    browser.force_login(karen)
    assert "ole" in browser.get("/settings/signing-in/").content.decode()
    browser.post(f"/settings/signing-in/{ole.pk}/")
    assert not second_step.is_on(ole)


def test_after_another_secret_key_no_code_is_right_and_the_command_helps(karen: User) -> None:
    switched_on(karen)
    SecondStep.objects.update(secret=signing.dumps("x"))
    assert half_way(karen).post("/login/code", {"code": "123456"}).status_code == 422
    management.call_command("ask_no_code", "karen")
    assert not second_step.is_on(karen)
    with pytest.raises(management.CommandError, match="nobody signs in as nils"):
        management.call_command("ask_no_code", "nils")
