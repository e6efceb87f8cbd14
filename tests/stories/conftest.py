from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories import playing


@pytest.fixture
def house(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[playing.House]:
    """A house that is only touched from outside."""
    with playing.house(tmp_path, monkeypatch) as found:
        yield found
