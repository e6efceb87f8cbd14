"""Why a flow decided so, said in words."""

import pytest
from django.utils import translation

from dashboard.words import because


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("is in this flow already", "was in it at that time"),
        ("let in by Bo Lund", "let in by Bo Lund"),
        (
            "let in by the key “shop”; stage is onboarding, must be = onboarding",
            "let in by shop; how far we have come together: Onboarding",
        ),
        ("activated is false, must be = true", "whether the member got first value: no"),
        ("nps is unknown", "the last answer to “would you recommend us?”: not known"),
        (
            "payment.succeeded happened 2 times within 7d, must be >= 3",
            "Paid happened 2 times in the last 7 days",
        ),
        ("is not in segment gone-quiet", "is not in “Gone quiet”"),
        ("subscription.cancelled came at or after it", "after it happened: Said goodbye"),
        ("something nobody foresaw", "something nobody foresaw"),
    ],
)
def test_a_reason_is_told_as_people_say_it(kept: str, said: str) -> None:
    assert because.said(kept) == said


def test_a_reason_is_told_in_danish() -> None:
    with translation.override("da"):
        assert because.said("let in by Bo; stage is value, must be = value") == (
            "taget med af Bo; hvor langt vi er nået sammen: Løbende værdi"
        )
