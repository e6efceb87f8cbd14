"""Settings of the barest web service: one view, one table, the product's database and nothing else."""

from lifecycle import settings as house

SECRET_KEY = house.SECRET_KEY
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = house.DATABASES
INSTALLED_APPS: list[str] = []
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "bench.bare_web"
USE_TZ = True
LOGGING_CONFIG = None
