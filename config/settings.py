"""Django settings, all of them from the environment. `docs/reference/settings.md` lists every name."""

from pathlib import Path
from typing import Any

import django_stubs_ext

from config import broker, console, logging, queues
from config.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
django_stubs_ext.monkeypatch()  # so that `ModelForm[Job]` and the like can be written down

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", default="")
FIELD_KEYS = env.texts("FIELD_KEYS")  # Fernet keys; the first encrypts, all decrypt
ENVIRONMENT = env.text("ENVIRONMENT", default="test")  # what this installation is: production or test
ALLOWED_HOSTS = env.texts("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.texts("CSRF_TRUSTED_ORIGINS")
PUBLIC_URL = env.text("PUBLIC_URL", default="http://127.0.0.1:8000")

DATABASES = {"default": env.postgresql("DATABASE_URL", default="postgres://crossdock@127.0.0.1:5432/crossdock")}
DATABASES["default"] |= {"CONN_MAX_AGE": env.whole("DATABASE_CONN_MAX_AGE", default=60), "CONN_HEALTH_CHECKS": True}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
if env.flag("DATABASE_PREPARE", default=True):  # off behind a pooler that shares connections
    DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 5}
    # PostgreSQL would compile the console's statements for longer than it runs them.
    DATABASES["default"]["OPTIONS"].setdefault("options", "-c jit=off")
REDIS_URL = env.text("REDIS_URL", default="redis://127.0.0.1:6379/0")
BROKER_URL = env.text("BROKER_URL", default="") or REDIS_URL
BROKER = broker.configuration(BROKER_URL)
BROKER_SENDING = broker.sending(BROKER_URL)
MAINTENANCE_QUEUE = queues.MAINTENANCE

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "integration.console.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "integration",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "integration.console.language.Middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "integration.console.zone.middleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "integration" / "templates"],  # ours go before the theme's
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
ROOT_URLCONF = "config.urls"
LOGIN_REDIRECT_URL = "admin:index"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"  # of all that is no page of the console: the API, the workers, what is kept
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "integration" / "locale"]
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True
UNFOLD = console.UNFOLD
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
WHITENOISE_USE_FINDERS = True  # what nobody collected is served too: a checkout needs no collectstatic

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 31_536_000
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY", default=False) else None
SECURE_SSL_REDIRECT = PUBLIC_URL.startswith("https://")
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SECURE_REDIRECT_EXEMPT = [
    r"^healthz$",
    r"^readyz$",
    r"^alivez$",
    r"^metrics$",
]  # asked from inside, where there is no TLS
DATA_UPLOAD_MAX_MEMORY_SIZE = env.whole("MAX_BODY_BYTES", default=3_000_000)
WEBHOOK_RATE = env.whole("WEBHOOK_RATE", default=600)  # messages of one connection in one second

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["integration.api.tokens.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["integration.api.tokens.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["integration.api.bodies.BoundedJSON"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "integration.api.errors.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Crossdock",
    "DESCRIPTION": "Orders out of Odoo, shipments back into it.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "AlertKind": "integration.models.AlertRule.Kind",
        "AlertState": "integration.models.Alert.State",
        "CaseState": "integration.models.ExceptionCase.State",
        "FlowMode": "integration.models.Warehouse.Mode",
        "KindEnum": "integration.models.CodeMapping.Kind",
        "JobState": "integration.models.SyncJob.State",
        "OrderState": "integration.models.Document.State",
        "OutboundState": "integration.models.OutboundMessage.State",
        "Remainder": "integration.models.Warehouse.Remainder",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "integration.api.schema.complete",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGGING: dict[str, Any] = logging.configuration(env.text("LOG_FORMAT", default="line"))

# The mail server that reports go by; none: they are not mailed.
EMAIL_HOST = env.text("EMAIL_HOST", default="")
EMAIL_PORT = env.whole("EMAIL_PORT", default=587)
EMAIL_HOST_USER = env.text("EMAIL_USER", default="")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD", default="")
EMAIL_SECURITY = env.text("EMAIL_SECURITY", default="starttls")  # starttls, tls or none
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT_SECONDS", default=20.0)  # of each step of a mail
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", default="crossdock@localhost")
# Spans go to a collector, if there is one (docs/reference/settings.md).
TRACES: dict[str, Any] = {
    "endpoint": env.text("OTEL_EXPORTER_OTLP_ENDPOINT", default=""),
    "headers": env.pairs("OTEL_EXPORTER_OTLP_HEADERS"),
    "service": env.text("OTEL_SERVICE_NAME", default="crossdock"),
    "share": env.number("OTEL_TRACES_SAMPLER_ARG", default=1.0),
}

# How the engine works; seconds unless named otherwise.
ENGINE: dict[str, Any] = {
    "claim_seconds": env.whole("ENGINE_CLAIM_SECONDS", default=60),
    "batch_jobs": env.whole("ENGINE_BATCH_JOBS", default=256),
    "jobs_per_claim": env.whole("ENGINE_JOBS_PER_CLAIM", default=100),
    "breaker_failures": env.whole("ENGINE_BREAKER_FAILURES", default=5),
    "breaker_probe_seconds": env.whole("ENGINE_BREAKER_PROBE_SECONDS", default=15),
    "recheck_seconds": env.whole("ENGINE_RECHECK_SECONDS", default=300),
    "sweep_seconds": env.number("ENGINE_SWEEP_SECONDS", default=5.0),
    "retry_base_seconds": env.number("ENGINE_RETRY_BASE_SECONDS", default=5.0),
    "retry_cap_seconds": env.whole("ENGINE_RETRY_CAP_SECONDS", default=900),
    "time_scale": env.number("ENGINE_TIME_SCALE", default=1.0),  # for drills: how long is waited for others
}
for _waits in ("breaker_probe_seconds", "recheck_seconds", "retry_base_seconds", "retry_cap_seconds"):
    ENGINE[_waits] *= ENGINE["time_scale"]
WORKER: dict[str, Any] = {
    "canary_seconds": env.number("WORKER_CANARY_SECONDS", default=10.0),
    "deaf_seconds": env.number("WORKER_DEAF_SECONDS", default=90.0),
    "max_tasks_per_child": env.whole("WORKER_MAX_TASKS_PER_CHILD", default=1000),
    "max_memory_mb": env.whole("WORKER_MAX_MEMORY_MB", default=400),
    "soft_shutdown_seconds": env.number("WORKER_SOFT_SHUTDOWN_SECONDS", default=20.0),
}
BEAT: dict[str, Any] = {
    "lease_seconds": env.number("BEAT_LEASE_SECONDS", default=15.0),
}
RETENTION: dict[str, Any] = {
    "job_days": env.whole("RETENTION_JOB_DAYS", default=90),
    "message_days": env.whole("RETENTION_MESSAGE_DAYS", default=90),
    "key_days": env.whole("RETENTION_KEY_DAYS", default=730),
    "proof_days": env.whole("RETENTION_PROOF_DAYS", default=730),
    "batch_rows": env.whole("RETENTION_BATCH_ROWS", default=250),
    "run_seconds": env.number("RETENTION_RUN_SECONDS", default=5.0),
    "every_seconds": env.whole("RETENTION_EVERY_SECONDS", default=60),
}
ALERTS: dict[str, Any] = {
    "look_seconds": env.whole("ALERTS_LOOK_SECONDS", default=30),
}
HEARTBEAT_URL = env.text("HEARTBEAT_URL", default="")
REPLAY_APPROVAL_ABOVE = env.number("REPLAY_APPROVAL_ABOVE", default=10_000.0)  # of any currency; 0: always
STOCK: dict[str, Any] = {
    "read_seconds": env.whole("STOCK_READ_SECONDS", default=600),
    "watch_seconds": env.whole("STOCK_WATCH_SECONDS", default=60),
    "compare_seconds": env.whole("ORDERS_COMPARE_SECONDS", default=30),
    "fetch_minutes": env.whole("STOCK_FETCH_MINUTES", default=240),
}
MISSING: dict[str, Any] = {
    "grace_seconds": env.whole("MISSING_GRACE_SECONDS", default=300),
    "again_minutes": env.whole("MISSING_AGAIN_MINUTES", default=60),
    "compare_minutes": env.whole("MISSING_COMPARE_MINUTES", default=30),
}
CONFIG_TREE = env.text("CONFIG_TREE", default="")  # the files that the configuration is kept in, if it is
ROLLOUT: dict[str, Any] = {
    "look_seconds": env.whole("SHADOW_LOOK_SECONDS", default=60),
    "decide_minutes": env.whole("SHADOW_DECIDE_MINUTES", default=60),
    "unkeyed_hours": env.whole("SHADOW_UNKEYED_HOURS", default=48),
    "window_days": env.whole("SHADOW_WINDOW_DAYS", default=14),
    "documents": env.whole("GO_LIVE_DOCUMENTS", default=100),
    "share": env.number("GO_LIVE_SHARE", default=99.5),
    "unkeyed_share": env.number("GO_LIVE_UNKEYED_SHARE", default=10.0),
}
DOWNTIME_PACK_MINUTES = env.whole("DOWNTIME_PACK_MINUTES", default=15)
CAPTURE: dict[str, Any] = {
    "poll_seconds": env.number("CAPTURE_POLL_SECONDS", default=10.0),
    "overlap_seconds": env.whole("CAPTURE_OVERLAP_SECONDS", default=300),
    "sweep_minutes": env.whole("CAPTURE_SWEEP_MINUTES", default=60),
    "master_seconds": env.whole("MASTER_POLL_SECONDS", default=300),
    "master_sweep_hours": env.whole("MASTER_SWEEP_HOURS", default=24),
}
