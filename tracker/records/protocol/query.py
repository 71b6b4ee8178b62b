"""The parameters of a query string, read strictly."""

from urllib.parse import unquote_to_bytes

from django.conf import settings

from .problems import BadParameters

LONGEST_VALUE = settings.MAX_VALUE
MOST_PARAMETERS = settings.MAX_PARAMETERS
CONTROL = {*map(chr, range(32)), "\x7f"}


def parameters(query, several=()):
    """The parameters of a raw query string; BadParameters if one is not clean text.

    Parameters in `several` take several values: if one is repeated, its values are joined by commas. Other
    repeated parameters are refused.
    """
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    errors, found = {}, {}
    if len(pairs) > MOST_PARAMETERS:
        raise BadParameters({"query": f"Give at most {MOST_PARAMETERS} parameters."})
    for name, value in pairs:
        name, value = decoded_text(name), decoded_text(value)
        if name is None or len(name) > 100:
            raise BadParameters({"query": "The name of a parameter is not valid UTF-8, or it is too long."})
        if value is None or CONTROL & set(value):
            errors[name] = "Give UTF-8 text without control characters."
            continue
        if name in found and name not in several:
            errors[name] = repeated_error(name, several)
        found[name] = f"{found[name]},{value}" if name in found else value
        if len(found[name]) > LONGEST_VALUE:
            errors.setdefault(name, f"Give at most {LONGEST_VALUE} characters.")
    if errors:
        raise BadParameters(errors)
    return found


def repeated_error(name, several):
    """The error for a parameter that takes one value and is given twice."""
    other = f"{name}__in"
    return "Give it only once." + (f" For several values, use {other}." if other in several else "")


def decoded_text(text):
    """The text of a query string, None if it is not UTF-8. WSGI passes each byte as one character."""
    try:
        return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode()
    except UnicodeDecodeError:
        return None


def number_in(text, least, most):
    """A text as an integer within bounds, with at most nine digits; None if it is not."""
    sound = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if sound and least <= int(text) <= most else None


def whole_number(given, name, default, most, hint=""):
    """A parameter as an integer from 1."""
    number = number_in(given.get(name, str(default)), 1, most)
    if number is None:
        raise BadParameters({name: f"Give a whole number from 1 to {most}.{hint}"})
    return number
