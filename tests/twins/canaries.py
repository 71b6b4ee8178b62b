"""Words that stand in nothing but what is hidden: one in every text of it."""

import base64
import binascii
import html
import re
from urllib.parse import unquote

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, models, transaction

from tracker.records.base.citations import Citation
from tracker.records.base.rival_values import column_of
from tracker.records.values.columns import Derived
from tracker.records.values.dates.date_columns import PartialDateField

WORD = re.compile(r"qz([ns])\d{5}zq")
MARKS = {"hidden": "n", "secret": "s"}
LENGTH = 10
CURSOR = re.compile(r"cursor=([\w%=-]+)")


class Canaries:
    """`planted` has the word and where it stands."""

    def __init__(self):
        self.planted = {}

    def word(self, world, where):
        """A new word; `world` is the first one that it stands in."""
        made = f"qz{MARKS[world]}{len(self.planted):05d}zq"
        self.planted[made] = where
        return made

    def fill(self, world, row):
        """Puts one into each text of a row that takes one."""
        meant = {field: self.text(world, field) for field in texts(type(row)) if takes(row, field)}
        if not self.store(row, meant):
            for field, value in meant.items():
                self.store(row, {field: value})

    def text(self, world, field):
        word = self.word(world, f"{field.model._meta.label}.{field.name}")
        if isinstance(field, ArrayField):
            return [word]
        if isinstance(field, models.JSONField):
            return {"said": word}
        return f"https://example.org/{word}" if isinstance(field, models.URLField) else word

    def store(self, row, meant):
        """Whether the database takes these values; else the row stays as it is, and the words are none."""
        before = {field: getattr(row, field.attname) for field in meant}
        try:
            with transaction.atomic():
                for field, value in meant.items():
                    setattr(row, field.attname, value)
                row.save_base(force_update=True)
        except IntegrityError:
            for field, value in before.items():
                setattr(row, field.attname, value)
            return False
        return True

    def standing(self, models):
        """{model: the words that stand in its rows}: what a rule of the database refused is none."""
        return {model: found_in(held_by(model)) & set(self.planted) for model in models}


def held_by(model):
    """All that the rows of a model say."""
    names = [field.attname for field in texts(model)]
    return " ".join(str(row) for row in model._base_manager.values_list(*names)) if names else ""


def texts(model):
    """The columns of a model that hold a text of their own, with room for a word."""
    return [field for field in model._meta.concrete_fields if is_text(field)]


def is_text(field):
    inner = field.base_field if isinstance(field, ArrayField) else field
    roomy = isinstance(inner, models.TextField | models.JSONField) or (inner.max_length or 0) >= LENGTH
    kinds = models.CharField | models.TextField | models.JSONField
    written = isinstance(inner, kinds) and not inner.choices and not isinstance(field, DERIVED)
    return roomy and written and field.name not in NAMES_OF_CODE


DERIVED = (Derived, PartialDateField)
NAMES_OF_CODE = {"model", "digest", "password", "scheme", "field"}  # they name something of the program


def takes(row, field):
    """Whether a text may stand there: a slug only where there is one, a rival value only of a text."""
    if isinstance(row, Citation) and field.name == "value":
        column = column_of(row.cited_model(), row.field) if row.value else None
        return column in texts(row.cited_model())
    return not isinstance(field, models.SlugField) or bool(getattr(row, field.attname))


def found_in(text):
    """The words in an answer, whatever its form: decoded, and without regard to case."""
    plain = unquote(html.unescape(text))
    cursors = " ".join(decoded(unquote(cursor)) for cursor in CURSOR.findall(html.unescape(text)))
    return {match[0] for match in WORD.finditer(f"{plain} {cursors}".casefold())}


def decoded(cursor):
    try:
        return base64.urlsafe_b64decode(cursor).decode(errors="replace")
    except (ValueError, binascii.Error):
        return ""
