from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from members.models import Plan


def usual_reasons() -> list[str]:
    """The reasons a new page offers, in the language of whoever makes it."""
    return [
        str(pgettext("reason for joining", "Company")),
        str(_("Learning something")),
        str(_("A friend is here")),
        str(_("To support it")),
    ]


class JoinPage(models.Model):
    """A page on which people join one plan. `news` is the sentence that is ticked to allow news; empty: not asked."""

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="join_pages", verbose_name=_("plan")
    )
    title = models.CharField(_("heading"), max_length=120)
    text = models.CharField(_("a few words"), max_length=600, blank=True)
    reasons = models.JSONField(_("reasons to choose from"), default=list, blank=True)
    asks_phone = models.BooleanField(_("ask for a phone number"), default=True)
    news = models.CharField(_("sentence to allow news"), max_length=200, blank=True)
    created_at = models.DateTimeField(editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("page for joining")
        verbose_name_plural = _("pages for joining")
        ordering = ("title",)

    def __str__(self) -> str:
        return self.title
