"""The demo club itself: its name, its plans, and the people who work there."""

import datetime as dt

from lifecycle.demo import lives
from members.models import Account, Interval, Plan
from members.models.plan import Consumption
from office.models import House, User

SENTENCES = {
    "full": ("Full membership", "Full membership, 900 kr a year: all evenings, guest price for one friend"),
    "passive": (
        "Passive membership",
        "Passive membership, 300 kr a year: you support the house, and may come back",
    ),
    "youth": ("Youth membership", "Youth membership, 450 kr a year: all evenings until you are 27"),
}
COMPANY = "Nordhavn Arkitekter"
STAFF = (
    ("anna", "Anna", "Bak", User.Role.EDITOR),
    ("karen", "Karen", "Holm", User.Role.STAFF),
    ("bent", "Bent", "Lund", User.Role.READONLY),
)


def found(began_at: dt.datetime) -> tuple[dict[str, Plan], Account]:
    """Writes the house, its plans by slug, and the one company among its members."""
    house = House.objects.first() or House()
    house.name = "The Harbour Club"
    house.postal_address = "Havnegade 1, 1058 København K, Denmark"
    house.email, house.language = "hello@example.com", "en"
    house.save()
    plans = {slug: _plan(slug, began_at) for slug in SENTENCES}
    return plans, Account.objects.create(external_id="nordhavn", name=COMPANY)


def staff() -> None:
    """Writes the login `demo` (password `demo`) and three more people, who cannot log in until an owner lets them.

    A name that exists already is left as it is.
    """
    if not User.objects.filter(username="demo").exists():
        User.objects.create_superuser(
            "demo", "demo@example.com", "demo", first_name="Demo", last_name="Owner", role=User.Role.OWNER
        )
    for name, first, last, role in STAFF:
        user = User(username=name, first_name=first, last_name=last, role=role, is_staff=True)
        user.email = f"{name}@example.com"
        user.set_unusable_password()
        if not User.objects.filter(username=name).exists():
            user.save()


def _plan(slug: str, began_at: dt.datetime) -> Plan:
    name, sentence = SENTENCES[slug]
    price = {"amount": lives.PRICES[slug], "currency": "DKK", "interval": Interval.YEAR, "interval_count": 1}
    use = Consumption.OPTIONAL if slug == "passive" else Consumption.EXPECTED
    fields = {"name": name, "sentence": sentence, "completed_at": began_at, "consumption": use, **price}
    return Plan.objects.update_or_create(slug=slug, defaults=fields)[0]
