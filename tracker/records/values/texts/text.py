"""Texts in their stored form: normalized, without invisible characters or look-alike letters.

Every text goes through `tidied`, from the API, the admin and loaddata. Meaningless characters are removed,
so that a name pasted from a web page is accepted. Texts that nobody could have meant are refused.
"""

import re
import unicodedata

from django import forms
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models

from tracker.records.values.columns import Derived
from tracker.records.values.dates.date_columns import PartialDateField

MOST_MARKS = 8  # in a row; written languages need four
LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls, direction marks, zero width, fillers, tags and noncharacters. Joiners and variation
# selectors are checked one by one.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
JOINERS = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Persian, Kurdish and Indian scripts use joiners, and so do emoji. Letters of scripts with
# capitals never join. Between them, a joiner would only hide that two names differ.
JOINED = {"Lo", "Mn", "Mc", "So", "Sk", "Sm"}
LATIN, CYRILLIC = set("acdehijopqswxyəABCEHIJKMOPSTXYƏ"), set("асԁеһіјорԛѕԝхуәАВСЕНІЈКМОРЅТХУӘ")  # look alike
LOOKS_ALIKE = "A word mixes letters of two alphabets that look alike. Write it in one alphabet."
WORD = re.compile(r"\w+")


def tidied(text, lines=True):
    """The text in its stored form, in one line without `lines`; ValidationError if it cannot be stored."""
    if text.isascii() and text.isprintable():
        found = text
    else:
        found = unicodedata.normalize("NFC", UNSEEN.sub("", LINE_END.sub("\n", text)))
        found = JOINERS.sub(lambda joiner: joiner[0] if joins(joiner) else "", found)
    found = found.strip() if lines else " ".join(found.split())
    if len(found) > settings.MAX_TEXT:
        raise ValidationError(f"Give at most {settings.MAX_TEXT} characters.")
    if most_marks(found) > MOST_MARKS:
        raise ValidationError(f"Use at most {MOST_MARKS} accents on one letter.")
    if not lines and any(map(mixes_look_alikes, WORD.findall(found))):
        raise ValidationError(LOOKS_ALIKE)
    return found


def joins(found):
    """Whether a joiner or a variation selector changes what readers see."""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    selects = found[0] not in "\u200c\u200d"
    return is_joined(before) and (selects or is_joined(after) or bool(JOINERS.match(after)))


def is_joined(character):
    return character != "" and unicodedata.category(character) in JOINED


def most_marks(text):
    """The largest number of combining marks in a row."""
    most = run = 0
    for character in "" if text.isascii() else text:
        run = run + 1 if unicodedata.category(character)[0] == "M" else 0
        most = max(most, run)
    return most


def mixes_look_alikes(word):
    """Whether a Latin word has Cyrillic look-alikes, or the other way around."""
    if word.isascii():
        return False
    latin = {letter for letter in word if unicodedata.name(letter, "").startswith("LATIN")}
    cyrillic = {letter for letter in word if unicodedata.name(letter, "").startswith("CYRILLIC")}
    return bool(latin and cyrillic) and (cyrillic <= CYRILLIC or latin <= LATIN)


class Tidy(models.Model):
    """Tidies its texts when it is validated or loaded, except vocabulary slugs and computed columns."""

    class Meta:
        abstract = True

    def clean_fields(self, exclude=None):
        errors = self.tidy(exclude or ())
        try:
            super().clean_fields(exclude={*(exclude or ()), *errors})
        except ValidationError as error:
            errors |= error.error_dict
        if errors:
            raise ValidationError(errors)

    def tidy(self, exclude=()):
        """Tidies the loaded texts; returns {field: error} for those that cannot be stored."""
        errors = {}
        for field in text_columns(type(self)):
            value = self.__dict__.get(field.attname)
            if value and field.name not in exclude:
                try:
                    setattr(self, field.attname, tidied_value(field, value))
                except ValidationError as error:
                    errors[field.name] = error
        return errors


def tidied_value(field, value):
    if isinstance(value, list):
        return [tidied_value(field, one) for one in value]
    return tidied(value, lines=isinstance(field, models.TextField)) if isinstance(value, str) else value


def text_columns(model):
    """The fields of a model with texts that people wrote, including dates."""
    fields = model._meta.concrete_fields
    return [field for field in fields if field.editable and field.serialize and is_text(field)]


def words_of(model):
    """The fields of a model that contain words: slugs, but not dates or computed columns."""
    dull = (Derived, PartialDateField)
    return [field for field in model._meta.concrete_fields if is_text(field) and not isinstance(field, dull)]


def is_text(field):
    """Whether a field contains a text, or a list of texts, that is not a vocabulary choice."""
    column = field.base_field if isinstance(field, ArrayField) else field
    return isinstance(column, models.CharField | models.TextField) and not column.choices


class UncheckedTextField(forms.CharField):
    """A text in a form that no model validates: a reason, a comment."""

    lines = True

    def to_python(self, value):
        return tidied(super().to_python(value), self.lines)


class LineField(UncheckedTextField):
    """Such a text on one line: a name."""

    lines = False
