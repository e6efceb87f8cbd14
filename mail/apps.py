from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Mail(AppConfig):
    name = "mail"
    verbose_name = _("Letters")

    def ready(self) -> None:
        """Says which pages serve the links that letters carry."""
        from api import links

        for purpose in ("unsubscribe", "preferences", "confirm", "browser", "click"):
            links.register(purpose, purpose)
