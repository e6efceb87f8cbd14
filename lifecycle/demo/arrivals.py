"""What the demo club's web shop sent lately, and what became of it."""

import base64
import datetime as dt
import json
from collections.abc import Sequence
from random import Random
from typing import Any

from api import secrets
from intake.models import Delivery, Endpoint
from lifecycle.demo.register import Registered

Status = Delivery.Status
HOUR = dt.timedelta(hours=1)
STRANGER = "hc-99999"


def write(rng: Random, rows: Sequence[Registered], now: dt.datetime) -> list[Delivery]:
    """Writes the door of the web shop and its last messages: some applied, one not needed, one set aside, one that
    waits for a member nobody knows."""
    secret = "whsec_" + base64.b64encode(rng.randbytes(24)).decode()
    shop = Endpoint.objects.create(
        slug="shop", source="generic", secret=secrets.seal(secret), created_at=now - HOUR * 24 * 400
    )
    arrived = [*_signups(rows), *_odd(rows, now)]
    for number, delivery in enumerate(arrived, 1):
        delivery.endpoint, delivery.provider_id = shop, f"msg_demo{number:04}"
    return Delivery.objects.bulk_create(arrived)


def _signups(rows: Sequence[Registered]) -> list[Delivery]:
    """The newest members came through the shop."""
    found = []
    for number, row in list(enumerate(rows, 1001))[-5:]:
        member = row.member
        data = {
            "external_id": f"hc-{number}",
            "email": member.email,
            "first_name": member.first_name,
            "last_name": member.last_name,
            "plan": row.life.plan,
            "joined_at": row.life.joined_at.isoformat(),
        }
        found.append(_delivery("member.signed_up", row.life.joined_at, data, Status.APPLIED, ""))
    return found


def _odd(rows: Sequence[Registered], now: dt.datetime) -> list[Delivery]:
    paid = {"external_id": "pay-1", "member": "hc-1001", "amount": "nine hundred", "currency": "DKK"}
    stranger = {"external_id": "pay-2", "member": STRANGER, "amount": 90000, "currency": "DKK"}
    waiting = _delivery("payment.succeeded", now - HOUR * 5, stranger, Status.WAITING, "")
    waiting.waits_for_source, waiting.waits_for, waiting.handled_at = "house", STRANGER, None
    return [
        _delivery(
            "member.signed_up",
            now - HOUR * 50,
            {"external_id": "hc-1001", "first_name": rows[0].member.first_name},
            Status.IGNORED,
            "this member is known already, and nothing was changed",
        ),
        _delivery(
            "payment.succeeded",
            now - HOUR * 26,
            paid,
            Status.PARKED,
            "amount: “nine hundred” is no whole number of øre",
        ),
        waiting,
    ]


def _delivery(kind: str, at: dt.datetime, data: dict[str, Any], status: str, reason: str) -> Delivery:
    body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}, ensure_ascii=False)
    return Delivery(kind=kind, received_at=at, body=body, status=status, reason=reason, handled_at=at)
