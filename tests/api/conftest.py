import datetime as dt

import pytest
from rest_framework.test import APIClient

from api import keys

MORNING = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def plain(db: None) -> str:
    """The key of the till, which may do most things."""
    return keys.create("till", ["events:write", "members:read"], MORNING)


@pytest.fixture
def till(plain: str) -> APIClient:
    """The till calling."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


@pytest.fixture
def stranger() -> APIClient:
    """Somebody who has no key."""
    return APIClient(raise_request_exception=False)
