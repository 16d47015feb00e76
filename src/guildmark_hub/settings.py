"""The settings: safe as they stand for a public site; `GUILDMARK_HUB_*` says what differs here, and is read only here.

GUILDMARK_HUB_DATA   the folder of the database and the secret key (default: hub/ in the user's data folder)
GUILDMARK_HUB_HOSTS  the names that it answers to, with commas (default: this machine's own)
GUILDMARK_HUB_NAME   what it calls itself, above all where it signs (default: This hub)
GUILDMARK_HUB_HTTP   1: plain HTTP, for this machine alone; `guildmark hub serve` sets it on loopback
GUILDMARK_HUB_PROXY  1: a proxy in front says by X-Forwarded-Proto whether it was asked by HTTPS
GUILDMARK_HUB_ADDRESS  where people find it, for the links in mails and feeds (default: https:// and the first host)
GUILDMARK_HUB_MAIL   the mail server, as submission://user:password@host (default: mails are printed)
GUILDMARK_HUB_FROM   the address that its mails come from (default: guildmark@ and the first host)
GUILDMARK_HUB_BATCH  how many minutes notices wait for each other before they are mailed (default: 15)
GUILDMARK_HUB_OIDC   a TOML or JSON file that names who else may say who somebody is (`guildmark_hub.oidc`)
GUILDMARK_HUB_LOOPBACK  1: what is fetched may lie on this machine; for tests, never on a public site
GUILDMARK_HUB_DEBUG  1: tell the browser of errors; never on a public site"""

import os
from datetime import timedelta
from pathlib import Path

import guildmark.reports
from guildmark.commands import advisories_folder
from guildmark_hub import mailing, oidc
from guildmark_hub.kept import data_folder, secret, static_digest

ROOT = Path(__file__).resolve().parent
SHEET = Path(guildmark.reports.__path__[0]).resolve() / "sheet"
"""What the pages here look like, and the reports."""
DATA = data_folder(os.environ.get("GUILDMARK_HUB_DATA", ""))
PLAIN = os.environ.get("GUILDMARK_HUB_HTTP") == "1"
DEBUG = os.environ.get("GUILDMARK_HUB_DEBUG") == "1"
LOOPBACK = os.environ.get("GUILDMARK_HUB_LOOPBACK") == "1"
NAME = os.environ.get("GUILDMARK_HUB_NAME", "").strip() or "This hub"
SECRET_KEY = secret(DATA / "secret.key")
OWN = "localhost,127.0.0.1,[::1]"
ALLOWED_HOSTS = [host.strip() for host in os.environ.get("GUILDMARK_HUB_HOSTS", OWN).split(",") if host.strip()]

APPS = ("people", "jobs", "catalog", "vetting", "answers", "watching", "council", "cases")
"""Ours, from the lowest up."""
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    *(f"guildmark_hub.{name}" for name in APPS),
]
MIDDLEWARE = [
    "guildmark_hub.people.watermark.watermark",
    "guildmark_hub.headers.headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "guildmark_hub.urls"
WSGI_APPLICATION = "guildmark_hub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [ROOT / name / "templates" for name in APPS],
        "OPTIONS": {"environment": "guildmark_hub.catalog.looks.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "people" / "staff_pages"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "guildmark_hub.people.watermark.context",
            ]
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "hub.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=268435456;"
            " PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL, LOGIN_REDIRECT_URL = "account_login", "people:desk"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "guildmark_hub.people.doors.unproved"
# Counts of tries are shared by all processes, and no start forgets them. A table of people's migrations keeps them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_cached",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if os.environ.get("GUILDMARK_HUB_PROXY") == "1" else 0
ACCOUNT_ADAPTER = "guildmark_hub.people.accounts.Accounts"
ACCOUNT_FORMS = {"signup": "guildmark_hub.people.accounts.SignUp"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Guildmark] "
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if PLAIN else "https"
SOCIALACCOUNT_ADAPTER = "guildmark_hub.people.accounts.Outsiders"
SOCIALACCOUNT_FORMS = {"signup": "guildmark_hub.people.accounts.OutsiderSignUp"}
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": oidc.providers(os.environ.get("GUILDMARK_HUB_OIDC", ""))}}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Guildmark"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PLAIN

ADDRESS = mailing.address(os.environ.get("GUILDMARK_HUB_ADDRESS", ""), ALLOWED_HOSTS, plain=PLAIN)
globals().update(mailing.server(os.environ.get("GUILDMARK_HUB_MAIL", "")))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("GUILDMARK_HUB_FROM") or f"guildmark@{mailing.host(ALLOWED_HOSTS)}"
MAIL_BATCH = timedelta(minutes=mailing.minutes(os.environ.get("GUILDMARK_HUB_BATCH", ""), 15))

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# The address of a static file has the digest of them all, so a browser keeps it for ever and no step collects them.
STATIC_URL = f"/static/{static_digest(ROOT, SHEET)}/"
STATICFILES_DIRS = [("guildmark", SHEET)]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = "$^" if DEBUG else "."

SECURE_SSL_REDIRECT = not PLAIN
SECURE_HSTS_SECONDS = 0 if PLAIN else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not PLAIN
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not PLAIN
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("GUILDMARK_HUB_PROXY") == "1" else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_HTTPONLY = True
CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

# The longest form holds a document of 60,000 letters, and browsers send a letter as up to twelve bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 << 18
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_HANDLERS = [
    "guildmark_hub.vetting.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

OUTSIDE = (
    *("PATH", "LANG", "LC_ALL", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "HF_ENDPOINT"),
    *("PIP_CONFIG_FILE", "PIP_CERT", "PIP_INDEX_URL", "NPM_CONFIG_REGISTRY", "npm_config_registry"),
)
"""How indexes are reached: all that a vetting's process has of the environment. Nothing of it is this hub's own."""
VETTING_ENVIRONMENT = {name: os.environ[name] for name in OUTSIDE if name in os.environ} | {
    "GUILDMARK_ADVISORIES": str(advisories_folder())
}
for _pip in (Path.home() / ".config" / "pip" / "pip.conf", Path.home() / ".pip" / "pip.conf"):
    if _pip.is_file():  # it has another home there
        VETTING_ENVIRONMENT.setdefault("PIP_CONFIG_FILE", str(_pip))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}, "django.security.DisallowedHost": {"level": "CRITICAL"}},
}
