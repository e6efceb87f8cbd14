from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Relationship(AppConfig):
    name = "relationship"
    verbose_name = _("Relationship")

    def ready(self) -> None:
        """Says which page an answer in a letter leads to."""
        from api import links

        links.register("survey", "survey")
