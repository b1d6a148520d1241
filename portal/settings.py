"""Settings, all from the environment. This file never starts a server: manage.py and the demo's supervisor do.

PORTAL_ROLE says what this process is (web, worker, beat, command, test); time limits follow from it.
"""

from pathlib import Path

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = embedded.data_dir()
env = environ.Env()

ROLE = env.str("PORTAL_ROLE", default="command")
SERVING = ROLE in ("web", "worker", "beat")
DEBUG = env.bool("DEBUG", default=False)
HTTPS = env.bool("PORTAL_HTTPS", default=False)

# --- security -----------------------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY", default="")
if SERVING and (len(SECRET_KEY) < 32 or SECRET_KEY.startswith("django-insecure")):
    raise ImproperlyConfigured("Set SECRET_KEY to a random text of at least 32 characters.")
PORTAL_DATA_KEYS = env.list("PORTAL_DATA_KEYS", default=[])  # seal personal data; the first seals, each one unseals
PORTAL_INDEX_KEY = env.str("PORTAL_INDEX_KEY", default="")  # hashes by which sealed numbers and secrets are found
_keys = [SECRET_KEY, PORTAL_INDEX_KEY, *PORTAL_DATA_KEYS]
if SERVING and (len(_keys) < 3 or min(map(len, _keys)) < 32 or len(set(_keys)) < len(_keys)):
    raise ImproperlyConfigured(
        "Set PORTAL_DATA_KEYS (one or more, with commas between) and PORTAL_INDEX_KEY, "
        "each to a random text of its own of at least 32 characters."
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # asked by the container's health check, inside the network
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"  # refused by some browsers on plain http

# --- what the site is made of -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal.apps.StaffConfig",  # Django's admin with our own site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "pgtrigger",
    "django_countries",  # for its catalogue
    "csp",
    "django_structlog",
    "windows",
    "applications",
    "measures",
    "portal",
]
MIDDLEWARE = [
    "portal.editions.Editions",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.language.LanguageOfThePath",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "windows.Officer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- language and time --------------------------------------------------------------------------------------------
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]

# --- static files -------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", default=str(DATA_DIR / "staticfiles"))
if DEBUG or ROLE == "test":
    _static = "django.contrib.staticfiles.storage.StaticFilesStorage"
elif env.bool("PORTAL_COMPRESS_STATIC", default=False):  # 18-33 s: in the image build, not at the demo's start
    _static = "whitenoise.storage.CompressedManifestStaticFilesStorage"
else:
    _static = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static},
}
MEDIA_ROOT = DATA_DIR / "media"

# --- database -----------------------------------------------------------------------------------------------------
_limits = {
    "web": {"statement_timeout": "3s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"},
    "worker": {"statement_timeout": "60s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"},
}.get(ROLE, {})
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"postgresql:///{embedded.DATABASE}")}
DATABASES["default"].update(
    ATOMIC_REQUESTS=False,
    CONN_MAX_AGE=600 if SERVING else 0,
    CONN_HEALTH_CHECKS=SERVING,
)
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=3,
    application_name=f"portal-{ROLE}",
    options=" ".join(f"-c {name}={value}" for name, value in _limits.items()),
)

# --- Redis and Celery: a doorbell, never the truth ----------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
_patience = 30 if ROLE == "worker" else 1  # seconds: 1 bites a worker's blocking read, 30 would block a page
CELERY_BROKER_URL = (
    f"redis+socket://{REDIS_URL.removeprefix('unix://')}?virtual_host=0"
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": _patience,
    "socket_connect_timeout": 1,
    "health_check_interval": 10,
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True  # without both, work was lost on a kill
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # a request must not wait for a broken broker
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 45, 60  # seconds
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SYNC_EVERY = 1  # the file's age tells whether beat is alive
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")

# --- mail and files -----------------------------------------------------------------------------------------------
PORTAL_URL = env.str("PORTAL_URL", default="http://127.0.0.1:8000")  # as it stands in mail
PORTAL_PROXY = env.bool("PORTAL_PROXY", default=HTTPS)  # a proxy before us tells who asks
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="applications.mail.Console")
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
    env.str("EMAIL_HOST_USER", default=""),
    env.str("EMAIL_HOST_PASSWORD", default=""),
)
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="no-reply@localhost")
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # never in clear on a disk
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 2**20

# --- API ----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer", "windows.renderers.CsvRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "windows.renderers.AskedFormat",
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # open reads; windows.bearer is for the rest. No cookie is read or set
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "windows.questions.answer_error",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Entry-exit windows",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {"PortKind": "measures.models.Port.Kind", "ReturnKind": "measures.models.Facilitation"},
}

# --- logs: one JSON line per event on standard error --------------------------------------------------------------
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # who asked is personal, too; whom to turn away windows/limits.py counts
_before = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[*_before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(  # local variables may hold personal data
                    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
                ),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": _before,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO" if SERVING else "WARNING")},
}
