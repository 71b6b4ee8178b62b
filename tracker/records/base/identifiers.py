"""What other systems call a record: unique among public records, which the database sees to."""

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q

from .parts import Part

PUBLIC = "{0}.publication = 'published' AND {0}.confidentiality = 'public'"


def published_trigger(**parents):
    """A trigger that notes with an identifier whether its record is public, and what that belongs to.

    `parents`: the table that each of these keys of the record leads to; an empty key hides nothing.
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
    """A trigger that carries to the identifiers in this table whether their records are public."""
    decides = ("publication", "confidentiality", *keys)
    return pgtrigger.Trigger(
        name=table.partition("_")[2],
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(*decides),
        func=f"UPDATE {table} SET published = published WHERE record_id IN ({records}); RETURN NULL;",
    )


class Identified(models.Model):
    """A record that other systems know too."""

    class Meta:
        abstract = True

    def missing(self):
        """What stands between this record and its publication, an identifier of a public one included."""
        own = self.identifiers.filter(scheme=OuterRef("scheme"), identifier=OuterRef("identifier"))
        public = type(self).objects.visible_to(None).exclude(pk=self.pk)
        taken = self.identifiers.model.objects.filter(Exists(own), published=True, record__in=public)
        return super().missing() + [
            f"A published record has the same {row.scheme} identifier." for row in taken
        ]


class Identifier(Part):
    """What another system calls the record; unique among public records, which the database sees to.

    `published` says whether the record is public: a hidden one is not compared, a refusal would tell of it.
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
                violation_error_message="A published record has this identifier.",
            )
        ]
        indexes = [models.Index(fields=["scheme", "identifier"], name="%(class)s_key")]
        triggers = [published_trigger()]

    def clean(self):
        self.published = self.record.is_visible_to(None)  # as the trigger will say
