"""Why somebody leaves: a few codes that flows ask for (`cancel_reason`), each in the words of members and of staff."""

from django.utils.translation import gettext_lazy as _

GIVEN = {  # what members may choose themselves
    "price": _("It costs too much"),
    "time": _("There is no time for it"),
    "no_use": _("I did not use it"),
    "moved": _("I have moved"),
    "conflict": _("I was not treated well"),
    "other": _("Something else"),
}
TOLD = {  # what staff write down of others
    "price": _("the price"),
    "time": _("no time"),
    "no_use": _("did not use it"),
    "moved": _("moved away"),
    "conflict": _("a disagreement"),
    "deceased": _("has died"),
    "excluded": _("excluded by us"),
    "other": _("something else"),
}
INVOLUNTARY = frozenset({"deceased", "excluded"})


def words(code: str) -> str:
    """The reason as staff read it; what another system wrote stays as it was written."""
    return str(TOLD.get(code, code))
