from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Value(AppConfig):
    name = "value"
    verbose_name = _("Value")

    def ready(self) -> None:
        """Says which page a link to somebody's statement leads to."""
        from api import links

        links.register("statement", "statement")
