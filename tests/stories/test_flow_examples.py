"""Every example in docs/flows.md is a piece of a flow, or of the house's rules, that can be published."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from api import endpoints
from flows import checking
from mail import sending_rules
from members.models import Segment
from tests.conftest import NOW
from tests.stories import playing

PAGE = Path(__file__).resolve().parents[2] / "docs" / "flows.md"
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=[text.split("\n")[0][:60] for text in EXAMPLES])
def test_the_example_can_be_published(db: None, example: str) -> None:
    Segment.objects.create(slug="regulars", name="Regulars", created_at=NOW)
    endpoints.create("crm", "https://crm.example.com/hook", NOW)
    said = tomllib.loads(example)
    if said.keys() <= set(sending_rules.PARTS):
        assert sending_rules.problems(said) == []
    else:
        assert checking.errors(_completed(said)) == []


def test_a_mistake_in_an_example_would_be_found(db: None) -> None:
    assert checking.errors(_completed({"trigger": {"stage": "nowhere"}}))


def _completed(said: dict[str, Any]) -> dict[str, Any]:
    steps = said.get("steps", [{"uid": "hello", "kind": "send", "letter": "hello"}])
    slugs = dict.fromkeys(step["letter"] for step in steps if "letter" in step)
    written = [
        {"slug": slug, "sender": "anna", "subject": slug, "body": f"This is {slug}."} for slug in slugs
    ]
    own = {"trigger": {"event": "shop.began"}, **said, "steps": steps}
    return {**playing.HEAD, "senders": [playing.ANNA], "letters": written, **own}
