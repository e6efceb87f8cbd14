import datetime as dt

import pytest

from intake import endpoints
from tests.intake import post


@pytest.fixture
def secret(db: None, now: dt.datetime) -> str:
    """What the house and its shop share."""
    return endpoints.create("shop", "generic", now)


@pytest.fixture
def till(db: None, now: dt.datetime) -> str:
    """Stripe knows the way."""
    return endpoints.create("stripe", "stripe", now, post.STRIPE_SECRET)
