from django.db import models
from django.utils.translation import gettext_lazy as _

from mail.models.message import Message


class Click(models.Model):
    """A link of a letter that was opened by way of us; who or what did it is judged a little later.

    Neither address nor name of the program is kept, only whether it showed at once that it was one.
    """

    class By(models.TextChoices):
        UNJUDGED = "", _("not known yet")
        PERSON = "person", _("a person")
        PROGRAM = "program", _("a program")

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="clicks")
    url = models.CharField(max_length=1000)
    at = models.DateTimeField()
    by = models.CharField(max_length=7, choices=By, blank=True, default=By.UNJUDGED)

    class Meta:
        verbose_name = _("opened link")
        verbose_name_plural = _("opened links")
        indexes = (models.Index(fields=["at"], name="mail_click_unjudged", condition=models.Q(by="")),)

    def __str__(self) -> str:
        return self.url
