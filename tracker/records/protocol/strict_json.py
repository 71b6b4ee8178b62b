"""What is sent: JSON, read strictly, and errors that point at each wrong place of it."""

import json
from collections import Counter
from math import isfinite

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import exceptions, parsers, status

DEEPEST = settings.MAX_DEPTH  # levels of objects and lists; what can be written has four
MOST_ENTRIES = settings.MAX_ENTRIES  # of one list, and rows in all the lists of a request
MOST_FAULTS = 100
UNSTORABLE = "Leave out the character U+0000, and any half of a character."


class Invalid(exceptions.APIException):
    """400 that points at each wrong place of a document: {JSON pointer (RFC 6901): sentence}."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, errors):
        super().__init__("The document is wrong.")
        self.errors = [{"pointer": place, "detail": sentence} for place, sentence in errors.items()]


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "It is more than is taken at once: send it in several requests."


def pointer(path, key):
    """The JSON pointer of what a key, or a place in a list, leads to."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


def body(request):
    """The bytes that were sent."""
    try:
        return request.body
    except RequestDataTooBig:
        raise TooLarge from None


class Doubled(dict):
    """An object in which some keys stand twice."""

    twice = ()


def object_of(pairs):
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled, counted = Doubled(found), Counter(name for name, _ in pairs)
    doubled.twice = [name for name, times in counted.items() if times > 1]
    return doubled


class StrictJSON(parsers.BaseParser):
    """JSON in which no key stands twice, every number is one, and every text can be stored."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            text = body(parser_context["request"]).decode("utf-8-sig")  # some programs write a BOM before it
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
    """Yields (pointer, sentence) for what no document may hold, wherever it stands."""
    if isinstance(value, str) and not storable(value):
        yield path, UNSTORABLE
    if isinstance(value, float) and not isfinite(value):
        yield path, "Give a number that is not so large."
    if isinstance(value, dict | list) and path.count("/") >= DEEPEST:
        yield path, f"It lies deeper than {DEEPEST} levels."
        return
    if isinstance(value, list) and len(value) > MOST_ENTRIES:
        yield path, f"Give at most {MOST_ENTRIES} entries."
        return
    for name in getattr(value, "twice", ()):
        yield pointer(path, name), "This key stands twice in its object: give it once."
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
