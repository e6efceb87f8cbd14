from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Winback(AppConfig):
    name = "winback"
    verbose_name = _("Leaving and returning")

    def ready(self) -> None:
        """Says which pages the links to leave, and to an offer, lead to."""
        from api import links

        links.register("cancel", "cancel")
        links.register("offer", "offer")
