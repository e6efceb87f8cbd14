from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Office(AppConfig):
    name = "office"
    verbose_name = _("Office")
