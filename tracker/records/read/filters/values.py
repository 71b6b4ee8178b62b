"""Form fields for parameter values. They parse the value or say what would be right."""

import re
from datetime import UTC
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from tracker.records.base.identifiers import Identifier
from tracker.records.base.slugs import Slugged
from tracker.records.policy.visibility import SEARCH_WORDS
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.values.dates.partial_dates import understand
from tracker.records.values.names import tokens

LONGEST_TEXT = settings.MAX_SEARCH
LONGEST_SLUG = Slugged._meta.get_field("slug").max_length
LONGEST_IDENTIFIER = 1 + sum(Identifier._meta.get_field(name).max_length for name in ("scheme", "identifier"))
MOST_VALUES = settings.MAX_VALUES
LARGEST_NUMBER = 2_000_000_000
LOST_PLUS = re.compile(r"[T ]\d\d:?\d\d(:?\d\d([.,]\d+)?)? \d\d(:?\d\d)?\Z")  # in a query, + means a space
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
PERIODS = (("start_date", "end_date"), ("founding_date", "dissolution_date"), ("birth_date", "death_date"))


class Values(forms.CharField):
    """Several values separated by commas, each cleaned by the form field of a single value."""

    def __init__(self, one):
        self.one = one
        super().__init__(required=False)

    def to_python(self, value):
        texts = value.split(",") if value else []
        if len(texts) > MOST_VALUES:
            raise ValidationError(f"Give at most {MOST_VALUES} values.")
        if "" in texts:
            raise ValidationError("Give values separated by commas. None of them may be empty.")
        return [self.one.clean(text) for text in texts]


class WordsField(forms.CharField):
    """A text to search for."""

    def validate(self, value):
        if len(tokens(value)) > SEARCH_WORDS:
            raise ValidationError(f"Give at most {SEARCH_WORDS} words.")


class ByKey(Q):
    """The condition that a row has one of a few keys: a key to it can be compared with their ids."""


class KeyField(forms.CharField):
    """The id of a record, or its slug if it has one. Returns the condition that finds it."""

    def __init__(self, model):
        self.slugged = issubclass(model, Slugged)
        super().__init__(required=False)

    def to_python(self, value):
        if not value:
            return None
        try:
            return ByKey(pk=UUID(value))
        except ValueError:
            if self.slugged and SLUG.match(value) and len(value) <= LONGEST_SLUG:
                return ByKey(slug=value, publication=Publication.PUBLISHED)
        slug = f", or a slug of at most {LONGEST_SLUG} small letters, digits and hyphens"
        right = f"an id{slug}" if self.slugged else "an id"
        raise ValidationError(f"Give {right}.")

    def run_validators(self, value):
        """Nothing: the cleaned value is not text."""


class IdentifierField(forms.CharField):
    """An identifier in another system, as scheme:identifier. Returns the condition that finds it."""

    def to_python(self, value):
        scheme, _, identifier = (value or "").partition(":")
        if value and not (scheme and identifier and len(value) <= LONGEST_IDENTIFIER):
            raise ValidationError("Give an identifier as scheme:identifier, for example wikidata:Q9036.")
        return Q(scheme=scheme, identifier=identifier) if value else None

    def run_validators(self, value):
        """Nothing: the cleaned value is not text."""


class DatesField(forms.CharField):
    """A day, a month or a range, in any form of a partial date."""

    def to_python(self, value):
        return understand(value) if value else None

    def run_validators(self, value):
        """Nothing: `understand` has its own limits."""


class MomentField(forms.CharField):
    """A time in ISO 8601 with an offset from UTC."""

    def to_python(self, value):
        if value and LOST_PLUS.search(value):
            raise ValidationError(
                "The + before the offset arrived as a space. Write it as %2B, as in "
                "2025-12-10T00:00:00%2B04:00, or give the time in UTC, as in 2025-12-10T00:00:00Z."
            )
        try:
            moment = models.DateTimeField().to_python(value) if value else None
            if moment and moment.tzinfo is None:
                raise ValidationError(value)
            return moment and moment.astimezone(UTC)  # the database cannot store offsets of a day
        except (ValidationError, OverflowError):
            raise ValidationError(
                "Give a time with its offset from UTC, as in 2025-12-10T00:00:00Z."
            ) from None

    def run_validators(self, value):
        """Nothing: the cleaned value is a datetime."""


class ChoiceField(forms.ChoiceField):
    """A slug of a vocabulary. The error lists all slugs."""

    def validate(self, value):
        if value and not self.valid_value(value):
            raise ValidationError(f"Give one of {', '.join(str(slug) for slug, _ in self.choices)}.")


class CodeFilterField(forms.CharField):
    """A code or its name."""

    def __init__(self, registry):
        self.registry = registry
        super().__init__(required=False, max_length=LONGEST_TEXT)

    def to_python(self, value):
        return self.registry.read(value) if value else ""


class TruthField(forms.CharField):
    """true or false."""

    def to_python(self, value):
        if value and value not in ("true", "false"):
            raise ValidationError("Give true or false.")
        return value == "true" if value else None

    def run_validators(self, value):
        """Nothing: the cleaned value is not text."""
