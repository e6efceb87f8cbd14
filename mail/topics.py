"""What letters are about, in the words of the page where members choose."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "membership": _("Letters about your membership"),
    "news": _("News"),
    "offers": _("Offers"),
}


def words(topic: str) -> str:
    """The topic as members read it."""
    return str(WORDS.get(topic, topic.replace("-", " ").replace("_", " ").capitalize()))
