"""The door for gunicorn."""

import os

from django.core import wsgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifecycle.settings")
application = wsgi.get_wsgi_application()
