"""Thirty pairs as clubs have them on their lists: who is one person twice, and who only looks like it."""

import pytest

from intake.importing.likeness import Person, is_likely_one

YEAR = 2026


def who(name: str, born: str = "", **known: str) -> Person:
    """Somebody by name; `born` is a year or a day."""
    first, _space, last = name.rpartition(" ")
    day = born if "-" in born else ""
    return Person(first, last, day, born[:4], **known)


ONE = {
    "typed twice": (who("Mette Holm", "1980-04-02"), who("Mette Holm", "1980-04-02")),
    "a new e-mail": (
        who("Ole Brandt", "1961-01-09", email="ole@old.example"),
        who("Ole Brandt", "1961-01-09", email="ole@new.example"),
    ),
    "signs written out": (who("Åse Kjær", "1955-06-30"), who("Aase Kjaer", "1955-06-30")),
    "signs lost": (
        who("Søren Østergaard", "1972", phone="30123456"),
        who("Soren Ostergaard", "1972", phone="30123456"),
    ),
    "one letter too few": (who("Mette Holm", "1980"), who("Mete Holm", "1980")),
    "another spelling": (who("Kristian Bak", "1990-10-01"), who("Christian Bak", "1990-10-01")),
    "letters swapped": (who("Jesper Lund", "1968-12-24"), who("Jepser Lund", "1968-12-24")),
    "a second name": (who("Anna Holm", "1975-05-05"), who("Anna Marie Holm", "1975-05-05")),
    "a married name": (
        who("Lone Dahl", "1983-03-03", email="lone@example.com"),
        who("Lone Krogh", "1983-03-03", email="lone@example.com"),
    ),
    "name turned round": (who("Hanne Bæk", "1959-08-17"), Person("Bæk", "Hanne", "1959-08-17", "1959")),
    "day and month turned": (who("Niels Thygesen", "1970-03-02"), who("Niels Thygesen", "1970-02-03")),
    "no birth, own e-mail": (
        who("Karen Holm", email="karen@example.com"),
        who("Karen Holm", email="karen@example.com"),
    ),
    "no birth, own phone": (
        who("Bent Lund", phone="+45 30 12 34 56"),
        who("Bent Lund", "1950", phone="30123456"),
    ),
    "a slip and one e-mail": (
        who("Gitta Møller", "1966", email="gm@example.com"),
        who("Gitte Møller", "1966", email="gm@example.com"),
    ),
    "an initial and one e-mail": (
        who("P. Vestergaard", "1948", email="poul@example.com"),
        who("Poul Vestergaard", "1948", email="poul@example.com"),
    ),
}
HOME = {"email": "holm@example.com", "phone": "75123456", "home": "havnegade 1"}
TWO = {
    "twins": (who("Karen Holm", "2014-02-02", **HOME), who("Karin Holm", "2014-02-02", **HOME)),
    "twins far apart": (who("Maja Holm", "2014-02-02", **HOME), who("Signe Holm", "2014-02-02", **HOME)),
    "grown twins": (
        who("Anna Lund", "1985-02-02", home="torvet 2", email="anna@example.com"),
        who("Anne Lund", "1985-02-02", home="torvet 2", email="anne@example.com"),
    ),
    "siblings": (who("Mads Holm", "2012-01-01", **HOME), who("Mats Holm", "2014-01-01", **HOME)),
    "siblings without birth": (who("Hans Holm", **HOME), who("Jens Holm", **HOME)),
    "father and son": (who("Jens Hansen", "1960-01-01", **HOME), who("Jens Hansen", "1990-06-01", **HOME)),
    "father and son by year": (who("Jens Hansen", "1960", **HOME), who("Jens Hansen", "1990", **HOME)),
    "father and son, one house, no birth": (
        who("Jens Hansen", home="åvej 3"),
        who("Jens Hansen", home="åvej 3"),
    ),
    "junior": (
        who("Poul Krogh", email="krogh@example.com"),
        who("Poul Krogh jun.", email="krogh@example.com"),
    ),
    "a couple": (who("Ole Holm", "1960", **HOME), who("Lone Holm", "1960", **HOME)),
    "one name, two towns": (
        who("Jens Nielsen", "1970", email="jens@a.example", home="torvet 1"),
        who("Jens Nielsen", "1970", email="jens@b.example", home="algade 9"),
    ),
    "one name, nothing known": (who("Jens Nielsen"), who("Jens Nielsen")),
    "one day, other family": (who("Lone Dahl", "1983-03-03"), who("Lone Krogh", "1983-03-03")),
    "one mailbox for the office": (
        who("Per Bak", email="office@example.com"),
        who("Eva Bak", email="office@example.com"),
    ),
    "cousins": (who("Emma Lund", "2009", phone="20111111"), who("Emmy Lund", "2009", phone="20222222")),
}


@pytest.mark.parametrize("name", ONE)
def test_one_person_written_down_twice_is_found(name: str) -> None:
    one, other = ONE[name]
    assert is_likely_one(one, other, YEAR)
    assert is_likely_one(other, one, YEAR)


@pytest.mark.parametrize("name", TWO)
def test_two_people_are_left_alone(name: str) -> None:
    one, other = TWO[name]
    assert not is_likely_one(one, other, YEAR)
    assert not is_likely_one(other, one, YEAR)
