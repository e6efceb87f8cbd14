"""What letters are about, in the words of the page where members choose."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from mail import wording
from members import consent
from members.models import Consent, Member, Topic, TopicWords

WORDS = {
    "membership": _("Letters about your membership"),
    "news": _("News"),
    "offers": _("Offers"),
}


@dataclass(frozen=True)
class Offered:
    """One kind of letters as a member reads of it, and what they said last."""

    slug: str
    name: str
    description: str
    line: Consent | None

    @property
    def granted(self) -> bool:
        """Whether these letters come."""
        return self.line is not None and self.line.granted

    @property
    def pending(self) -> bool:
        """Whether a second yes is waited for."""
        return self.line is not None and self.line.pending

    @property
    def refused(self) -> bool:
        """Whether the member said no."""
        return self.line is not None and not self.granted and not self.pending


def words(topic: str) -> str:
    """The topic in a word, where nobody here wrote another."""
    return str(WORDS.get(topic, topic.replace("-", " ").replace("_", " ").capitalize()))


def known() -> list[str]:
    """Every topic that the house has; one query."""
    return sorted({*WORDS, *Topic.objects.values_list("slug", flat=True)})


def offered(member: Member, language: str, also: str = "") -> list[Offered]:
    """The topics that this member may choose: those the house describes, and those they spoke of; two queries."""
    lines = {topic: line for (_pk, topic), line in consent.standing([member.pk]).items()}
    described = _described(TopicWords.objects.select_related("topic").order_by("language"), language)
    slugs = {*lines, *described, *Topic.objects.values_list("slug", flat=True), *filter(None, [also])}
    with translation.override(language):
        return [
            Offered(slug, *described.get(slug, (words(slug), "")), lines.get(slug)) for slug in sorted(slugs)
        ]


def _described(rows: Iterable[TopicWords], language: str) -> dict[str, tuple[str, str]]:
    """Name and description by topic: in the language, else in any."""
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row.topic.slug not in found or wording.base(row.language) == wording.base(language):
            found[row.topic.slug] = (row.name, row.description)
    return found
