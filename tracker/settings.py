"""Django settings. Values that differ between installations come from `tracker.environment`."""

import ipaddress
import os
import secrets
import warnings
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from tracker.environment import BASE_DIR, DEFAULTS, data_dir, read_variable


def integer_setting(name: str, least: int, most: int) -> int:
    """The variable as a number within bounds; ImproperlyConfigured otherwise."""
    text = read_variable(name)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ImproperlyConfigured(f"{name} is {text!r}. It must be a whole number from {least} to {most}.")
    return int(text)


def on_or_off(name: str, default: bool) -> bool:
    """The variable as a boolean. ImproperlyConfigured if it is not on, off or empty."""
    text = read_variable(name) or ("on" if default else "off")
    if text not in ("on", "off"):
        raise ImproperlyConfigured(f"{name} is {text!r}. It must be on or off.")
    return text == "on"


def contact() -> str:
    """SECURITY_CONTACT: empty, or an address in the form of security.txt. Otherwise ImproperlyConfigured."""
    text = read_variable("SECURITY_CONTACT")
    if text and not (
        text.startswith(("https://", "mailto:", "tel:")) and text.isascii() and text.isprintable()
    ):
        raise ImproperlyConfigured(
            f"SECURITY_CONTACT is {text!r}. It must begin with mailto:, https:// or tel:, "
            "as in mailto:security@example.org."
        )
    return text


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can only be reached from this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def public_url(host: str, port: int) -> str:
    """PUBLIC_URL without a trailing slash. ImproperlyConfigured if it has more than scheme, host and port."""
    text = read_variable("PUBLIC_URL").rstrip("/")
    if text == "http://HOST:PORT":
        text = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    parts = urlsplit(text)
    if not parts.hostname or text not in (f"http://{parts.netloc}", f"https://{parts.netloc}"):
        problem = f"PUBLIC_URL is {text!r}. It must be http or https, a host and an optional port"
    elif parts.hostname in ("0.0.0.0", "::"):  # noqa: S104
        problem = f"HOST is {host!r}, which is not an address that readers can open. Set PUBLIC_URL"
    else:
        return text
    raise ImproperlyConfigured(f"{problem}, as in https://tracker.example.org.")


def database(url: str, name: str = "DATABASE_URL") -> dict:
    """Django's description of a PostgreSQL database from a URL in any form that libpq reads."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as problem:
        raise ImproperlyConfigured(
            f"{name} cannot be read ({str(problem).strip()}). "
            "It must look like postgres://user:password@host:5432/name."
        ) from None
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    described = {key: parts.pop(name, "") for key, name in names.items()}
    parts.setdefault("connect_timeout", integer_setting("CONNECT_TIMEOUT", 2, 60))
    # Behind a pooler, the next statement may use another connection, which has no cursor of this one.
    pooled = PREPARED_STATEMENTS != "direct"
    return {
        "ENGINE": "tracker.postgres",
        **described,
        "OPTIONS": parts,
        "DISABLE_SERVER_SIDE_CURSORS": pooled,
        "CONN_MAX_AGE": None,
    }


def web_processes() -> int:
    """WORKERS, or one for each processor that this process may use, within bounds."""
    if read_variable("WORKERS"):
        return integer_setting("WORKERS", 1, 64)
    known = hasattr(os, "sched_getaffinity")
    processors = len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1
    return min(max(processors, 2), 8)


def one_of(name: str, *allowed: str) -> str:
    """The variable, which has one of these values. ImproperlyConfigured otherwise."""
    text = read_variable(name)
    if text not in allowed:
        *others, last = allowed
        raise ImproperlyConfigured(f"{name} is {text!r}. It must be {', '.join(others)} or {last}.")
    return text


def limits(**variables: str) -> str:
    """PostgreSQL settings in seconds, as libpq's `options`. Those that are 0 are left out."""
    seconds = {setting: integer_setting(name, 0, 600) for setting, name in variables.items()}
    return " ".join(f"-c {setting}={number}s" for setting, number in seconds.items() if number)


def secret_key() -> str:
    """SECRET_KEY, or the secret of the demo: the stored one, or one for this process only."""
    given = read_variable("SECRET_KEY")
    if given and len(given) < 50:
        raise ImproperlyConfigured(
            "SECRET_KEY is too short. It must have at least 50 characters. This command prints one: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    if given:
        return given
    return SECRET_FILE.read_text() if SECRET_FILE.exists() else secrets.token_urlsafe(50)


def metrics_token() -> str:
    """METRICS_TOKEN: empty, or a token that nobody guesses. Otherwise ImproperlyConfigured."""
    text = read_variable("METRICS_TOKEN")
    if text and not (len(text) >= 20 and text.isascii() and text.isprintable() and " " not in text):
        raise ImproperlyConfigured(
            "METRICS_TOKEN cannot be used. It must have at least 20 random characters: letters and digits."
        )
    return text


HOST = read_variable("HOST")
PORT = integer_setting("PORT", 1, 65535)
WORKERS = web_processes()
THREADS = integer_setting("THREADS", 2, 64)
PREPARED_STATEMENTS = one_of("PREPARED_STATEMENTS", "direct", "pooled", "off")
MAX_URL = integer_setting("MAX_URL", 500, 60_000)
MAX_HEADERS = integer_setting("MAX_HEADERS", 30, 100)  # the web server accepts no more
MAX_HEADER_BYTES = integer_setting("MAX_HEADER_BYTES", 8_000, 400_000)
MAX_PARAMETERS = integer_setting("MAX_PARAMETERS", 10, 1_000)
MAX_VALUE = integer_setting("MAX_VALUE", 100, 60_000)
MAX_VALUES = integer_setting("MAX_VALUES", 1, 1_000)
MAX_SEARCH = integer_setting("MAX_SEARCH", 10, 2_000)
MAX_WORDS = integer_setting("MAX_WORDS", 1, 50)
MAX_PAGE_SIZE = integer_setting("MAX_PAGE_SIZE", 50, 1_000)
MAX_OFFSET = integer_setting("MAX_OFFSET", 0, 100_000)
MAX_DEPTH = integer_setting("MAX_DEPTH", 6, 100)
MAX_EXPAND = integer_setting("MAX_EXPAND", 1, 1_000)
MAX_ENTRIES = integer_setting("MAX_ENTRIES", 10, 20_000)
MAX_DOCUMENTS = integer_setting("MAX_DOCUMENTS", 1, 5_000)
MAX_ROWS = integer_setting("MAX_ROWS", 50, 5_000)
MAX_TEXT = integer_setting("MAX_TEXT", 1_000, 1_000_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = integer_setting("MAX_BODY", 10_000, 100_000_000)
DATA_UPLOAD_MAX_NUMBER_FIELDS = integer_setting("MAX_FIELDS", 1_000, 100_000)
DATA_UPLOAD_MAX_NUMBER_FILES = 0  # there are no uploads
METRICS_TOKEN = metrics_token()
DATA_PUBLISHER = read_variable("DATA_PUBLISHER")
DATA_LICENSE = read_variable("DATA_LICENSE")
DATA_DIR = data_dir()

# The local demo: no secret was given, so only this machine may reach it.
DEMO = not read_variable("SECRET_KEY")
SECRET_FILE = DATA_DIR / "secret-key"
SECRET_KEY = secret_key()
if DEMO and not is_loopback(HOST):
    raise ImproperlyConfigured(
        f"HOST is {HOST!r}, but without SECRET_KEY this is the local demo, which only listens on 127.0.0.1. "
        "For a server, set SECRET_KEY to at least 50 random characters. For the demo, leave HOST empty."
    )
PUBLIC_URL = public_url(HOST, PORT)

DEBUG = False
ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname]
if DEMO:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
# TLS ends in the proxy in front. Its headers are not trusted, so Django gets the origin instead.
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ENCRYPTED = PUBLIC_URL.startswith("https:")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENCRYPTED
# With this prefix, a browser accepts the cookies only from this host and only over TLS.
PREFIX = "__Host-" if ENCRYPTED else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{PREFIX}sessionid", f"{PREFIX}csrftoken"
DEVICE_COOKIE_NAME = f"{PREFIX}device"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tracker.records.admin_site.expired_forms.csrf_failure"
SESSION_ENGINE = "tracker.records.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no texts in cookies
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if ENCRYPTED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # the proxy redirects http to https; without its headers Django cannot know which it was
    "security.W021",  # preloading cannot be undone for months; the owner of the domain decides
]

# The limits counted in tracker.records.protocol.rate_limits. 0: no limit.
LIMITS = {name: integer_setting(name, 0, 10_000) for name in DEFAULTS if name.endswith(("_HOUR", "_MINUTE"))}
PROXIES = integer_setting("PROXIES", 0, 10)
SECURITY_CONTACT = contact()

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"
INSTALLED_APPS = [
    "tracker.records.admin_site.site.SiteConfig",  # Django's admin with our site
    "tracker.records.admin_site.site.AccountsConfig",  # Django's accounts under a short name
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "tracker",
    "tracker.records",
    "people",
    "dialogues",
]
MIDDLEWARE = [
    "tracker.web.logs.Requests",
    "tracker.web.middleware.Headers",
    "django.middleware.security.SecurityMiddleware",
    "tracker.web.errors.OneForm",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tracker.web.middleware.OpenToScripts",
    "tracker.web.middleware.Compressed",
    "tracker.web.middleware.DatabaseAway",
    "tracker.web.public_reads.FromReplicas",
    "tracker.web.middleware.InLanes",
    "tracker.web.middleware.CleanCookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tracker.web.middleware.Noted",
    "tracker.web.middleware.Logged",
    "tracker.web.middleware.Gate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"site": "tracker.site.words.tags", "phrases": "tracker.site.words.phrases"},
        },
    }
]

# Time limits of requests, as options of the connection. tracker/wsgi.py adds them: commands have no limit.
TIMEOUTS = limits(
    statement_timeout="STATEMENT_TIMEOUT",
    lock_timeout="LOCK_TIMEOUT",
    idle_in_transaction_session_timeout="IDLE_TIMEOUT",
)
STATEMENT_TIMEOUT = integer_setting("STATEMENT_TIMEOUT", 0, 600)  # also for computations in Python
EXPORT_TIMEOUT = integer_setting("EXPORT_TIMEOUT", 1, 3600)
# A read must be one statement, so connections are kept and not tested first. The request that notices a lost
# one is repeated if it only reads, else answered 503, and Django opens a new one for the next.
DATABASES = {"default": database(read_variable("DATABASE_URL") or "dbname=tracker")}
for number, url in enumerate(read_variable("REPLICA_URLS").split(), 1):
    DATABASES[f"replica{number}"] = database(url, "REPLICA_URLS") | {"TEST": {"MIRROR": "default"}}
if not read_variable("DATABASE_URL"):
    # A command that runs without the database, like makemigrations, cannot ask which migrations are applied.
    DATABASES["default"]["HOST"] = str(DATA_DIR)
    warnings.filterwarnings("ignore", "Got an error checking a consistent migration history")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Relative to the checkout, like DATA_DIR.
ERASURE_LEDGER = BASE_DIR / (
    Path(read_variable("ERASURE_LEDGER") or DATA_DIR / "erasure-ledger.jsonl").expanduser()
)
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
SERIALIZATION_MODULES = {"json": "tracker.records.values.texts.deserializer"}

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTHENTICATION_BACKENDS = ["tracker.records.policy.roles.RoleBackend"]
FOUR_EYES = on_or_off("FOUR_EYES", default=not DEMO)
SECOND_FACTOR = on_or_off("SECOND_FACTOR", default=not DEMO)
OTP_TOTP_ISSUER = urlsplit(PUBLIC_URL).hostname
# Guesses of codes are counted like all others: a delay per device would let a guesser lock the owner out.
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "tracker.formats"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# In the demo, requests are logged in a file, so that the terminal keeps the passwords in view.
REQUEST_LOG = DATA_DIR / "requests.log"
REQUESTS = "file" if DEMO and "SERVED_LOCALLY" in os.environ else "stderr"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "tracker.web.logs.JSONLine"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "file": {
            "()": "tracker.web.logs.RequestFile",
            "filename": str(REQUEST_LOG),
            "delay": True,
            "formatter": "line",
        },
        "nowhere": {"class": "logging.NullHandler"},  # without a handler, Python prints to stderr
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Without this, Django mails errors to ADMINS, and there are none.
    "loggers": {
        "tracker": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "tracker.requests": {"handlers": [REQUESTS], "level": "INFO", "propagate": False},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # The answer tells a client what was wrong; logging it would fill the log with what anyone sends.
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        # Anyone can send a wrong Host, or a form from another site or too large; the answer is enough.
        "django.security": {"handlers": ["nowhere"], "propagate": False},
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tracker.records.accounts.authentication.Bearer",
        "tracker.records.accounts.authentication.Session",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "tracker.records.api.openapi.document.Schema",
    "EXCEPTION_HANDLER": "tracker.records.protocol.problems.handle",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Dialogue tracker",
    "DESCRIPTION": "Who speaks for civil society across a conflict line, and who is in prison for it.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": PUBLIC_URL}],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["tracker.records.accounts.authentication.ReadOrKnown"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none"},
    "POSTPROCESSING_HOOKS": [],
    "APPEND_COMPONENTS": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
}
