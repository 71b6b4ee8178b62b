"""The environment variables of the project: one table for the code, the documents and the tests."""

import os
from pathlib import Path
from typing import NamedTuple

BASE_DIR = Path(__file__).resolve().parent.parent
UNSTATED_LICENSE = "See the sources cited; the seed facts credit Global Voices."


class Variable(NamedTuple):
    """A name, the default value (in the form shown to readers), and what it does."""

    name: str
    default: str
    meaning: str


VARIABLES = [
    Variable("HOST", "127.0.0.1", "Address to listen on. Without `SECRET_KEY` only a loopback address."),
    Variable("PORT", "8000", "Port to listen on."),
    Variable(
        "PUBLIC_URL",
        "http://HOST:PORT",
        "The address under which readers reach the site. Links in answers begin with it.",
    ),
    Variable("SECRET_KEY", "", "A secret of at least 50 characters, for production. Empty: the local demo."),
    Variable(
        "DATABASE_URL",
        "",
        "Your own PostgreSQL server: `postgres://user:password@host:5432/name`. Empty: the embedded one.",
    ),
    Variable(
        "REPLICA_URLS",
        "",
        "Streaming replicas for public reads: addresses like `DATABASE_URL`, separated by spaces.",
    ),
    Variable("DATA_DIR", "data", "Folder for the embedded database, static files and the demo's secret."),
    Variable(
        "ERASURE_LEDGER",
        "",
        "File with the ids of everything taken down or erased. Empty: `erasure-ledger.jsonl` in `DATA_DIR`.",
    ),
    Variable("BACKUP_RECIPIENT", "", "One or more public keys (`age1...`) that backups are encrypted to."),
    Variable("POSTGRES_BIN", "", "Folder of PostgreSQL's programs. Empty: those of the installed wheel."),
    Variable(
        "WORKERS",
        "",
        "Number of web server processes. Empty: one for each processor, from 2 to 8.",
    ),
    Variable(
        "THREADS",
        "8",
        "Requests that each web process answers at the same time, each with its own database connection.",
    ),
    Variable(
        "PREPARED_STATEMENTS",
        "direct",
        "`direct`: no pooler is in front of the database. `off`: a pooler is. `pooled`: one that keeps "
        "prepared statements (PgBouncer 1.21 or newer with `max_prepared_statements`).",
    ),
    Variable("CONNECT_TIMEOUT", "3", "Seconds to wait for a connection to the database; at least 2."),
    Variable("STATEMENT_TIMEOUT", "3", "Seconds that one SQL statement of a request may take. 0: no limit."),
    Variable("EXPORT_TIMEOUT", "60", "Seconds that the export of a whole list as CSV may take."),
    Variable("LOCK_TIMEOUT", "2", "Seconds that a request waits for a lock of another request. 0: no limit."),
    Variable("IDLE_TIMEOUT", "30", "Seconds that a transaction of a request may be idle. 0: no limit."),
    Variable(
        "FOUR_EYES",
        "",
        "`on`: nobody can be the first to publish their own work. Empty: on, but off in the local demo.",
    ),
    Variable(
        "SECOND_FACTOR",
        "",
        "`on`: logging in needs a code in addition to the password. Empty: on, but off in the local demo.",
    ),
    Variable(
        "MAX_BODY", "2500000", "Bytes of the body of one request. More is refused, as with all limits below."
    ),
    Variable("MAX_URL", "8000", "Bytes of an address, including the query."),
    Variable("MAX_HEADERS", "100", "Number of headers of a request."),
    Variable("MAX_HEADER_BYTES", "60000", "Bytes of all headers of a request."),
    Variable("MAX_PARAMETERS", "100", "Number of query parameters."),
    Variable("MAX_VALUE", "2000", "Characters of one query parameter."),
    Variable("MAX_VALUES", "50", "Values of a parameter that takes several, for example one with `__in`."),
    Variable("MAX_SEARCH", "200", "Characters of a search text, in `q` or in a column."),
    Variable("MAX_WORDS", "8", "Words in `q`."),
    Variable("MAX_PAGE_SIZE", "200", "Rows on one page."),
    Variable("MAX_OFFSET", "10000", "Rows before the last page that has a number. Use cursors beyond that."),
    Variable("MAX_EXPAND", "10", "Paths in `expand`."),
    Variable("MAX_DEPTH", "12", "Nested levels of objects and lists in a JSON document."),
    Variable("MAX_ENTRIES", "2000", "Entries of one list, and rows and references in one request."),
    Variable("MAX_DOCUMENTS", "500", "Records in one bulk write."),
    Variable("MAX_TEXT", "20000", "Characters of a text without a limit of its own in the OpenAPI document."),
    Variable("MAX_ROWS", "500", "Rows of all tables in one form of the admin."),
    Variable("MAX_FIELDS", "10000", "Fields of one form of the admin."),
    Variable(
        "PROXIES",
        "0",
        "Number of proxies in front: this many entries of `X-Forwarded-For` are trusted, from the right.",
    ),
    Variable(
        "LOGINS_PER_HOUR",
        "20",
        "Password guesses for one account, from all unknown devices together; "
        "half as many from one address, five times as many from one address for all accounts. `0`: no limit.",
    ),
    Variable("CODES_PER_HOUR", "10", "Guesses of second-factor codes for one account. `0`: no limit."),
    Variable("LINKS_PER_HOUR", "60", "Visits of password links from one address. `0`: no limit."),
    Variable("TOKENS_PER_HOUR", "60", "Wrong tokens from one address. `0`: no limit."),
    Variable(
        "NAMES_PER_HOUR",
        "20",
        "Requests of an editor that are refused because of a protected name. After that, the editor can only "
        "withdraw and take down for the rest of the hour. `0`: no limit.",
    ),
    Variable("WRITES_PER_MINUTE", "120", "Writes of one user, with all tokens together. `0`: no limit."),
    Variable(
        "EXPORTS_PER_HOUR",
        "120",
        "Lists in formats other than JSON, for one user or address. `0`: no limit.",
    ),
    Variable(
        "SEARCHES_PER_MINUTE",
        "60",
        "Reads with `q`, or of fields or days not requested recently, for one user or address. "
        "`0`: no limit.",
    ),
    Variable(
        "SECURITY_CONTACT",
        "",
        "Where to report a vulnerability, as in `mailto:security@example.org`. Shown at"
        " `/.well-known/security.txt`.",
    ),
    Variable(
        "METRICS_TOKEN",
        "",
        "The token with which Prometheus reads `/metrics`: at least 20 characters. Empty: no `/metrics`.",
    ),
    Variable("DATA_PUBLISHER", "Dialogue tracker", "Who publishes the data: the author in references."),
    Variable("DATA_LICENSE", UNSTATED_LICENSE, "Terms of use of the data, shown at the root of the API."),
    Variable(
        "DJANGO_SUPERUSER_USERNAME",
        "admin",
        "Username of the administrator who is created at the first start.",
    ),
    Variable(
        "DJANGO_SUPERUSER_PASSWORD", "", "The administrator's password. Empty: a random one, printed once."
    ),
    Variable("DJANGO_SUPERUSER_EMAIL", "", "The administrator's email address."),
    Variable(
        "REQUIRE_BROWSER",
        "",
        "Tests only. Set: browser tests fail without Chromium. Empty: they are skipped.",
    ),
    Variable("ARTICLE", "", "Tests only. Path of the seed article, to check quotations against it."),
]

DEFAULTS = {variable.name: variable.default for variable in VARIABLES}


def read_variable(name: str) -> str:
    """The value of a variable, or its default if it is empty or not set. KeyError for unknown names."""
    return os.environ.get(name, "").strip() or DEFAULTS[name]


def data_dir() -> Path:
    """The absolute path of DATA_DIR. A relative path is relative to the checkout."""
    return BASE_DIR / Path(read_variable("DATA_DIR")).expanduser()


def as_markdown() -> str:
    """The table of variables as docs/settings.md shows it."""
    rows = [("variable", "default", "meaning"), ("---", "---", "---")]
    rows += [(f"`{name}`", default and f"`{default}`", meaning) for name, default, meaning in VARIABLES]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
