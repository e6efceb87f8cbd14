"""Whether two lines are likely one person: what speaks for it, and what against, however alike they are called.

A family shares its address, its telephone and often an e-mail; twins share their day of birth too, and a son may be
called as his father. So a name alone is never enough, and a different birth, or “junior”, outweighs everything.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

GROWN: Final = 18  # years: only grown-ups have an e-mail and a telephone to themselves
MARKS: Final = {"jun": "jr", "junior": "jr", "jr": "jr", "sen": "sr", "senior": "sr", "sr": "sr"}
_SIGNS = str.maketrans({"æ": "a", "ø": "o", "å": "a", "ð": "d", "þ": "t", "ł": "l"})
# One sound, many spellings: Åse and Aase, Kristian and Christian, Sofie and Sophie, Mette and Mete.
_SOUNDS = (
    ("ae", "a"),
    ("oe", "o"),
    ("th", "t"),
    ("ph", "f"),
    ("ck", "k"),
    ("ch", "k"),
    ("c", "k"),
    ("w", "v"),
)
_DOUBLED = re.compile(r"(.)\1+")


class Like(IntEnum):
    """How far two names agree."""

    NO, NEARLY, SAME = 0, 1, 2


@dataclass(frozen=True)
class Person:
    """What a list or the register tells of somebody; empty is not known. `born` is a day (ISO 8601) or empty."""

    first: str
    last: str
    born: str = ""
    year: str = ""
    email: str = ""
    phone: str = ""
    home: str = ""


def is_likely_one(one: Person, other: Person, this_year: int) -> bool:
    """Whether a person should look at these two: enough is the same, and nothing tells them apart."""
    first, last = _likeness(_words(one.first), _words(other.first)), _family(one.last, other.last)
    if first is Like.NO and _turned_round(one, other):
        first = last = Like.SAME
    if not first or _are_told_apart(one, other):
        return False
    shared, own, differing = _contacts(one, other)
    same_day = bool(one.born and other.born)  # days that differ told them apart already
    if not last:  # a married name
        return first is Like.SAME and same_day and own
    if first is Like.NEARLY:  # twins and siblings: Karen and Karin
        return own and _is_grown(one, other, this_year)
    if same_day:
        return True
    if one.year and other.year:
        return shared > 0 or not differing
    return bool(own)


def folded(name: str) -> str:
    """A name as it sounds, without signs over letters, and without what tells a son from his father."""
    return " ".join(word for word in _words(name) if word not in MARKS)


def digits(phone: str) -> str:
    """The last eight digits of a telephone number: with and without the country it is the same."""
    return re.sub(r"\D", "", phone)[-8:]


def _are_told_apart(one: Person, other: Person) -> bool:
    if one.born and other.born and one.born != other.born:
        return not _day_and_month_turned(one.born, other.born)
    if one.year and other.year and one.year != other.year:
        return True
    return _generation(one) != _generation(other)


def _day_and_month_turned(one: str, other: str) -> bool:
    return (one[:4], one[5:7], one[8:10]) == (other[:4], other[8:10], other[5:7])


def _generation(person: Person) -> set[str]:
    return {MARKS[word] for word in _words(f"{person.first} {person.last}") if word in MARKS}


def _turned_round(one: Person, other: Person) -> bool:
    return bool(one.last and other.last) and (folded(one.first), folded(one.last)) == (
        folded(other.last),
        folded(other.first),
    )


def _contacts(one: Person, other: Person) -> tuple[int, bool, bool]:
    """How many ways to reach them agree; whether an e-mail or telephone does; whether any differs."""
    pairs: Mapping[str, tuple[str, str]] = {
        "email": (one.email, other.email),
        "phone": (digits(one.phone), digits(other.phone)),
        "home": (one.home, other.home),
    }
    told = {name: mine == theirs for name, (mine, theirs) in pairs.items() if mine and theirs}
    own = told.get("email", False) or told.get("phone", False)
    return sum(told.values()), own, not all(told.values())


def _is_grown(one: Person, other: Person, this_year: int) -> bool:
    year = one.year or other.year
    is_same_year = bool(one.year and other.year)
    return is_same_year and year.isdigit() and this_year - int(year) >= GROWN


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKD", name.casefold().translate(_SIGNS))
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    words = re.findall(r"\w+", text.replace("_", " "))
    return [word if word in MARKS else _sound(word) for word in words]


def _sound(word: str) -> str:
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return _DOUBLED.sub(r"\1", word)


def _family(one: str, other: str) -> Like:
    return Like.SAME if not one or not other else _likeness(_words(one), _words(other))


def _likeness(one: list[str], other: list[str]) -> Like:
    one, other = ([word for word in words if word not in MARKS] for words in (one, other))
    if not one or not other:
        return Like.NO
    fewer, more = sorted((set(one), set(other)), key=len)
    if fewer <= more or _is_swapped("".join(one), "".join(other)):
        return Like.SAME
    initial = min(one[0], other[0], key=len)
    if len(initial) == 1 and one[0][0] == other[0][0]:
        return Like.NEARLY
    return Like.NEARLY if _is_one_letter_off("".join(one), "".join(other)) else Like.NO


def _is_swapped(one: str, other: str) -> bool:
    """Two neighbouring letters the wrong way round: a slip, never another name."""
    places = [place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]]
    if len(one) != len(other) or len(places) != 2 or places[1] - places[0] != 1:
        return False
    left, right = places
    return (one[left], one[right]) == (other[right], other[left])


def _is_one_letter_off(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(short) < 4 or len(long) - len(short) > 1:
        return False
    place = next(
        (at for at, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short)
    )
    return long[place + 1 :] == short[place + (len(short) == len(long)) :]
