"""Request bodies: strict JSON, and errors that point to each wrong place in it."""

import json
from collections import Counter
from math import isfinite

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import exceptions, parsers, status

DEEPEST = settings.MAX_DEPTH  # levels of objects and lists; valid documents have four
MOST_ENTRIES = settings.MAX_ENTRIES  # in one list, and rows in all lists of a request
MOST_FAULTS = 100
UNSTORABLE = "Remove the character U+0000 and incomplete characters."


class Invalid(exceptions.APIException):
    """Status 400 that points to each wrong place of a document: {JSON pointer (RFC 6901): sentence}."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, errors):
        super().__init__("The document is not valid.")
        self.errors = [{"pointer": place, "detail": sentence} for place, sentence in errors.items()]


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large. Split it into several requests."


def pointer(path, key):
    """The JSON pointer for a key or an index below a path."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


def body(request):
    """The bytes of the request body."""
    try:
        return request.body
    except RequestDataTooBig:
        raise TooLarge from None


class Doubled(dict):
    """An object with duplicate keys."""

    twice = ()


def object_of(pairs):
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled, counted = Doubled(found), Counter(name for name, _ in pairs)
    doubled.twice = [name for name, times in counted.items() if times > 1]
    return doubled


class StrictJSON(parsers.BaseParser):
    """A JSON parser that refuses duplicate keys, special numbers, and texts that cannot be stored."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            text = body(parser_context["request"]).decode("utf-8-sig")  # some programs send a BOM first
            document = json.loads(text, object_pairs_hook=object_of, parse_constant=refuse)
        except (ValueError, RecursionError):
            raise exceptions.ParseError("Give one JSON document in UTF-8.") from None
        errors = {}
        for place, sentence in faults(document):
            errors.setdefault(place, sentence)
            if len(errors) == MOST_FAULTS:
                break
        if errors:
            raise Invalid(errors)
        return document


def refuse(name):
    raise ValueError(name)


def faults(value, path=""):
    """Yields (pointer, sentence) for everything that no document may contain."""
    if isinstance(value, str) and not storable(value):
        yield path, UNSTORABLE
    if isinstance(value, float) and not isfinite(value):
        yield path, "This number is too large."
    if isinstance(value, dict | list) and path.count("/") >= DEEPEST:
        yield path, f"This is nested deeper than {DEEPEST} levels."
        return
    if isinstance(value, list) and len(value) > MOST_ENTRIES:
        yield path, f"Give at most {MOST_ENTRIES} entries."
        return
    for name in getattr(value, "twice", ()):
        yield pointer(path, name), "This object has this key twice. Give it once."
    for key, inner in inside(value):
        if isinstance(key, str) and not storable(key):
            yield path, UNSTORABLE
        yield from faults(inner, pointer(path, key))


def inside(value):
    """The keys and values of an object or a list."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def storable(text):
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)
