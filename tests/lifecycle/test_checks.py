"""What an operator is told at each start."""

from django.conf import LazySettings

from lifecycle import checks


def test_a_real_house_whose_webhooks_may_reach_inner_machines_is_told(settings: LazySettings) -> None:
    settings.HOST, settings.DEBUG, settings.WEBHOOKS_ALLOW_PRIVATE = "club.example.com", False, True
    assert [message.id for message in checks.webhooks_inside()] == ["lifecycle.W002"]


def test_a_workshop_is_not(settings: LazySettings) -> None:
    settings.HOST, settings.WEBHOOKS_ALLOW_PRIVATE = "127.0.0.1", True
    assert checks.webhooks_inside() == []
    settings.HOST, settings.WEBHOOKS_ALLOW_PRIVATE = "club.example.com", False
    assert checks.webhooks_inside() == []
