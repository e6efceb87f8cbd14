"""Every setting, in the order in which a start needs them. `.env.example` explains what can be chosen."""

import warnings
from pathlib import Path
from typing import Any
from urllib import parse

from lifecycle import connections, environment

BASE_DIR = Path(__file__).resolve().parent.parent
environment.load(BASE_DIR / ".env")

# Where it stands ---------------------------------------------------------------------------------
DEBUG = environment.flag("DEBUG")
VAR_DIR = environment.folder("VAR_DIR", BASE_DIR / "var")
# What a restored backup must not undo: on another disk than the database's, and on one that all machines share.
LEDGER_FILE = environment.file("LEDGER_FILE", VAR_DIR / "ledger.log")
PORT = environment.number("PORT", 8000, 1, 65535)
BASE_URL = environment.address("BASE_URL", f"http://127.0.0.1:{PORT}")
HTTPS = BASE_URL.startswith("https://")
HOST = parse.urlsplit(BASE_URL).hostname or "localhost"
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS", sorted({HOST, "127.0.0.1", "localhost", "[::1]"}))
SECRET_KEY = environment.secret_key(VAR_DIR, required=HTTPS)
CANCEL_URL = environment.address("CANCEL_URL")

# Shown once, to make the owner's account in an empty house (`manage.py begin` prints it).
BEGIN_CODE = environment.text("BEGIN_CODE")
# With it, a program that watches this installation may read /metrics from elsewhere.
METRICS_TOKEN = environment.text("METRICS_TOKEN")
# Where the nightly backups lie, so that the status page can tell how old the last one is.
BACKUP_DIR = environment.text("BACKUP_DIR")

# A sandbox reads its time from this file (leases, signature ages and link expiry stay on real time).
TEST_CLOCK = Path(clock_file).absolute() if (clock_file := environment.text("TEST_CLOCK")) else None

# The house, its rooms from the ground up, the hall last --------------------------------------------
INSTALLED_APPS = [
    "office.apps.Desks",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "adminsortable2",
    "axes",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "template_partials",
    "office.apps.Office",
    "api",
    "members",
    "mail",
    "flows",
    "intake",
    "value",
    "relationship",
    "winback",
    "dashboard",
    "lifecycle.apps.Lifecycle",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "mail.accounts.at_hand",
]
ROOT_URLCONF = "lifecycle.urls"
WSGI_APPLICATION = "lifecycle.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        # template_partials puts its own loader around the usual ones when it is ready.
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.frame",
            ],
        },
    },
]

# What it talks to --------------------------------------------------------------------------------
DATABASES = {"default": connections.database(BASE_DIR, VAR_DIR)}
BROKER_URL = connections.broker()
MAIL_TRANSPORT = connections.mail()
ANYMAIL = connections.anymail()
IMAP = connections.mailbox()
DEFAULT_FROM_EMAIL = environment.mailbox("DEFAULT_FROM_EMAIL", "club@example.com")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# The bare address letters leave from, and the domain of our Message-IDs.
MAIL_ADDRESS = DEFAULT_FROM_EMAIL[DEFAULT_FROM_EMAIL.rfind("<") + 1 :].removesuffix(">")
MAIL_DOMAIN = MAIL_ADDRESS.rpartition("@")[2]
# Where letters come back to: bounces@… makes each leave from bounces+<its own id>@… (plain SMTP only).
BOUNCE_ADDRESS = environment.bare_mailbox("BOUNCE_ADDRESS")
# Without a timeout of ours a silent mail server would hold a worker for ever.
EMAIL_TIMEOUT = 60
# Outgoing webhooks may go to plain http and to addresses inside, which on a real installation nobody wants.
WEBHOOKS_ALLOW_PRIVATE = environment.flag("WEBHOOKS_ALLOW_PRIVATE")

# Who may come in ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "office.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
# One person's failures lock that person at that address, not everybody behind it.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "api.rates.locked_out"
AXES_CLIENT_IP_CALLABLE = "api.rates.address"
AXES_VERBOSE = False

# What browsers are told --------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Whether other names below the club's domain can do https is not ours to promise.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# A letter of 1 MiB is the largest thing an editor sends in a form; files go to disk above this size.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

# The API -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.ApiKeyAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.bodies.CappedJSONParser"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "api.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.errors.problem_response",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Lifecycle",
    "DESCRIPTION": "Members, what happens to them, and the letters they get.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.add_rules_of_every_door",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# Language and time -------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("da", "Dansk")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.zone("TIME_ZONE", "UTC")
# Contracts at most so many days apart are a change of plan; further apart somebody left and came back.
BACK_TO_BACK_DAYS = environment.number("BACK_TO_BACK_DAYS", 1, 0, 60)

# How long things are kept ------------------------------------------------------------------------
# Months of raw use, 0 for ever. Days, facts and reports stay: they are counted from what came.
USAGE_RETENTION_MONTHS = environment.number("USAGE_RETENTION_MONTHS", 0, 0, 1200)

# Files -------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Straight from where they lie: nothing has to be collected first, and whitenoise need not say so.
WHITENOISE_USE_FINDERS = True
warnings.filterwarnings("ignore", "No directory at", UserWarning)
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MAX_AGE = 0 if DEBUG else 300
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"

# Watching it -------------------------------------------------------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "lifecycle.logs.Formatter", "readable": DEBUG}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Its lines are only there for people who watch a development server.
        "django.server": {"handlers": ["stderr"], "level": "INFO" if DEBUG else "ERROR", "propagate": False},
        "axes": {"level": "WARNING"},
        "flufl.bounce": {"level": "WARNING"},
        "celery": {"level": "INFO" if DEBUG else "WARNING"},
    },
}
SENTRY_DSN = environment.address("SENTRY_DSN")
if SENTRY_DSN:
    import sentry_sdk

    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False, max_request_body_size="never")
