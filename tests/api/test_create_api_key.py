import pytest
from django.core.management import CommandError, call_command

from api import keys
from api.models import ApiKey

pytestmark = pytest.mark.django_db


def test_the_key_is_printed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_key", "till", "--scope", "signups:write", "--scope", "members:read")
    (line,) = capsys.readouterr().out.splitlines()
    found = keys.find(line)
    assert found is not None
    assert (found.name, found.scopes) == ("till", ["signups:write", "members:read"])


def test_an_unknown_scope_is_refused_with_those_that_exist() -> None:
    with pytest.raises(CommandError, match=r"members:own.*signups:write"):
        call_command("create_api_key", "till", "--scope", "members:own")
    assert not ApiKey.objects.exists()


def test_a_key_needs_a_scope() -> None:
    with pytest.raises(CommandError, match="--scope"):
        call_command("create_api_key", "till")
