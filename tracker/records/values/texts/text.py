"""Texts as they are kept: in one form, without what nobody sees, and none that looks like another.

Whatever writes a text goes through `tidied`: API, admin and loaddata alike. What has no meaning is taken out,
so that a name pasted from a page is taken; what cannot be a text of anybody is refused.
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

MOST_MARKS = 8  # one after the other; written languages need four
LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls, direction, zero width, fillers, tags and code points that are no characters. Joiners and variation
# selectors are looked at one by one.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
JOINERS = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Persian, Kurdish and the scripts of India spell with joiners, emoji are made with them. Letters of scripts
# that have capitals never join: between them they only hide that two names differ.
JOINED = {"Lo", "Mn", "Mc", "So", "Sk", "Sm"}
LATIN, CYRILLIC = set("acdehijopqswxyəABCEHIJKMOPSTXYƏ"), set("асԁеһіјорԛѕԝхуәАВСЕНІЈКМОРЅТХУӘ")  # look alike
LOOKS_ALIKE = "A word has letters of two alphabets that look alike: write it in one."
WORD = re.compile(r"\w+")


def tidied(text, lines=True):
    """The text as it is kept; ValidationError if it cannot be. Without `lines` it becomes one line."""
    if text.isascii() and text.isprintable():
        found = text
    else:
        found = unicodedata.normalize("NFC", UNSEEN.sub("", LINE_END.sub("\n", text)))
        found = JOINERS.sub(lambda joiner: joiner[0] if joins(joiner) else "", found)
    found = found.strip() if lines else " ".join(found.split())
    if len(found) > settings.MAX_TEXT:
        raise ValidationError(f"Give at most {settings.MAX_TEXT} characters.")
    if most_marks(found) > MOST_MARKS:
        raise ValidationError(f"Give at most {MOST_MARKS} accents on one letter.")
    if not lines and any(map(is_mixed, WORD.findall(found))):
        raise ValidationError(LOOKS_ALIKE)
    return found


def joins(found):
    """Whether a joiner or a variation selector stands where it changes what is seen."""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    selects = found[0] not in "\u200c\u200d"
    return is_joined(before) and (selects or is_joined(after) or bool(JOINERS.match(after)))


def is_joined(character):
    return character != "" and unicodedata.category(character) in JOINED


def most_marks(text):
    """How many combining marks stand one after the other at most."""
    most = run = 0
    for character in "" if text.isascii() else text:
        run = run + 1 if unicodedata.category(character)[0] == "M" else 0
        most = max(most, run)
    return most


def is_mixed(word):
    """Whether a word of Latin letters has Cyrillic ones that look like them, or the other way round."""
    if word.isascii():
        return False
    latin = {letter for letter in word if unicodedata.name(letter, "").startswith("LATIN")}
    cyrillic = {letter for letter in word if unicodedata.name(letter, "").startswith("CYRILLIC")}
    return bool(latin and cyrillic) and (cyrillic <= CYRILLIC or latin <= LATIN)


class Tidy(models.Model):
    """Has tidy texts once it is validated or loaded; vocabularies and what is computed are none."""

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
        """Tidies the texts that are loaded; {field: what is wrong} of those that cannot be kept."""
        errors = {}
        for field in texts_of(type(self)):
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


def texts_of(model):
    """The fields of a model that hold what somebody wrote, dates among them."""
    fields = model._meta.concrete_fields
    return [field for field in fields if field.editable and field.serialize and is_text(field)]


def words_of(model):
    """The fields of a model that hold words: a slug is one, a date or what is computed is not."""
    dull = (Derived, PartialDateField)
    return [field for field in model._meta.concrete_fields if is_text(field) and not isinstance(field, dull)]


def is_text(field):
    """Whether a field holds texts, alone or in a list, which are no choice of a vocabulary."""
    column = field.base_field if isinstance(field, ArrayField) else field
    return isinstance(column, models.CharField | models.TextField) and not column.choices


class SaidField(forms.CharField):
    """A text of a form that no model checks: a reason, a comment."""

    lines = True

    def to_python(self, value):
        return tidied(super().to_python(value), self.lines)


class LineField(SaidField):
    """Such a text in one line: a name."""

    lines = False
