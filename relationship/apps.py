from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Relationship(AppConfig):
    name = "relationship"
    verbose_name = _("Relationship")
