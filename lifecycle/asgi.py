"""The door for asynchronous servers; nothing in the product needs one."""

import os

from django.core import asgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifecycle.settings")
application = asgi.get_asgi_application()
