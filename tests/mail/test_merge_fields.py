import pytest

from api import links
from mail import merge_fields


def test_every_field_has_a_meaning_and_a_sample():
    for field in merge_fields.FIELDS.values():
        assert field.meaning, field.name
        assert field.sample not in ("", None), field.name


def test_samples_are_nested_like_the_values_of_a_letter():
    samples = merge_fields.samples()
    assert samples["member"]["first_name"] == "Ingrid"
    assert samples["links"]["unsubscribe"].startswith("https://")


def test_an_upper_room_adds_its_own_fields(monkeypatch):
    monkeypatch.setattr(merge_fields, "FIELDS", dict(merge_fields.FIELDS))
    merge_fields.register(
        merge_fields.Field("harbour.events", "Coming dates", [{"title": "Harbour walk"}], "list"),
        merge_fields.Field("harbour.events[].title", "Name of the evening", "Harbour walk"),
    )
    assert merge_fields.find("harbour.events") is not None
    assert merge_fields.samples()["harbour"] == {"events": [{"title": "Harbour walk"}]}


def test_a_misspelt_name_is_met_with_the_right_one():
    assert merge_fields.suggestion("member.firstname") == "member.first_name"
    assert merge_fields.suggestion("weather") == ""


def test_what_leads_nowhere_in_this_house_is_not_offered_and_may_still_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = {"links.guide", "links.referral"}
    offered = merge_fields.offered()
    assert not waiting & offered.keys()
    assert {"links.card", "links.statement", "links.cancel", "links.preferences"} <= offered.keys()
    assert not {"links.confirm", "sender.lines"} & offered.keys()
    assert all(merge_fields.find(name) for name in waiting)
    monkeypatch.setitem(links._pages, "guide", "guide")
    assert merge_fields.offered().keys() - offered.keys() == {"links.guide"}
