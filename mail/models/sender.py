from django.db import models
from django.utils.translation import gettext_lazy as _


class Picture(models.Model):
    """A picture that letters show, kept in the database and served under the hash of its content.

    `in_library`: staff choose among those for letters; the others are faces and logos.
    """

    name = models.CharField(max_length=80, unique=True)
    content_type = models.CharField(max_length=40)
    content = models.BinaryField()
    title = models.CharField(_("name"), max_length=120, blank=True, default="")
    alt = models.CharField(_("words for those who do not see it"), max_length=300, blank=True, default="")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    in_library = models.BooleanField(default=False)
    kept_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return self.title or self.name


class Sender(models.Model):
    """A person who writes letters: a name, a face, a role, a way to answer."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    picture = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("picture")
    )

    class Meta:
        verbose_name = _("person who writes")
        verbose_name_plural = _("people who write")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
