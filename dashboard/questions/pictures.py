"""Which pictures the library holds, and where each of them is shown."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from flows import letters
from flows.editing import parts
from flows.models import Flow
from mail.models import Brand, LetterVersion, Picture, Sender


@dataclass(frozen=True)
class Use:
    """One place that shows a picture, and the way there."""

    text: str
    url: str


@dataclass
class Shown:
    """A picture of the library with the places that show it now."""

    picture: Picture
    uses: list[Use] = field(default_factory=list)


def library(search: str = "") -> QuerySet[Picture]:
    """The pictures to choose among, the newest first, without their bytes."""
    rows = Picture.objects.filter(in_library=True).defer("content").order_by("-pk")
    return rows.filter(title__icontains=search) if search else rows


def shown(rows: Iterable[Picture]) -> list[Shown]:
    """These pictures with where they are used, in a constant number of queries."""
    found = {row.name: Shown(row) for row in rows}
    for name, use in _uses(found.keys()):
        found[name].uses.append(use)
    return list(found.values())


def was_ever_published(name: str) -> bool:
    """Whether a published letter shows the picture: it may have been sent, and is still read."""
    said = LetterVersion.objects.annotate(said=Cast("source", TextField()))
    return said.filter(said__contains=name).exists()


def _uses(names: Collection[str]) -> Iterable[tuple[str, Use]]:
    for flow in Flow.objects.only("pk", "name", "draft"):
        for step in parts.steps(flow.draft):
            letter = parts.letter_of(flow.draft, step)
            for name in sorted(letters.shown_pictures({"letters": [letter]}) & set(names)):
                about = {"flow": flow.draft.get("name") or flow.name, "subject": parts.subject(letter)}
                url = reverse("admin:flows_flow_step", args=[flow.pk, step["uid"]])
                yield name, Use(_("%(flow)s: letter “%(subject)s”") % about, url)
    for sender in (
        Sender.objects.filter(picture__name__in=names).select_related("picture").defer("picture__content")
    ):
        if sender.picture:
            url = reverse("admin:mail_sender_change", args=[sender.pk])
            yield sender.picture.name, Use(_("The face of %s") % sender.name, url)
    logo = Brand.current().logo
    if logo and logo.name in names:
        yield logo.name, Use(_("The logo"), reverse("brand"))
