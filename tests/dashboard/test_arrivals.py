from django.test import Client

from intake.models import Delivery
from members.models import Event
from office.models import AuditEntry
from tests.dashboard.club import Club


def test_arrivals_stand_by_what_became_of_them(club: Club, staff: Client) -> None:
    aside = staff.get("/arrivals/", {"show": "set-aside"}).content.decode()
    assert "the invoice names no customer" in aside
    assert "KeyError" in aside
    assert "Nothing here" in staff.get("/arrivals/", {"show": "done"}).content.decode()


def test_what_was_sent_is_shown_and_not_used(club: Club, staff: Client) -> None:
    page = staff.get(f"/arrivals/{club.arrival.pk}/").content
    assert b"&lt;script&gt;" in page
    assert b"<script>alert" not in page


def test_a_body_that_is_not_json_is_shown_as_it_came(club: Club, staff: Client) -> None:
    Delivery.objects.update(body="{not json")
    assert b"{not json" in staff.get(f"/arrivals/{club.arrival.pk}/").content


def test_an_arrival_set_aside_is_tried_again_and_written_down(club: Club, staff: Client) -> None:
    staff.post(f"/arrivals/{club.arrival.pk}/attempt")
    assert Delivery.objects.get().status == "received"
    assert AuditEntry.objects.get(deed="arrival.tried_again").details == {"arrival": club.arrival.pk}


def test_an_event_set_aside_is_tried_again(club: Club, staff: Client) -> None:
    staff.post(f"/arrivals/events/{club.event.pk}/attempt")
    assert Event.objects.get(pk=club.event.pk).parked_at is None
    assert AuditEntry.objects.filter(deed="event.tried_again").exists()


def test_everything_set_aside_is_tried_again_at_once(club: Club, staff: Client) -> None:
    page = staff.post("/arrivals/attempts", follow=True).content.decode()
    assert "2 are tried again in a moment." in page
    assert not Event.objects.filter(parked_at__isnull=False).exists()
    assert Delivery.objects.get().status == "received"
