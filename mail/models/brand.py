from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from mail import brand, colours
from mail.models.sender import Picture

_is_colour = RegexValidator(
    rf"^{colours.HEX.pattern}\Z", _("Write a colour as # and six digits or letters, as in #0B6B57.")
)


class Brand(models.Model):
    """How letters of this house look, one row: four colours, a font, a logo, and the languages they are written in."""

    class Font(models.TextChoices):
        INTER = "inter", _("Inter, or what the reader's machine has like it")
        ARIAL = "arial", "Arial"
        VERDANA = "verdana", "Verdana"
        TREBUCHET = "trebuchet", "Trebuchet"
        GEORGIA = "georgia", "Georgia"

    accent = models.CharField(
        _("buttons and links"), max_length=7, default=brand.DEFAULTS["accent"], validators=[_is_colour]
    )
    text = models.CharField(_("text"), max_length=7, default=brand.DEFAULTS["text"], validators=[_is_colour])
    surface = models.CharField(
        _("the letter's paper"), max_length=7, default=brand.DEFAULTS["surface"], validators=[_is_colour]
    )
    paper = models.CharField(
        _("behind the letter"), max_length=7, default=brand.DEFAULTS["paper"], validators=[_is_colour]
    )
    font = models.CharField(_("font"), max_length=12, choices=Font, default=Font.INTER)
    logo = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("logo")
    )
    languages = models.JSONField(_("languages of the letters"), default=list, blank=True)

    class Meta:
        verbose_name = _("look of the letters")
        verbose_name_plural = _("look of the letters")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "Brand":
        """The house's row, or the usual look while nobody has chosen one."""
        return Brand.objects.select_related("logo").order_by("pk").first() or Brand()
