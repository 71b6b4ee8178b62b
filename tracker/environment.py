"""The variables the project reads from its environment: one table, for the code, the README and the tests."""

import os
from pathlib import Path
from typing import NamedTuple

BASE_DIR = Path(__file__).resolve().parent.parent


class Variable(NamedTuple):
    """A name, the value it has when it is not set (as a reader should see it), and what it does."""

    name: str
    default: str
    meaning: str


VARIABLES = [
    Variable("HOST", "127.0.0.1", "Address to listen on. Without `SECRET_KEY` only a loopback address."),
    Variable("PORT", "8000", "Port to listen on."),
    Variable("PUBLIC_URL", "http://HOST:PORT", "Where readers reach the site; every link in an answer starts with it."),
    Variable("SECRET_KEY", "", "A secret of at least 50 characters. Set: production. Empty: the local demo."),
    Variable(
        "DATABASE_URL",
        "",
        "A PostgreSQL server of your own, as in `postgres://user:password@host:5432/name`. Empty: the embedded one.",
    ),
    Variable("DATA_DIR", "data", "Folder of the embedded database, collected static files and the demo's secret."),
    Variable(
        "POSTGRES_BIN",
        "",
        "Folder of the programs the embedded database is run with. Empty: those of the installed wheel.",
    ),
    Variable("WORKERS", "2", "Web server processes."),
    Variable(
        "DATA_LICENSE",
        "See the sources cited; the seed facts credit Global Voices.",
        "Under which terms the data may be used; shown at the root of the API.",
    ),
    Variable("DJANGO_SUPERUSER_USERNAME", "admin", "Name of the administrator made at the first start."),
    Variable("DJANGO_SUPERUSER_PASSWORD", "", "Their password. Empty: a random one, printed once."),
    Variable("DJANGO_SUPERUSER_EMAIL", "", "Their address."),
    Variable("REQUIRE_BROWSER", "", "Tests only. Set: a missing Chromium is an error, otherwise browser tests are skipped."),
    Variable("ARTICLE", "", "Tests only. Path of the seed article, to compare the quotations in the fixtures with it."),
]

DEFAULTS = {variable.name: variable.default for variable in VARIABLES}


def read(name: str) -> str:
    """The value of a variable, or its default where it is empty or not set; KeyError for one not in the table."""
    return os.environ.get(name, "").strip() or DEFAULTS[name]


def data_dir() -> Path:
    """The absolute path of DATA_DIR, which may be given relative to the checkout."""
    return BASE_DIR / Path(read("DATA_DIR")).expanduser()


def as_markdown() -> str:
    """The table of variables as the README shows it."""
    rows = [f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |" for name, default, meaning in VARIABLES]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])
