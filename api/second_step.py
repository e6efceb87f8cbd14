"""The second step of signing in: a code of six figures from an app (TOTP, RFC 6238), or one of those on paper.

Codes go by real time, whatever a sandbox's clock says. Who loses both asks an owner, who can take the step away; for
the last owner there is `manage.py ask_no_code NAME`.
"""

import base64
import datetime as dt
import secrets as random
from urllib import parse

import segno
from django.db import transaction
from django.utils import timezone
from django_otp.oath import TOTP

from api import secrets
from api.models import SecondStep
from office import audit
from office.models import User

STEP, BEFORE_AND_AFTER = 30, 1  # seconds; steps by which a phone's clock may be wrong
ON_PAPER, LETTERS = 10, "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
PURPOSE = "second-step"


def is_on(user: User) -> bool:
    """Whether signing in asks for a code."""
    return SecondStep.objects.filter(user=user, since__isnull=False).exists()


def paper_left(user: User) -> int:
    """How many codes on paper are not used yet."""
    row = SecondStep.objects.filter(user=user).first()
    return len(row.paper) if row else 0


def begin(user: User) -> str:
    """The secret to put into the app, in base 32: the same until it is confirmed. Raises ValueError where it is on."""
    row, _is_new = SecondStep.objects.get_or_create(
        user=user, defaults={"secret": secrets.seal(base64.b32encode(random.token_bytes(20)).decode())}
    )
    if row.since:
        raise ValueError("the second step is on already")
    return secrets.open_sealed(row.secret)


def drawn(user: User, house: str) -> str:
    """The secret as a square that the app reads, for the `src` of a picture."""
    of = {"secret": begin(user), "issuer": house}
    address = f"otpauth://totp/{parse.quote(f'{house}:{user.get_username()}')}?{parse.urlencode(of)}"
    return segno.make(address, error="m").svg_data_uri(scale=5, border=3, light="white")


@transaction.atomic
def confirm(user: User, code: str, now: dt.datetime) -> list[str]:
    """Switches it on where the code is right, and says the codes for paper, this once; else an empty list."""
    row = SecondStep.objects.select_for_update().filter(user=user, since=None).first()
    if row is None or not _is_from_the_app(row, code):
        return []
    paper = ["-".join(_letters(4) for _part in range(2)) for _code in range(ON_PAPER)]
    row.since, row.paper = now, [secrets.keyed_hash(PURPOSE, code) for code in paper]
    row.save(update_fields=["since", "paper"])
    audit.record(user, "second_step.on", user, now)
    return paper


@transaction.atomic
def is_right(user: User, code: str) -> bool:
    """Whether it is a code of this moment, or one from the paper; each is taken once."""
    row = SecondStep.objects.select_for_update().filter(user=user, since__isnull=False).first()
    return row is not None and (_is_from_the_app(row, code) or _is_on_paper(row, code))


@transaction.atomic
def take_away(user: User, by: User | None, now: dt.datetime) -> None:
    """Nothing but the password is asked of `user` from now on; written down as the deed of `by`."""
    if SecondStep.objects.filter(user=user).delete()[0]:
        audit.record(by, "second_step.off", user, now)


def _is_from_the_app(row: SecondStep, code: str) -> bool:
    said = "".join(code.split())
    if not (len(said) == 6 and said.isascii() and said.isdigit()):
        return False
    try:
        clock = TOTP(base64.b32decode(secrets.open_sealed(row.secret)), step=STEP)
    except secrets.Unreadable:  # sealed with a SECRET_KEY that is gone: no code can be right
        return False
    clock.time = timezone.now().timestamp()
    if not clock.verify(int(said), tolerance=BEFORE_AND_AFTER, min_t=row.used + 1):
        return False
    row.used = clock.t()
    row.save(update_fields=["used"])
    return True


def _is_on_paper(row: SecondStep, code: str) -> bool:
    found = set(secrets.keyed_hashes(PURPOSE, code.strip().lower())) & set(row.paper)
    if found:
        row.paper = [kept for kept in row.paper if kept not in found]
        row.save(update_fields=["paper"])
    return bool(found)


def _letters(number: int) -> str:
    return "".join(random.choice(LETTERS) for _letter in range(number))
