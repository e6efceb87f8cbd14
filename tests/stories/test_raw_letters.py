"""Every letter of every trade as a stranger gets it: through the real way out, to a real mail server, as raw bytes."""

import base64
import datetime as dt

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

from flows import publishing
from flows.models import Flow, Step
from lifecycle import house_rules, trades
from mail import outbox
from mail.models import Message
from mail.models.message import Purpose
from members import consent
from members.models import Member
from office.models import House
from relationship.models import Survey
from tests import cast, sinks
from tests.mail import outside

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
SIGNED = [
    name.encode()
    for name in "From Reply-To To Subject Date Message-ID List-Unsubscribe List-Unsubscribe-Post Content-Type".split()
]
LONG = "x" * 60 + "@example.com"
EVE = "Eve\r\nBcc: all@example.com\r\n\r\n<script>alert(1)</script>"
SAID = {"eve@example.com": EVE.replace("\r", "")}
PEOPLE: dict[str, dict[str, str]] = {
    "en": {"first_name": "Ingrid", "last_name": "Østergaard", "locale": "en-GB", "email": "ingrid@example.com"},
    "da": {"first_name": "Åse", "last_name": "Sørensen-Æblegaard", "locale": "da", "email": "aase@example.com"},
    "hostile": {
        "first_name": EVE,
        "last_name": '"<evil@example.org>, =?utf-8?q?x?=',
        "email": "eve@example.com",
    },
    "nameless": {"first_name": "", "last_name": "", "locale": "da-DK", "email": "nobody@example.com"},
    "long": {"first_name": "Maximilian Alexander " * 4, "last_name": "Ødegård " * 12, "email": LONG},
    "far": {"first_name": "Ωμέγα", "last_name": "日本語" * 20, "email": "post@blåbærgrød.example"},
}  # fmt: skip
USUAL = 3  # the others get the first letter of a trade


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> None:
    """A house on the open net."""
    monkeypatch.setattr(settings, "BASE_URL", "https://club.example.org")
    monkeypatch.setattr(settings, "MAIL_DOMAIN", "club.example.org")
    monkeypatch.setattr(settings, "MAIL_ADDRESS", "post@club.example.org")
    House.objects.update_or_create(
        defaults={"name": "Foreningen Ærø & Venner", "postal_address": "Havnegade 1, 5970 Ærøskøbing"}
    )


def send(trade: str, now: dt.datetime) -> None:
    """Publishes every flow of the trade and sends each of its letters to everybody."""
    trades.choose(trade, now)
    house_rules.load("quiet_hours = {}\nwindows = []\nblackout = []\ncaps = []\nask_budget = {}", now)
    Survey.objects.update(apart_days=0)
    for flow in Flow.objects.order_by("slug"):
        publishing.publish(flow.draft, now)
    members = [person(name, now) for name in PEOPLE]
    usual, all_of_them = members[:USUAL], members
    steps = Step.objects.exclude(letter_version=None).select_related("letter_version", "version__flow")
    for number, step in enumerate(steps.order_by("pk")):
        readers = usual if number else all_of_them
        outbox.queue([draft(step, step.version.definition, member, now) for member in readers], now)
    while outbox.send_due(now):
        pass


def person(name: str, now: dt.datetime) -> Member:
    """One of the people, with a running subscription."""
    member = cast.join(name, now, quiet=True, **PEOPLE[name]).member
    consent.grant(member, "news", now, now, proof="form", source="test")
    consent.grant(member, "offers", now, now, proof="form", source="test")
    return member


def draft(step: Step, definition: dict[str, str], member: Member, now: dt.datetime) -> outbox.Draft:
    return outbox.Draft(
        key=f"raw:{step.pk}:{member.pk}", group="", member=member, letter_version=step.letter_version,
        purpose=Purpose(definition["purpose"]), topic=definition.get("topic", ""), due_at=now,
        not_after=now + DAY, at_once=True,
    )  # fmt: skip


@pytest.mark.parametrize("trade", trades.names())
def test_no_letter_of_a_trade_breaks_a_rule_of_the_post(
    trade: str, house: None, sink: sinks.Sink, now: dt.datetime
) -> None:
    send(trade, now)
    kept = Message.objects.exclude(status="sent")
    assert not [(row.address, row.reason) for row in kept]
    of = {row.message_id: row for row in Message.objects.all()}
    assert len(of) == len(sink.accepted) > 60
    wrong: dict[str, str] = {}
    for _address, raw in sink.accepted:
        row = of[outside.header(raw, "Message-ID")[0]]
        for fault in outside.faults(raw, marketing=row.is_marketing, said=SAID.get(row.address, "")):
            wrong.setdefault(fault, f"{row.letter_version.letter.slug} to {row.address}")
    assert not wrong


def test_a_letter_can_be_signed_by_whoever_carries_it(
    house: None, sink: sinks.Sink, now: dt.datetime
) -> None:
    """DKIM (RFC 6376) as a mail server signs it on the way, with the headers that RFC 8058 4 wants covered."""
    trades.choose("club", now)
    publishing.publish(Flow.objects.get(slug="welcome").draft, now)
    step = Step.objects.exclude(letter_version=None).order_by("pk")[0]
    members = [person(name, now) for name in PEOPLE]
    outbox.queue([draft(step, step.version.definition, member, now) for member in members], now)
    outbox.send_due(now)
    key, record = keys()
    for _address, raw in sink.accepted:
        signed = dkim.sign(raw, b"key", b"club.example.org", key, include_headers=SIGNED) + raw
        assert dkim.verify(signed, dnsfunc=lambda _name, timeout=5: record)
        assert not dkim.verify(
            signed.replace(b"One-Click", b"Two-Click"), dnsfunc=lambda _name, timeout=5: record
        )
    assert len(sink.accepted) == len(PEOPLE)


def keys() -> tuple[bytes, bytes]:
    """A key of a mail server, and what its domain says of it."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    secret = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return secret, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
