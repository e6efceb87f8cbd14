"""People of each role at the editors' pages."""

import re

from django.http import HttpResponse
from django.test import Client

from office.models import User

INLINE = re.compile(
    rb"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\sstyle=|\son[a-z]+=|<style", re.IGNORECASE
)


def log_in(client: Client, role: str) -> User:
    """Logs somebody of this role in."""
    user = User(username=role, role=role, is_staff=True, is_superuser=role == User.Role.OWNER)
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    return user


def read(response: HttpResponse) -> str:
    """The text of a page, which must be right and need no inline script or style."""
    assert response.status_code == 200, response.status_code
    assert not INLINE.search(response.content), INLINE.search(response.content)
    return response.content.decode()
