"""Views that belong together, as tabs above each of them."""

from urllib import parse

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard import chips


def of_register(here: str) -> list[chips.Chip]:
    """The views of the register: people, their groups and companies, and what they were asked."""
    named = {
        "members": _("People"),
        "attendance": _("Who is here"),
        "segments": _("Segments"),
        "companies": _("Companies"),
        "surveys": _("Questions"),
        "join-pages": _("Pages for joining"),
    }
    return [chips.Chip(name, text, None, reverse(name), name == here) for name, text in named.items()]


def of_letters(here: str, search: str = "") -> list[chips.Chip]:
    """Letters by where they are; a search goes along to the lists that can be searched."""
    query = f"?{parse.urlencode({'q': search})}" if search else ""
    named = {"letters": _("On their way"), "letters-sent": _("Sent"), "letters-stayed": _("Stayed here")}
    found = [
        chips.Chip(name, text, None, reverse(name) + query, name == here) for name, text in named.items()
    ]
    decided = {
        "letters-held": _("Wait for a yes"),
        "letters-unknown": _("Not known"),
        "letters-to-groups": _("To groups"),
    }
    decided["replies"] = _("Replies")
    found += [chips.Chip(name, text, None, reverse(name), name == here) for name, text in decided.items()]
    return found
