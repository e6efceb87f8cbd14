from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class Office(AppConfig):
    name = "office"
    verbose_name = _("Office")


class Desks(AdminConfig):
    """Django's admin, with the pages of `office.desks`."""

    default = False
    default_site = "office.desks.Desks"
