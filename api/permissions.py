"""What a caller may do: one scope for each door."""

from django.utils.translation import gettext as _
from rest_framework import permissions
from rest_framework.request import Request
from rest_framework.views import APIView

from api import authentication, keys


class NeedsScope(permissions.BasePermission):
    """Base of what `scope` makes; kept as a class so that a test can find doors without one."""

    read = ""
    write = ""
    message = ""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True when the key has the scope; False is a 403 naming it (a 401 where no key came)."""
        needed = self.read if request.method in permissions.SAFE_METHODS else self.write
        self.message = _("This key lacks the scope %(scope)s.") % {"scope": needed}
        caller = authentication.caller(request)
        return caller is not None and caller.may(needed)


def scope(name: str, write: str | None = None) -> type[NeedsScope]:
    """A permission class for `permission_classes`: the key must carry `name`.

    With `write`, requests that change something need that scope instead. Unknown scope: ValueError.
    """
    for wanted in filter(None, (name, write)):
        if wanted not in keys.SCOPES:
            raise ValueError(f"unknown scope {wanted}")
    return type("NeedsScope", (NeedsScope,), {"read": name, "write": write or name})
