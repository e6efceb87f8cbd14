from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Intake(AppConfig):
    name = "intake"
    verbose_name = _("Arrivals")

    def ready(self) -> None:
        """Says which page a link to a member's card leads to."""
        from api import links

        links.register("card", "card")
