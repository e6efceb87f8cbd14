import datetime as dt
import re
from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from mail import wording

CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{2,4})?")
LONGEST_ROLE = 120
LANGUAGES = r"^\s*[A-Za-z]{2,3}(-[A-Za-z]{2,4})?(\s*,\s*[A-Za-z]{2,3}(-[A-Za-z]{2,4})?)*\s*$"


def check_roles(said: object) -> None:
    """ValidationError unless it is a table of roles by the code of a language."""
    if not isinstance(said, Mapping) or not all(map(_is_role, said.items())):
        raise ValidationError(
            _("Write what the person does by language, such as %(example)s.")
            % {"example": '{"da": "Medlemsvært"}'}
        )


def _is_role(said: tuple[object, object]) -> bool:
    code, role = said
    is_code = isinstance(code, str) and CODE.fullmatch(code) is not None
    return is_code and isinstance(role, str) and len(role) <= LONGEST_ROLE


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
    """A person who writes letters: a name, a face, a role, a way to answer.

    `roles` says by language what `role` says in the house's own. `reply_to` is where answers go when it is another
    address than `email`; `user` is the same person as somebody who works here. `until` is the last day (by the house's
    clock) on which they write; after it `replacement` does.
    """

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=LONGEST_ROLE, blank=True)
    roles = models.JSONField(
        _("role in other languages"),
        default=dict,
        db_default={},
        blank=True,
        validators=[check_roles],
        help_text=_("By language; a letter in another one says the role above."),
    )
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    picture = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("picture")
    )
    reply_to = models.EmailField(
        _("answers go to"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Left empty, answers go to the e-mail address."),
    )
    signature = models.TextField(
        _("signature"),
        max_length=400,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "A few lines below the name, such as when you can be called. Written as they stand here."
        ),
    )
    languages = models.CharField(
        _("languages"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        validators=[
            RegexValidator(LANGUAGES, _("Write codes of languages with commas between, such as da, en."))
        ],
        help_text=_("What this person speaks, such as da, en. Left empty: every language."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("works here as"),
        help_text=_("Letters that come from who looks after a member come from this person then."),
    )
    until = models.DateField(_("writes until"), null=True, blank=True)
    replacement = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("who writes after that"),
    )

    class Meta:
        verbose_name = _("person who writes")
        verbose_name_plural = _("people who write")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def answers_to(self) -> str:
        """The address that answers go to."""
        return self.reply_to or self.email

    @property
    def lines(self) -> list[str]:
        """The signature, line by line."""
        return [line.strip() for line in self.signature.splitlines() if line.strip()]

    @property
    def spoken(self) -> list[str]:
        """The languages as codes of two or three letters; empty where nobody said which."""
        codes = self.languages.replace("_", "-").lower().split(",")
        return list(dict.fromkeys(code.strip().split("-")[0] for code in codes if code.strip()))

    def speaks(self, language: str) -> bool:
        """Whether answers in this language (or locale) can be read; believed of who named none."""
        return not self.spoken or language.replace("_", "-").lower().split("-")[0] in self.spoken

    def role_in(self, language: str, house: str) -> str:
        """What this person does, as a letter in this language (or locale) says it.

        In that language, else in the language without its country, else in that of the `house`, else in any.
        """
        known = {code: role for code, role in self.roles.items() if role}
        found = wording.nearest(known, language) or self.role or wording.nearest(known, house)
        return found or next(iter(known.values()), "")

    def has_stopped(self, today: dt.date) -> bool:
        """Whether this person's last day is over."""
        return self.until is not None and self.until < today


class Succession(models.Model):
    """One person took another's place everywhere: what moved, so that it can be put back. Never changed but undone."""

    old = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="successions")
    new = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("change of who writes")
        verbose_name_plural = _("changes of who writes")
        constraints = (
            models.UniqueConstraint(
                fields=["old"], condition=models.Q(undone_at=None), name="mail_succession_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
