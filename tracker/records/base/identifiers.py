"""Identifiers of records in other systems. The database keeps them unique among public records."""

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q

from .parts import Part

PUBLIC = "{0}.publication = 'published' AND {0}.confidentiality = 'public'"


def published_trigger(**parents):
    """A trigger that stores with an identifier whether its record, and what it belongs to, is public.

    `parents`: {foreign key of the record: its table}. An empty key hides nothing.
    """
    record, parent = PUBLIC.format("record"), PUBLIC.format("parent")
    rule = record + "".join(
        f" AND (record.{key}_id IS NULL OR EXISTS"
        f" (SELECT FROM {table} parent WHERE parent.id = record.{key}_id AND {parent}))"
        for key, table in parents.items()
    )
    return pgtrigger.Trigger(
        name="published",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=pgtrigger.Func(
            "NEW.published := EXISTS (SELECT FROM {fields.record.related_model._meta.db_table} record"
            f" WHERE record.id = NEW.record_id AND {rule}); RETURN NEW;"
        ),
    )


def identifiers_trigger(table, *keys, records="SELECT NEW.id"):
    """A trigger that updates the identifiers in this table when their records become public or hidden."""
    decides = ("publication", "confidentiality", *keys)
    return pgtrigger.Trigger(
        name=table.partition("_")[2],
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(*decides),
        func=f"UPDATE {table} SET published = published WHERE record_id IN ({records}); RETURN NULL;",
    )


class Identified(models.Model):
    """A record with identifiers in other systems."""

    class Meta:
        abstract = True

    def missing(self):
        """What blocks publication, including an identifier that a public record already has."""
        own = self.identifiers.filter(scheme=OuterRef("scheme"), identifier=OuterRef("identifier"))
        public = type(self).objects.visible_to(None).exclude(pk=self.pk)
        taken = self.identifiers.model.objects.filter(Exists(own), published=True, record__in=public)
        return super().missing() + [
            f"Another published record has the same {row.scheme} identifier." for row in taken
        ]


class Identifier(Part):
    """The identifier of the record in another system. It is unique among public records.

    `published` says whether the record is public. Hidden ones are not compared: an error would reveal them.
    """

    scheme = models.SlugField(max_length=40, help_text="The other system, for example wikidata.")
    identifier = models.CharField(max_length=200)
    published = models.BooleanField(default=False, editable=False)

    class Meta(Part.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "identifier"],
                condition=Q(published=True),
                name="%(class)s_unique",
                violation_error_message="Another published record has this identifier.",
            )
        ]
        indexes = [models.Index(fields=["scheme", "identifier"], name="%(class)s_key")]
        triggers = [published_trigger()]

    def clean(self):
        self.published = self.record.is_visible_to(None)  # as the trigger will compute it
