from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from mail.models.sender import Sender


class Letter(models.Model):
    """A letter by its name; what it says stands in its versions."""

    slug = models.SlugField(max_length=80, unique=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.slug


class LetterVersion(models.Model):
    """What a letter says, compiled once and never changed again.

    `texts` maps a language to its subject, preheader, html and text, each Liquid over plain values;
    `source` is what the editor wrote. `by_owner`: whoever looks after the member writes it, `sender` where nobody does.
    `holds` says what its blocks show that another room keeps: `{"survey": "three-months"}`.
    """

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+")
    by_owner = models.BooleanField(default=False, db_default=False)
    language = models.CharField(max_length=12)
    texts = models.JSONField()
    source = models.JSONField()
    holds = models.JSONField(default=dict, db_default={})
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of a letter")
        verbose_name_plural = _("versions of letters")
        constraints = (
            models.UniqueConstraint(fields=["letter", "number"], name="mail_letterversion_number"),
        )

    def __str__(self) -> str:
        return f"{self.letter} {self.number}"

    def text_for(self, locale: str) -> tuple[str, dict[str, Any]]:
        """The language and text for somebody's locale: da-DK, else da, else the letter's own."""
        wanted = locale.replace("_", "-").lower()
        written = {code.replace("_", "-").lower(): code for code in self.texts}
        for language in (wanted, wanted.split("-")[0], self.language.replace("_", "-").lower()):
            if code := written.get(language):
                return code, dict(self.texts[code])
        return self.language, {}
