"""Names and lists as somebody would say them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

APART = str.maketrans("_-.", "   ")


def joined(things: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(things) < 2:
        return "".join(things)
    return _("%(first)s and %(last)s") % {"first": ", ".join(things[:-1]), "last": things[-1]}


def readable(name: str) -> str:
    """A name made for machines, as somebody would say it: `welcome-3b` is "Welcome 3b"."""
    text = name.translate(APART).strip()
    return text[:1].upper() + text[1:]
