"""The first owner of an empty house: made once, by whoever holds the code, while nobody works here yet.

The code keeps a stranger who finds the address first from taking the house. It is `BEGIN_CODE`, or follows from
SECRET_KEY, so that every machine knows the same one and nothing has to be kept; with the first user it is worth
nothing any more.
"""

import base64
import datetime as dt
import secrets

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from office import audit
from office.models import Beat, House, User

LENGTH = 12  # characters of base32: 60 bits


class TooLate(Exception):
    """Somebody works here already: new people are added by an owner."""


def code() -> str:
    """What the first owner has to show, in groups of four."""
    if settings.BEGIN_CODE:
        return str(settings.BEGIN_CODE)
    digest = salted_hmac("office.first_owner", "begin", algorithm="sha256").digest()
    text = base64.b32encode(digest).decode().lower()[:LENGTH]
    return "-".join(text[at : at + 4] for at in range(0, LENGTH, 4))


def is_right(said: str) -> bool:
    """Whether this is the code; spaces, dashes and capitals do not matter."""
    return secrets.compare_digest(_bare(said).encode(), _bare(code()).encode())


def is_wanted() -> bool:
    """Whether nobody works here yet."""
    return not User.objects.exists()


def link() -> str:
    """The address at which the house begins, with its code; as it is printed at start."""
    return f"{settings.BASE_URL}/begin/?code={code()}"


def make(name: str, email: str, password: str, house: str, language: str, now: dt.datetime) -> User:
    """The owner's account, signed in with the e-mail address, and the house with its name and language.

    Of two who try at once one is first: the other gets TooLate. `now` (aware) is written into the log of changes.
    """
    first, _space, last = name.strip().rpartition(" ")
    with transaction.atomic():
        Beat.objects.get_or_create(name="begin", defaults={"at": now})
        Beat.objects.select_for_update().get(name="begin")
        if not is_wanted():
            raise TooLate
        user = User.objects.create_superuser(
            email.lower(), email, password, first_name=first or last, last_name=last if first else ""
        )
        User.objects.filter(pk=user.pk).update(role=User.Role.OWNER)
        user.role = User.Role.OWNER
        row = House.current()
        row.name, row.language, row.email = house, language, row.email or email
        row.save()
        audit.record(user, "house.begun", house, now)
    return user


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
