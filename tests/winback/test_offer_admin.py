"""Offers for editors: written in plain words, refused with what is wrong, retired with who and when."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.office import desks
from tests.winback import offering
from winback.models import MadeOffer, Offer

pytestmark = pytest.mark.django_db
ADD = "admin:winback_offer_add"


def form(**said: Any) -> dict[str, Any]:
    """A good form, with some of it otherwise."""
    fields = {"slug": "back", "kind": "percent", "percent": "30", "periods": "3", "band": "top"}
    fields |= {"valid_days": "14", "floor_percent": "20", "repeat_months": "12"}
    words = {"language": "en", "what": "Three months", "price": "{price} instead of {usual}"}
    fields |= {"words-TOTAL_FORMS": "1", "words-INITIAL_FORMS": "0"}
    return {**fields, **{f"words-0-{name}": value for name, value in words.items()}, **said}


def test_an_editor_writes_an_offer(client: Client) -> None:
    desks.log_in(client, "editor")
    assert "Must leave (per cent)" in desks.read(client.get(reverse(ADD)))
    assert client.post(reverse(ADD), form()).status_code == 302
    offer = Offer.objects.get()
    assert (offer.kind, offer.percent, offer.periods, offer.band) == ("percent", 30, 3, "top")
    assert offer.words.get().what == "Three months"
    assert "Three months" in desks.read(client.get(reverse("admin:winback_offer_changelist")))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"percent": ""}, "This kind of offer needs it."),
        ({"percent": "101"}, "At most 100."),
        ({"kind": "pause"}, "This kind of offer has none: leave it empty."),
        ({"valid_days": "0"}, "At least one day."),
        ({"words-TOTAL_FORMS": "0"}, "Write the offer in at least one language."),
    ],
)
def test_what_is_wrong_says_the_way_out(client: Client, said: dict[str, str], error: str) -> None:
    desks.log_in(client, "editor")
    assert error in desks.read(client.post(reverse(ADD), form(**said)))
    assert not Offer.objects.exists()


def test_an_offer_that_letters_make_is_taken_out_of_them_first_and_none_leads_back_to_itself(
    client: Client, now: dt.datetime
) -> None:
    desks.log_in(client, "editor")
    top = offering.store(offering.TOP, offering.WEEKEND)
    offering.publish(now)
    page = reverse("admin:winback_offer_change", args=[top.pk])
    weekend = Offer.objects.get(slug="weekend")
    words = list(top.words.order_by("pk"))
    kept = {"words-TOTAL_FORMS": "2", "words-INITIAL_FORMS": "2"}
    for place, row in enumerate(words):
        about = {
            "id": row.pk,
            "offer": top.pk,
            "language": row.language,
            "what": row.what,
            "price": row.price,
        }
        kept |= {f"words-{place}-{name}": str(value) for name, value in about.items()}
    said = form(band="", is_retired="on", otherwise=weekend.pk, **kept)
    assert "It is still made in Back." in desks.read(client.post(page, said))
    Offer.objects.filter(pk=weekend.pk).update(otherwise=top)
    assert "This leads back to the same offer" in desks.read(client.post(page, {**said, "is_retired": ""}))
    Offer.objects.filter(pk=weekend.pk).update(otherwise=None)
    hello = {"slug": "back-letter", "sender": "anna", "subject": "Hello", "body": "Hello there."}
    offering.publish(now, letters=[hello])
    assert client.post(page, said).status_code == 302
    top.refresh_from_db()
    assert top.retired_at is not None
    assert top.retired_by is not None


def test_what_was_offered_to_whom_can_be_read(client: Client, now: dt.datetime) -> None:
    desks.log_in(client, "staff")
    offer = offering.store(offering.WEEKEND)
    member = cast.per(now).member
    MadeOffer.objects.create(offer=offer, member=member, made_at=now, until=now)
    assert "Per" in desks.read(client.get(reverse("admin:winback_madeoffer_changelist")))
