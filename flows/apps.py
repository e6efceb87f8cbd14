from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Flows(AppConfig):
    name = "flows"
    verbose_name = _("Flows")
