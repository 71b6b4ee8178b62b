"""All formats of answers. A new one is a module with a `Format`, and a line here."""

from .atom import ATOM
from .calendars import ICS
from .csv_tables import CSV
from .format import Format
from .references import REFERENCES

JSON = Format("json", "application/json", "json")
FORMATS = (
    JSON,
    CSV,
    ATOM,
    ICS,
)
OF_ONE = (JSON, *REFERENCES)  # of a single record
NESTED = "nested"  # the parameter that names a list inside the rows, of which a table is made
OPTIONS = (*dict.fromkeys(name for one in FORMATS for name in one.options), NESTED)


def that_take(option):
    """The words that name the formats with an option: "format=csv"."""
    found = [one.slug for one in FORMATS if option in one.options or (option == NESTED and one.flat)]
    return f"format={' or '.join(found)}"
