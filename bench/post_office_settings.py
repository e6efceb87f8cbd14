"""Settings of a small Django project that sends through django-post-office, with that library's own defaults."""

from lifecycle import settings as house

SECRET_KEY = house.SECRET_KEY
DATABASES = house.DATABASES
INSTALLED_APPS = ["post_office"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
EMAIL_BACKEND = "post_office.EmailBackend"
EMAIL_HOST, EMAIL_PORT = house.MAIL_TRANSPORT.get("host", ""), house.MAIL_TRANSPORT.get("port", 25)
EMAIL_TIMEOUT = 60
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
LOGGING_CONFIG = None
