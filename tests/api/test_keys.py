import datetime as dt

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from api import keys
from api.models import ApiKey
from tests.api.conftest import MORNING

pytestmark = pytest.mark.django_db


def test_a_key_is_found_by_its_plain_text_alone(plain: str) -> None:
    found = keys.find(plain)
    assert found is not None
    assert (found.name, found.scopes) == ("till", ["events:write", "members:read"])
    assert plain.startswith(f"lc_{found.prefix}_")


def test_the_secret_is_not_stored(plain: str) -> None:
    secret = plain.split("_", 2)[2]
    stored = str(list(ApiKey.objects.values()))
    assert secret not in stored


def test_a_key_with_one_letter_changed_is_not_found(plain: str) -> None:
    changed = plain[:-1] + ("A" if plain[-1] != "A" else "B")
    assert keys.find(changed) is None


def test_the_secret_of_one_key_does_not_open_another(plain: str) -> None:
    other = keys.create("kiosk", ["members:read"], MORNING)
    crossed = "_".join([*plain.split("_", 2)[:2], other.split("_", 2)[2]])
    assert keys.find(crossed) is None


def test_a_revoked_key_is_not_found_and_keeps_when_it_was_revoked(plain: str) -> None:
    later = MORNING + dt.timedelta(days=1)
    assert keys.revoke(ApiKey.objects.all(), MORNING) == 1
    assert keys.revoke(ApiKey.objects.all(), later) == 0
    assert keys.find(plain) is None
    assert ApiKey.objects.get().revoked_at == MORNING


def test_an_unknown_scope_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="members:delete"):
        keys.create("till", ["members:read", "members:delete"], MORNING)
    assert not ApiKey.objects.exists()


def test_a_key_without_scopes_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one scope"):
        keys.create("till", [], MORNING)


def test_use_is_noted_at_most_once_a_minute(plain: str) -> None:
    key = ApiKey.objects.get()
    for seconds in (0, 59, 60):
        keys.note_use(ApiKey.objects.get(), MORNING + dt.timedelta(seconds=seconds))
        key.refresh_from_db()
        assert key.last_used_at == MORNING + dt.timedelta(seconds=60 if seconds == 60 else 0)


@trying(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_hostile_text_is_no_key(text: str) -> None:
    assert keys.find(text) is None
