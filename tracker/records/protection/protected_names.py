"""Protected names: whose they are, and where they occur in public texts.

A model with protected names has `secrets(user=None)`: the Secrets in its rows; with a user, only those
that the user may know.
"""

from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.apps import apps

from tracker.records.policy.search_words import Token
from tracker.records.policy.visibility import Visible, kinds
from tracker.records.values.codes.vocabularies import Confidentiality, Publication
from tracker.records.values.texts.text import words_of

from .name_matching import Names


class Secret(NamedTuple):
    """A protected name in folded form, its person, and the row that contains it.

    `about`: the id of the only record whose texts must not contain it. None: no public text may.
    """

    name: str
    person: UUID
    row: UUID
    about: UUID | None = None


class PublicText(NamedTuple):
    """The text in a field of a row."""

    row: Visible
    field: str
    text: str

    @property
    def key(self):
        return self.row.pk, self.field, self.text

    @property
    def record(self):
        """The record that the row is, or belongs to."""
        return getattr(self.row, "record", self.row)


class Mention(NamedTuple):
    """A text with protected names, and the secrets that it reveals."""

    text: PublicText
    secrets: frozenset[Secret]


def holders():
    """The models with protected names."""
    return [model for model in apps.get_models() if hasattr(model, "secrets")]


def secrets(user=None):
    """All protected names; with a user, only those that the user may know."""
    return {secret for model in holders() for secret in model.secrets(user)}


@lru_cache(maxsize=256)
def text_fields(model):
    """The fields of a model with free text that readers see."""
    return [field for field in words_of(model) if field.name not in model.internal]


def part_lists(model):
    """The names of the lists of parts of a model."""
    parts = [relation for relation in model._meta.related_objects if relation.field.name == "record"]
    return [one.get_accessor_name() for one in parts if issubclass(one.related_model, Visible)]


def record_and_parts(record):
    """A record and its parts."""
    return [record, *(part for name in part_lists(type(record)) for part in getattr(record, name).all())]


def row_texts(row):
    """The texts of one row that are public if everything that it belongs to is public."""
    if getattr(row, "confidentiality", Confidentiality.PUBLIC) != Confidentiality.PUBLIC:
        return
    for field in text_fields(type(row)):
        text = getattr(row, field.attname)
        text = "\n".join(text) if isinstance(text, list) else text
        if text:
            yield PublicText(row, field.name, text)


def is_public_itself(record):
    """Whether a record is public by its own fields."""
    return (record.publication, record.confidentiality) == (Publication.PUBLISHED, Confidentiality.PUBLIC)


def public_texts(record):
    """The texts of a record and its parts; none if the record itself is not public."""
    return (
        [text for row in record_and_parts(record) for text in row_texts(row)]
        if is_public_itself(record)
        else []
    )


def above(row):
    """The ids of a row and of the rows that it is hidden with."""
    parents = [getattr(row, name) for name in row.visible_with]
    return {row.pk}.union(*(above(parent) for parent in parents if parent))


def subject_ids(row):
    """The ids of a row, of the rows that it refers to, and of what its parent record is about."""
    keys = {getattr(row, field.attname) for field in row._meta.concrete_fields if field.is_relation}
    links = [field for field in row._meta.many_to_many if issubclass(field.related_model, Visible)]
    parents = [getattr(row, name) for name in row.visible_with]
    linked = {key for field in links for key in getattr(row, field.name).values_list("pk", flat=True)}
    return {row.pk, *keys, *linked}.union(*(subject_ids(parent) for parent in parents if parent))


class Held:
    """Protected names, prepared for searching in many texts."""

    def __init__(self, held):
        by_name = {}
        for secret in held:
            by_name.setdefault(secret.name, []).append(secret)
        self.names = Names([(tuple(found), name) for name, found in by_name.items()])

    def any_in(self, text):
        """Whether a text, or a list of texts, contains any of the names, whatever it is about."""
        return bool(self.names.found_in("\n".join(text) if isinstance(text, list) else text))

    def mentions(self, texts):
        """The Mentions of protected names in texts."""
        found = [(text, self.secrets_in(text)) for text in texts]
        borne_by = bearers({word for _, secrets in found for words in secrets.values() for word in words})
        for text, secrets in found:
            named = {
                one
                for one, words in secrets.items()
                if one.about or not any(borne_by.get(word, set()) - {one.person} for word in words)
            }
            if named:
                yield Mention(text, frozenset(named))

    def secrets_in(self, text):
        """{secret: family names found alone} for the secrets in a text, whatever it is about."""
        made = text.field.endswith("slug")  # made of a title, which is checked itself
        found = self.names.found_in(text.text)
        secrets = {one: words for same, words in found.items() for one in same if not (words and made)}
        if not secrets:
            return secrets
        hidden_with, around = above(text.row), subject_ids(text.row)
        return {
            one: words
            for one, words in secrets.items()
            if one.row != text.row.pk
            and (one.about in around if one.about else one.person not in hidden_with)
        }


def bearers(words):
    """{word: ids} of the public people whose names contain these folded words."""
    found = {}
    for model in holders() if words else ():
        if hasattr(model, "other_names"):
            rows = Token.objects.filter(token__in=words, confidentiality=Confidentiality.PUBLIC)
            public = model.objects.visible_to(None).values("pk")
            for word, key in rows.filter(record_id__in=public).values_list("token", "record_id"):
                found.setdefault(word, set()).add(key)
    return found


def everything_public():
    """Yields all public records."""
    for model in kinds():
        rows = model.objects.visible_to(None).order_by("pk").prefetch_related(*part_lists(model))
        yield from rows.iterator(chunk_size=500)
