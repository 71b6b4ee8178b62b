"""Records with a name or a title, and their sort order."""

from django.db import models

from tracker.records.policy.search_words import tokens_trigger
from tracker.records.values.columns import Derived, FoldedField
from tracker.records.values.names import alphabetical

from .slugs import Slugged


class LatinField(Derived, models.TextField):
    """`name_sort = LatinField("name")` holds the sort key of a name, in one alphabet for all scripts."""

    always = {**Derived.always, "default": "", "db_collation": "C"}

    def derive(self, record):
        return alphabetical(getattr(record, self.sources[0]))


class Named(Slugged):
    """A record with a slug and a name."""

    label_field = "name"

    name = models.CharField(max_length=300, help_text="The name as sources write it.")
    name_folded = FoldedField("name")
    name_sort = LatinField("name")

    class Meta(Slugged.Meta):
        abstract = True
        indexes = [
            *Slugged.Meta.indexes,
            models.Index(fields=["name_sort", "id"], name="%(class)s_name_sort"),
        ]
        triggers = [tokens_trigger("name_folded")]


class Titled(Slugged):
    """A record with a slug and a title."""

    title = models.CharField(max_length=300)
    title_folded = FoldedField("title")
    title_sort = LatinField("title")

    class Meta(Slugged.Meta):
        abstract = True
        indexes = [
            *Slugged.Meta.indexes,
            models.Index(fields=["title_sort", "id"], name="%(class)s_title_sort"),
        ]
        triggers = [tokens_trigger("title_folded")]
