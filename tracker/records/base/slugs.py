"""Records with slugs, and their former slugs."""

import secrets

from django.db import models
from django.db.models import Q

from tracker.records.values.codes.vocabularies import (
    Confidentiality,
    Publication,
)
from tracker.records.values.names import slugify_name

from .record import Record


class OldSlug(models.Model):
    """A former slug of a public record. It redirects to the record."""

    model = models.CharField(max_length=60)
    slug = models.SlugField(max_length=90)
    record_id = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "slug"], name="old_slug_unique")]

    def __str__(self):
        return self.slug


class Slugged(Record):
    """A record with a readable address, made from its public name at first publication."""

    label_field = "title"
    shown_now = ("slug",)

    # null until first publication: many records can have none
    slug = models.SlugField(max_length=90, null=True, blank=True, editable=False)  # noqa: DJ001

    class Meta(Record.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(publication=Publication.PUBLISHED),
                name="%(class)s_slug_unique",
                violation_error_message="Another published record has this slug.",
            )
        ]

    def __str__(self):
        hidden = self.confidentiality != Confidentiality.PUBLIC or self.publication == Publication.TAKEN_DOWN
        return self.neutral() if hidden else self.label

    @property
    def label(self):
        """The name or title of the record."""
        return getattr(self, self.label_field)

    def natural_key(self):
        return (self.slug,)

    def change_slug(self, slug):
        """Change the slug. A slug that was public redirects from now on."""
        if self.slug and self.published_at:
            OldSlug.objects.get_or_create(model=self._meta.label, slug=self.slug, record_id=self.pk)
        self.slug = slug

    def free_slug(self):
        """A slug that no public record of this kind has or had. A taken slug gets four random characters.

        A hidden record always gets them: it must not take a slug from others or be recognizable by it.
        """
        wanted = slugify_name(self.label) or self._meta.model_name
        return wanted if self.is_open() and self.slug_is_free(wanted) else lengthened(wanted)

    def is_open(self):
        """Whether everyone can see it as soon as it is published."""
        above = [getattr(self, name) for name in self.visible_with]
        hidden = any(row and not row.is_visible_to(None) for row in above)
        return self.confidentiality == Confidentiality.PUBLIC and not hidden

    def slug_is_free(self, slug):
        others = type(self).objects.visible_to(None).exclude(pk=self.pk)
        old = OldSlug.objects.filter(model=self._meta.label, slug=slug, record_id__in=others.values("pk"))
        return not others.filter(slug=slug).exists() and not old.exists()

    def claim_slug(self):
        """Takes the slug from a hidden record that has or had it. Hidden records do not affect addresses."""
        others = type(self).objects.filter(slug=self.slug, publication=Publication.PUBLISHED)
        others.exclude(pk=self.pk).update(slug=lengthened(self.slug))
        OldSlug.objects.filter(model=self._meta.label, slug=self.slug).exclude(record_id=self.pk).delete()

    def _moved(self, by):
        super()._moved(by)
        if self.publication == Publication.PUBLISHED:
            if not (self.slug and self.slug_is_free(self.slug)):
                self.change_slug(self.free_slug())
            self.claim_slug()
        withdrawn = self.publication == Publication.WITHDRAWN and self.forgets_slug
        if withdrawn or self.publication == Publication.TAKEN_DOWN:
            OldSlug.objects.filter(model=self._meta.label, record_id=self.pk).delete()
            self.slug = None


def lengthened(slug):
    """A slug with four random characters. A number would reveal a count."""
    return f"{slug[:84]}-{secrets.token_hex(2)}"
