"""Finding one record by the id or the slug in an address."""

from uuid import UUID

from django.db.models import Q
from django.http import Http404

from tracker.records.base.slugs import OldSlug, Slugged
from tracker.records.protocol.problems import Gone
from tracker.records.read.filters.values import LONGEST_SLUG, SLUG
from tracker.records.values.codes.vocabularies import Publication


class MovedRecord(Exception):
    """The record has another slug now. `key` is its id."""

    def __init__(self, key):
        super().__init__()
        self.key = key


def key_of(model, text):
    """The column and value for the key in an address; Http404 if no record can have such a key."""
    try:
        return {"pk": UUID(text)}
    except ValueError:
        if issubclass(model, Slugged) and SLUG.match(text) and len(text) <= LONGEST_SLUG:
            return {"slug": text}
    raise Http404


def rows_named(model, key, reader):
    """The record with this key as a queryset, empty if the reader may not see it."""
    rows = model.objects.visible_to(reader.user).filter(**key)
    return rows.filter(publication=Publication.PUBLISHED) if "slug" in key else rows


def one_named(model, key, reader):
    """The record with this key; else MovedRecord, Gone or Http404."""
    found = rows_named(model, key, reader).first()
    if found is None:
        absent(model, key, reader)
    return found


def absent(model, key, reader):
    """Raises MovedRecord for an old slug, Gone for a withdrawn record that may be known, else Http404."""
    old = OldSlug.objects.filter(model=model._meta.label, slug=key.get("slug")).values("record_id")
    moved = model.objects.visible_to(reader.user).filter(pk__in=old).first()
    if moved:
        raise MovedRecord(moved.pk)
    if model.gone and model.objects.filter(Q(**key) | Q(pk__in=old)).withdrawn().exists():
        raise Gone
    raise Http404
