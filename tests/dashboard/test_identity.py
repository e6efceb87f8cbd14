"""Permissions, family, companies, one person twice, a copy, and being forgotten: as staff do it."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from members import consent, merging_members
from members.models import Account, Member, Merge
from office.models import AuditEntry, User
from tests import cast
from tests.dashboard.club import Club


@pytest.fixture
def owner(db: None) -> Client:
    """The browser of an owner."""
    browser = Client()
    browser.force_login(User.objects.create_user("owner", first_name="Ove", role="owner", is_staff=True))
    return browser


@pytest.fixture(autouse=True)
def var(settings: LazySettings, tmp_path: Path) -> None:
    """Files of these tests lie apart."""
    settings.VAR_DIR = tmp_path


def test_a_permission_needs_a_proof(club: Club, staff: Client) -> None:
    address = f"/members/{club.ingrid.uuid}/consents"
    page = staff.post(address, {"topic": "news", "granted": "yes", "proof": " "}, follow=True)
    assert "Write down how you know" in page.content.decode()
    assert not club.ingrid.consents.filter(topic="news").exists()
    staff.post(address, {"topic": "news", "granted": "yes", "proof": "said so at the bar"})
    staff.post(address, {"topic": "membership", "granted": "no", "proof": "by phone"})
    lines = consent.standing([club.ingrid.pk])
    assert lines[club.ingrid.pk, "news"].granted
    assert not lines[club.ingrid.pk, "membership"].granted
    page = staff.get(f"/members/{club.ingrid.uuid}/")
    assert "said so at the bar" in page.content.decode()
    assert "the bar" not in json.dumps(list(AuditEntry.objects.values_list("details", flat=True)))


def test_a_family_is_put_together_by_name(club: Club, staff: Client) -> None:
    staff.post(f"/members/{club.ole.uuid}/household", {"who": "Ingrid"})
    staff.post(f"/members/{club.ole.uuid}/guardian", {"who": f"#{club.ingrid.pk}"})
    page = staff.get(f"/members/{club.ole.uuid}/").content.decode()
    assert page.count("Ingrid Østergaard") >= 3
    assert "Letters go to" in page
    assert "Ole Brandt" in staff.get(f"/members/{club.ingrid.uuid}/").content.decode()


def test_several_people_of_one_name_are_not_guessed_between(
    club: Club, staff: Client, now: dt.datetime
) -> None:
    cast.join("ingrid-2", now, first_name="Ingrid")
    page = staff.post(f"/members/{club.ole.uuid}/guardian", {"who": "Ingrid"}, follow=True).content.decode()
    assert "is several people" in page
    club.ole.refresh_from_db()
    assert club.ole.guardian is None


def test_companies_have_their_people(club: Club, staff: Client) -> None:
    acme = Account.objects.create(external_id="acme", name="Acme & Sons")
    staff.post(f"/members/{club.ole.uuid}/company", {"company": "acme"})
    assert "Acme &amp; Sons" in staff.get("/companies/").content.decode()
    page = staff.get(f"/companies/{acme.pk}/").content.decode()
    assert "Ole Brandt" in page
    assert "Ingrid" not in page


def test_one_person_twice_is_found_seen_and_merged(club: Club, staff: Client, now: dt.datetime) -> None:
    double = cast.join("i-2", now, first_name="ingrid", last_name="østergaard", phone="77").member
    address = f"/members/{club.ingrid.uuid}/merge/"
    exact = cast.join("i-3", now, email="ingrid@example.com").member
    assert f"?with={exact.uuid}" in staff.get(address).content.decode()
    assert "Becomes part of it" in staff.get(f"{address}?with={double.uuid}").content.decode()
    assert not Merge.objects.exists()
    staff.post(address, {"with": str(double.uuid)})
    moved = staff.get(f"/members/{double.uuid}/")
    assert (moved.status_code, moved["Location"]) == (302, f"/members/{club.ingrid.uuid}/")
    page = staff.get(f"/members/{club.ingrid.uuid}/").content.decode()
    assert "Take apart" in page
    assert "Two rows of one person became one" in page
    staff.post(f"/members/{club.ingrid.uuid}/merge/{Merge.objects.get().pk}/reversal")
    assert staff.get(f"/members/{double.uuid}/").status_code == 200


def test_an_old_uuid_is_the_member_who_stayed_for_programs_and_letters(
    club: Club, client: Client, now: dt.datetime
) -> None:
    from api import keys, links

    double = cast.join("i-2", now, first_name="Inga").member
    old = links.url("preferences", double.uuid)
    merging_members.merge(club.ingrid, double, None, now)
    key = keys.create("till", ["members:read"], now)
    said = client.get(f"/api/v1/members/{double.uuid}/", headers={"authorization": f"Bearer {key}"}).json()
    assert (said["id"], said["external_id"], said["account"]) == (str(club.ingrid.uuid), "ingrid", None)
    listed = client.get("/api/v1/members/", headers={"authorization": f"Bearer {key}"}).json()
    assert str(double.uuid) not in {row["id"] for row in listed["results"]}
    client.post(old, {"topic": []})
    assert not consent.standing([club.ingrid.pk])[club.ingrid.pk, "membership"].granted


def test_an_owner_takes_a_copy_of_everything_known(club: Club, owner: Client, staff: Client) -> None:
    address = f"/members/{club.ingrid.uuid}/export"
    assert staff.post(address).status_code == 403
    answer = owner.post(address)
    known = json.loads(answer.content)
    assert "attachment" in answer["Content-Disposition"]
    assert known["member"][0]["email"] == "ingrid@example.com"
    assert {"mail.Message", "members.Event", "flows.StepRun", "arrivals", "changes_by_staff"} <= set(known)
    assert AuditEntry.objects.get(deed="member.exported").member == club.ingrid.uuid


def test_an_owner_erases_by_writing_the_number(club: Club, owner: Client) -> None:
    address = f"/members/{club.ingrid.uuid}/erasure/"
    assert "There is no way back" in owner.get(address).content.decode()
    owner.post(address, {"number": "0"})
    assert not Member.objects.get(pk=club.ingrid.pk).erased_at
    owner.post(address, {"number": f"#{club.ingrid.pk}"})
    assert Member.objects.get(pk=club.ingrid.pk).erased_at
    page = owner.get(f"/members/{club.ingrid.uuid}/").content.decode()
    assert "was erased on" in page
    assert "Ingrid" not in page
    assert owner.get(address).status_code == 404


def test_changes_are_told_in_sentences(club: Club, owner: Client, now: dt.datetime) -> None:
    double = cast.join("i-2", now, first_name="Inga").member
    owner.post(f"/members/{club.ingrid.uuid}/merge/", {"with": str(double.uuid)})
    owner.post(f"/members/{club.ole.uuid}/consents", {"topic": "news", "granted": "no", "proof": "x"})
    page = owner.get("/settings/changes/").content.decode()
    assert f"<b>Ove</b> merged Ingrid Østergaard with no. {double.pk}" in page
    assert "wrote down that Ole Brandt wants no letters about news" in page
    only = owner.get("/settings/changes/?about=consent").content.decode()
    assert "merged Ingrid" not in only
    assert "wants no letters" in only
    about = owner.get(f"/settings/changes/?member={club.ole.uuid}").content.decode()
    assert "Only about Ole Brandt." in about
    assert "merged Ingrid" not in about


def test_what_was_done_to_somebody_erased_has_no_name(club: Club, owner: Client, now: dt.datetime) -> None:
    owner.post(f"/members/{club.ole.uuid}/consents", {"topic": "news", "granted": "no", "proof": "x"})
    owner.post(f"/members/{club.ole.uuid}/erasure/", {"number": str(club.ole.pk)})
    page = owner.get("/settings/changes/").content.decode()
    assert "Brandt" not in page.replace("“Call Ole”", "")
    assert "somebody erased" in page


def test_a_strange_deed_is_told_as_well_as_can_be(owner: Client, now: dt.datetime) -> None:
    AuditEntry.objects.create(at=now, deed="offer.made", subject="100% off", details={"count": 3})
    AuditEntry.objects.create(
        at=now, deed="plan.changed", subject="Full", details={"before": {"amount": 1}, "after": {"amount": 2}}
    )
    page = owner.get("/settings/changes/").content.decode()
    assert "100% off" in page
    assert "3 rows" in page
    assert "Price: 1 → 2" in page
