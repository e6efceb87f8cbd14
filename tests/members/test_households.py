import datetime as dt

import pytest

from members import households
from members.models import Member
from office.models import AuditEntry, User
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db: None) -> User:
    """Somebody who works here."""
    return User.objects.create_user("anna")


@pytest.fixture
def family(now: dt.datetime) -> tuple[Member, Member, Member]:
    """A mother, a father without e-mail, and a child."""
    mother = cast.join("m", now, first_name="Mette", last_name="Lund", email="mette@example.com").member
    father = cast.join("f", now, first_name="Finn", last_name="Lund").member
    return mother, father, cast.join("c", now, first_name="Cille", last_name="Lund").member


def test_who_lives_together_has_one_word(family: tuple[Member, ...], anna: User, now: dt.datetime) -> None:
    mother, father, child = family
    households.live_with(father, mother, anna, now)
    households.live_with(child, mother, anna, now)
    assert households.mates(mother) == [child, father]
    households.move_out(father, anna, now)
    assert households.mates(mother) == [child]
    assert households.mates(father) == []


def test_a_guardian_gets_the_letters_of_those_in_their_care(
    family: tuple[Member, ...], anna: User, now: dt.datetime
) -> None:
    mother, _father, child = family
    households.give_guardian(child, mother, anna, now)
    assert households.wards(mother) == [child]
    households.give_guardian(child, None, anna, now)
    assert households.wards(mother) == []
    assert AuditEntry.objects.filter(deed="guardian.changed", member=child.uuid, user=anna).count() == 2


def test_letters_end_at_somebodys_address(family: tuple[Member, ...], anna: User, now: dt.datetime) -> None:
    mother, father, child = family
    households.give_guardian(child, mother, anna, now)
    for member, guardian in ((mother, mother), (father, child), (mother, father)):
        with pytest.raises(households.NotPossible):
            households.give_guardian(member, guardian, anna, now)
