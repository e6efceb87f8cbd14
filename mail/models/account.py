from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """The mailbox as an owner connected it on the settings page; at most one row. `EMAIL_URL` is stronger.

    The password is sealed (`api.secrets`), and is shown nowhere again. Letters leave from `address`.
    """

    class Security(models.TextChoices):
        STARTTLS = "starttls", _("STARTTLS (usual with port 587)")
        TLS = "tls", _("TLS (usual with port 465)")
        PLAIN = "plain", _("none (only inside your own network)")

    address = models.EmailField(_("e-mail"))
    host = models.CharField(_("mail server"), max_length=253)
    port = models.PositiveIntegerField(_("port"), default=587)
    security = models.CharField(_("encryption"), max_length=10, choices=Security, default=Security.STARTTLS)
    user_name = models.CharField(_("user name"), max_length=254, blank=True)
    imap_host = models.CharField(
        _("server for mail that comes in"),
        max_length=253,
        blank=True,
        help_text=_("IMAP with TLS, port 993. With it replies of members are read; empty: they are not."),
    )
    sealed_password = models.TextField(blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("connected mailbox")
        verbose_name_plural = _("connected mailboxes")
        constraints = (
            models.CheckConstraint(name="mail_account_is_one", condition=models.Q(pk=1)),
            models.CheckConstraint(
                name="mail_account_security_known",
                condition=models.Q(security__in=["starttls", "tls", "plain"]),
            ),
        )

    def __str__(self) -> str:
        return self.address
