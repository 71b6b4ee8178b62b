"""The variables the project reads from its environment: one table for the code, documents and tests."""

import os
from pathlib import Path
from typing import NamedTuple

BASE_DIR = Path(__file__).resolve().parent.parent
UNSTATED_LICENSE = "See the sources cited; the seed facts credit Global Voices."


class Variable(NamedTuple):
    """A name, the value it has when it is not set (as a reader should see it), and what it does."""

    name: str
    default: str
    meaning: str


VARIABLES = [
    Variable("HOST", "127.0.0.1", "Address to listen on. Without `SECRET_KEY` only a loopback address."),
    Variable("PORT", "8000", "Port to listen on."),
    Variable(
        "PUBLIC_URL", "http://HOST:PORT", "Where readers reach the site; links in answers begin with it."
    ),
    Variable("SECRET_KEY", "", "A secret of at least 50 characters. Set: production. Empty: the local demo."),
    Variable(
        "DATABASE_URL", "", "Your own server: `postgres://user:password@host:5432/name`. Empty: embedded."
    ),
    Variable("DATA_DIR", "data", "Folder of the embedded database, static files and the demo's secret."),
    Variable(
        "ERASURE_LEDGER",
        "",
        "File that lists by ids what was taken down or erased. Empty: `erasure-ledger.jsonl` in `DATA_DIR`.",
    ),
    Variable("BACKUP_RECIPIENT", "", "Public key, or several, that a backup is encrypted to, as `age1...`."),
    Variable("POSTGRES_BIN", "", "Programs of the embedded database. Empty: those of the installed wheel."),
    Variable("WORKERS", "2", "Web server processes."),
    Variable("CONNECT_TIMEOUT", "3", "Seconds to wait for a connection to the database, 2 or more."),
    Variable("STATEMENT_TIMEOUT", "3", "Seconds that one statement of a request may take. 0: any time."),
    Variable("EXPORT_TIMEOUT", "60", "Seconds that the statement of a whole list as CSV may take."),
    Variable("LOCK_TIMEOUT", "2", "Seconds that a request waits for what another one writes. 0: any time."),
    Variable("IDLE_TIMEOUT", "30", "Seconds that a transaction of a request may rest. 0: any time."),
    Variable(
        "FOUR_EYES", "", "`on`: nobody publishes first what they wrote. Empty: on, in the local demo off."
    ),
    Variable(
        "SECOND_FACTOR",
        "",
        "`on`: a log-in needs a code besides the password. Empty: on, in the local demo off.",
    ),
    Variable("MAX_BODY", "2500000", "Bytes of one request. More is refused; so is what is more than below."),
    Variable("MAX_URL", "8000", "Bytes of an address with its query."),
    Variable("MAX_HEADERS", "100", "Headers of a request."),
    Variable("MAX_HEADER_BYTES", "60000", "Bytes of all of them."),
    Variable("MAX_PARAMETERS", "100", "Parameters of a query."),
    Variable("MAX_VALUE", "2000", "Characters of one parameter."),
    Variable("MAX_VALUES", "50", "Values of a parameter that takes several, as those with `__in` do."),
    Variable("MAX_SEARCH", "200", "Characters that are searched for, by `q` or in a column."),
    Variable("MAX_WORDS", "8", "Words of `q`."),
    Variable("MAX_PAGE_SIZE", "200", "Rows of a page."),
    Variable("MAX_OFFSET", "10000", "Rows before a page that has a number; beyond there are cursors."),
    Variable("MAX_EXPAND", "10", "Paths of `expand`."),
    Variable("MAX_DEPTH", "12", "Levels of objects and lists in a document."),
    Variable("MAX_ENTRIES", "2000", "Entries of a list, and rows and references of one request."),
    Variable("MAX_DOCUMENTS", "500", "Records of one write in bulk."),
    Variable("MAX_TEXT", "20000", "Characters of a text that has no limit of its own in the API document."),
    Variable("MAX_ROWS", "500", "Rows of all tables in a form of the admin."),
    Variable("MAX_FIELDS", "10000", "Fields of a form of the admin."),
    Variable(
        "PROXIES",
        "0",
        "Proxies in front: so many entries of `X-Forwarded-For` are believed, from the right.",
    ),
    Variable(
        "LOGINS_PER_HOUR",
        "20",
        "Guesses at the password of an account, from devices that it does not know together; "
        "half as many from one address, five times as many from an address for all accounts. `0`: no limit.",
    ),
    Variable("CODES_PER_HOUR", "10", "Guesses at the second factor of an account. `0`: no limit."),
    Variable("LINKS_PER_HOUR", "60", "Visits of password links from an address. `0`: no limit."),
    Variable("TOKENS_PER_HOUR", "60", "Wrong tokens from an address. `0`: no limit."),
    Variable(
        "NAMES_PER_HOUR",
        "20",
        "Requests of an editor that are refused for a name we do not tell; after them nothing is written for "
        "the rest of the hour, but withdrawn and taken down. `0`: no limit.",
    ),
    Variable("WRITES_PER_MINUTE", "120", "Writes of a user, with all tokens together. `0`: no limit."),
    Variable(
        "EXPORTS_PER_HOUR",
        "120",
        "Lists in another format than JSON, for a user or an address. `0`: no limit.",
    ),
    Variable(
        "SEARCHES_PER_MINUTE",
        "60",
        "Reads with `q`, or of fields or days that nobody asked for lately, for a user or an address. "
        "`0`: no limit.",
    ),
    Variable(
        "SECURITY_CONTACT",
        "",
        "Where to report a weakness, as `mailto:security@example.org`: shown at `/.well-known/security.txt`.",
    ),
    Variable("DATA_LICENSE", UNSTATED_LICENSE, "Terms for using the data, shown at the root of the API."),
    Variable("DJANGO_SUPERUSER_USERNAME", "admin", "Name of the administrator made at the first start."),
    Variable("DJANGO_SUPERUSER_PASSWORD", "", "Their password. Empty: a random one, printed once."),
    Variable("DJANGO_SUPERUSER_EMAIL", "", "Their mail address."),
    Variable(
        "REQUIRE_BROWSER", "", "Tests only. Set: browser tests without Chromium fail. Empty: are skipped."
    ),
    Variable("ARTICLE", "", "Tests only. Path of the seed article, to look up quotations in it."),
]

DEFAULTS = {variable.name: variable.default for variable in VARIABLES}


def read(name: str) -> str:
    """The value of a variable, or its default if it is empty or not set; KeyError if the table lacks it."""
    return os.environ.get(name, "").strip() or DEFAULTS[name]


def data_dir() -> Path:
    """The absolute path of DATA_DIR, which may be given relative to the checkout."""
    return BASE_DIR / Path(read("DATA_DIR")).expanduser()


def as_markdown() -> str:
    """The table of variables as docs/settings.md shows it."""
    rows = [("variable", "default", "meaning"), ("---", "---", "---")]
    rows += [(f"`{name}`", default and f"`{default}`", meaning) for name, default, meaning in VARIABLES]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
