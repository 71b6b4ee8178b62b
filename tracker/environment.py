"""The variables the project reads from its environment: one table, for the code, the README and the tests."""

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
    Variable(
        "FOUR_EYES", "", "`on`: nobody publishes first what they wrote. Empty: on, in the local demo off."
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
    """The table of variables as the README shows it."""
    rows = [("variable", "default", "meaning"), ("---", "---", "---")]
    rows += [(f"`{name}`", default and f"`{default}`", meaning) for name, default, meaning in VARIABLES]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
