"""Who the people of the demo club are: names, addresses, families."""

import unicodedata
from dataclasses import dataclass, replace
from random import Random

DANISH = (
    "Mette Søren Anne Lars Hanne Niels Kirsten Jens Ingrid Peter Karen Henrik Lone Morten Birgitte Anders Camilla "
    "Rasmus Ida Mikkel Freja Emil Sofie Oliver Astrid Frederik Signe Magnus Line Jakob Dorthe Ole Inge Poul Bodil "
    "Kasper Maja Thomas Trine Jørgen Åse Gitte Bent Ulla Claus Pia Steen Nanna Asger Vibeke"
).split()
FAMILIES = (
    "Nielsen Jensen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen "
    "Kristensen Olsen Thomsen Christiansen Poulsen Johansen Møller Mortensen Østergaard Lund Holm Schmidt Dahl "
    "Brandt Bak Kjær Vestergaard Friis Bruun Skov Toft Winther Bjerre Nørgaard Krogh Lindegaard Hald Damgaard"
).split()
FOREIGN = (
    ("Aisha", "Khan", "en", "DK", "Europe/Copenhagen"),
    ("Tomasz", "Wójcik", "en", "DK", "Europe/Copenhagen"),
    ("Emily", "Carter", "en-GB", "GB", "Europe/London"),
    ("Giulia", "Rossi", "en", "DK", "Europe/Copenhagen"),
    ("Nguyễn", "Thị Mai", "en", "DK", "Europe/Copenhagen"),
    ("Sean", "O'Brien", "en", "IE", "Europe/Dublin"),
    ("Jóhanna", "á Lakjuni", "da", "FO", "Atlantic/Faroe"),
    ("Grace", "Miller", "en-US", "US", "America/New_York"),
    ("Björn", "Lindqvist", "en", "SE", "Europe/Stockholm"),
    ("Fatima", "El-Amin", "en", "DK", "Europe/Copenhagen"),
    ("Hiroshi", "Tanaka", "en", "DK", "Europe/Copenhagen"),
    ("Kari", "Nordmann", "en", "NO", "Europe/Oslo"),
)
LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ł": "l", "đ": "d", "'": "", " ": "-"})


@dataclass(frozen=True)
class Person:
    """Somebody, before anything happened to them; `household` is shared by a family."""

    first_name: str
    last_name: str
    email: str
    phone: str
    locale: str
    country: str
    time_zone: str
    household: int


def invent(rng: Random, number: int) -> list[Person]:
    """`number` people: mostly Danish, some from elsewhere, some families on one address, a few without e-mail."""
    taken: set[str] = set()
    people: list[Person] = []
    for place in range(number):
        before = people[-1] if people else None
        if before and before.country == "DK" and before.email and rng.random() < 0.12:
            people.append(_relative(rng, before))
        else:
            people.append(_reachable(rng, _stranger(rng, place), taken))
    return people


def _stranger(rng: Random, household: int) -> Person:
    if rng.random() < 0.14:
        first, last, locale, country, zone = rng.choice(FOREIGN)
        if rng.random() < 0.5:
            last = rng.choice(FAMILIES)
        return Person(first, last, "", "", locale, country, zone, household)
    locale = rng.choice(("da", "da", "da", "da", "da", "da-DK", "", "en"))
    zone = "" if rng.random() < 0.1 else "Europe/Copenhagen"
    return Person(rng.choice(DANISH), rng.choice(FAMILIES), "", "", locale, "DK", zone, household)


def _relative(rng: Random, before: Person) -> Person:
    others = [name for name in DANISH if name != before.first_name]
    return replace(before, first_name=rng.choice(others), phone=_phone(rng))


def _reachable(rng: Random, person: Person, taken: set[str]) -> Person:
    email = "" if rng.random() < 0.05 else _address(rng, person, taken)
    phone = _phone(rng) if not email or rng.random() < 0.8 else ""
    return replace(person, email=email, phone=phone)


def _address(rng: Random, person: Person, taken: set[str]) -> str:
    name = f"{person.first_name}.{person.last_name}".lower().translate(LETTERS)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    domain = rng.choice(("example.com", "example.org", "example.net"))
    tries = (f"{plain}{number or ''}@{domain}" for number in range(len(taken) + 2))
    address = next(one for one in tries if one not in taken)
    taken.add(address)
    return address


def _phone(rng: Random) -> str:
    return "+45 " + " ".join(f"{rng.randint(20, 99)}" for _ in range(4))
