"""How addresses of the API name a member: `<member:…>` is a UUID, or `ext:` and an external id, which may hold slashes.

Percent-encoding makes no difference: servers decode a path before anybody matches it. So what stands behind a member
(`…/timeline/`) is matched before the member alone: `members.member_url` comes last.
"""

from django.urls import register_converter


class MemberConverter:
    """One member's place in an address."""

    regex = "ext:.+?|[^/]+"

    def to_python(self, value: str) -> str:
        """The reference as `identity.find` takes it."""
        return value

    def to_url(self, value: str) -> str:
        """The reference as written."""
        return value


register_converter(MemberConverter, "member")
