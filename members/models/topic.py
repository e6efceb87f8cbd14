from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class Topic(models.Model):
    """One kind of letters that members choose, and whether a yes to it needs a second one from their own address."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    double_opt_in = models.BooleanField(
        _("ask twice (double opt-in)"),
        default=False,
        help_text=_(
            "A yes from a form counts only when the member says it again by the link in a letter to their address."
        ),
    )

    class Meta:
        verbose_name = _("kind of letters")
        verbose_name_plural = _("kinds of letters")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.slug

    def clean(self) -> None:
        """Letters about the membership come with joining: nobody is asked twice about them."""
        if self.slug == "membership" and self.double_opt_in:
            raise ValidationError({"double_opt_in": _("Letters about the membership come with joining.")})


class TopicWords(models.Model):
    """What members read about a kind of letters, in one language."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="words")
    language = models.CharField(_("language"), max_length=12, help_text=_("Such as en or da."))
    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(
        _("what they are about, and how often they come"), max_length=300, blank=True
    )

    class Meta:
        verbose_name = _("words")
        verbose_name_plural = _("words")
        constraints = (
            models.UniqueConstraint(fields=["topic", "language"], name="members_topicwords_language"),
        )

    def __str__(self) -> str:
        return self.name


class LetterPause(models.Model):
    """On `at` the member asked for no letters until `until`; the latest row counts, one with `until = at` ends it."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="letter_pauses")
    at = models.DateTimeField()
    until = models.DateTimeField()
    source = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("pause of letters")
        verbose_name_plural = _("pauses of letters")
        indexes = (models.Index(fields=["member", "-at", "-id"], name="members_letterpause_latest"),)

    def __str__(self) -> str:
        return f"{self.until:%Y-%m-%d}"
