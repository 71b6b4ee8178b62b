"""Who may see what: the visibility rule from which every read starts."""

from contextvars import ContextVar

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import ProtectedError, Q
from django.db.models.deletion import Collector
from django.db.models.expressions import RawSQL

from tracker.records.values.codes.vocabularies import Confidentiality, Publication
from tracker.records.values.columns import GuardedSave, GuardedUpdate
from tracker.records.values.names import tokens
from tracker.records.values.texts.text import Tidy

from . import roles
from .search_words import Token

POINTED_AT = "Other records refer to this one. Change or delete them first."
NO_ROW = RawSQL(
    "false", (), output_field=models.BooleanField()
)  # unlike none(), this still queries the database
SEARCH_WORDS = settings.MAX_WORDS
# Whether the rule is computed for the public too: what was public in the past is not stored.
BY_RULE = ContextVar("BY_RULE", default=False)


def kinds():
    """The models of records."""
    found = [model for model in apps.get_models() if issubclass(model, Visible)]
    return [model for model in found if hasattr(model, "publication")]


def sees_any(user, rows):
    """Whether the user sees one of these rows of any kinds."""
    keys = {}
    for row in rows:
        keys.setdefault(type(row), []).append(row.pk)
    return any(kind.objects.visible_to(user).filter(pk__in=found).exists() for kind, found in keys.items())


def words_for(user):
    """A Q for the words by which this user may find records."""
    if roles.edits(user):
        return Q()
    if roles.writes(user) or BY_RULE.get():
        return Q(confidentiality=Confidentiality.PUBLIC)
    return Q(is_public=True)


class VisibleQuerySet(GuardedUpdate, models.QuerySet):
    def visible_to(self, user):
        """The rows that this user may see. Every read starts here."""
        return self.filter(self.model.conditions(user))

    def withdrawn(self):
        """Withdrawn rows whose former publication may be known: not restricted, and with public parents."""
        rows = self.filter(publication=Publication.WITHDRAWN, confidentiality=Confidentiality.PUBLIC)
        for name in self.model.visible_with:
            parent = self.model._meta.get_field(name).related_model
            rows = rows.filter(Q(**{f"{name}__isnull": True}) | parent.conditions(None, f"{name}__"))
        return rows.exclude(published_at=None)

    def matching(self, text, user):
        """Rows that have, for each word of the text, a name or title with a word that begins like it."""
        words = tokens(text)[:SEARCH_WORDS]
        readable = Token.objects.filter(words_for(user))
        found = self if words else self.filter(NO_ROW)
        for word in words:
            hits = readable.filter(token__gte=word, token__lt=f"{word}~")
            found = found.filter(pk__in=hits.values("record_id"))
        return found

    def get_by_natural_key(self, slug):
        return self.get(slug=slug, publication=Publication.PUBLISHED)


class Visible(Tidy, GuardedSave):
    """Base class of everything that the visibility rule covers."""

    visible_with = ()  # foreign keys: if one of these is hidden, so is the row; a null key hides nothing
    public_if = {}  # {column: value} that a row must have so that the public sees it
    cited = False  # whether it needs a citation for publication
    gone = False  # whether it answers 410 after it was withdrawn
    remembered = True  # whether its history is kept
    internal = frozenset()  # fields that only editors see
    one_of = ()  # groups of fields of which a row uses at most one, since it is about one thing
    has_past = True  # whether the public may see earlier states of its rows
    shown_now = ()  # fields that earlier states show as they are today
    identifies = ""  # the field with a name of a person: earlier states never show a former one
    names_who = ()  # fields that identify someone: if the name is withheld later, the history hides them

    is_public = models.BooleanField(default=False, editable=False, serialize=False)  # see `public_rows`

    objects = VisibleQuerySet.as_manager()

    class Meta:
        abstract = True

    def is_visible_to(self, user):
        """Whether this user may see the stored row."""
        return type(self).objects.visible_to(user).filter(pk=self.pk).exists()

    def pointing(self):
        """The rows that block deleting this one, visible or not."""
        collector = Collector(using=self._state.db, origin=self)
        try:
            collector.collect([self])
        except ProtectedError as refusal:
            return refusal.protected_objects
        return set()

    def stays_for(self, user):
        """Whether the user cannot delete it because other rows refer to it."""
        return bool(self.pointing())

    def discard(self, by):
        """Delete it. ValidationError if other rows refer to it, even since a moment ago."""
        try:
            self.delete()
        except ProtectedError:
            raise ValidationError(POINTED_AT) from None

    def validate_constraints(self, exclude=None):
        """Checks all constraints, including those on derived columns, which are not in forms."""
        editable = {name for name in exclude or () if self._meta.get_field(name).editable}
        super().validate_constraints(exclude=editable)
        keys = [field for field in self._meta.concrete_fields if field.related_model is type(self)]
        if circles := [key.name for key in keys if key.name not in editable and self.is_circle(key)]:
            raise ValidationError(
                dict.fromkeys(circles, "This would create a circle back to this record. Choose another one.")
            )

    def is_circle(self, key):
        """Whether following a key from row to row leads back, through rows that the author of this one sees.

        Other rows do not count, so that an error reveals nothing hidden. The last one published is refused.
        """
        above, passed = getattr(self, key.attname), set()
        if above is None or self._state.adding:  # nothing refers to a row that is not stored yet
            return False
        rows = type(self).objects.visible_to(self.created_by)
        while above and above not in passed and above != self.pk:
            passed.add(above)
            above = rows.filter(pk=above).values_list(key.attname, flat=True).first()
        return above == self.pk

    def get_constraints(self):
        """The constraints to check one by one. CheckConstraints are left out if all of them hold."""
        found = self._meta.constraints
        checks = [rule for rule in found if type(rule) is models.CheckConstraint]
        try:
            if checks:
                both = Q(*[rule.condition for rule in checks])
                models.CheckConstraint(condition=both, name="all").validate(type(self), self)
        except ValidationError:
            return [(type(self), found)]
        return [(type(self), [rule for rule in found if rule not in checks])]

    def closed_to(self, user):
        """The fields of the stored row that this user must not change, whatever their role."""
        return ()

    @classmethod
    def own_conditions(cls, user, path):
        """The conditions of this row alone; `path` leads to it from the queried model."""
        return Q(**{f"{path}{name}": value for name, value in cls.public_if.items()})

    @classmethod
    def conditions(cls, user, path=""):
        """A Q for the rows that this user may see. The database has stored which ones the public sees."""
        if roles.writes(user) or BY_RULE.get():
            return cls.rule(user, path)
        return Q(**{f"{path}is_public": True})

    @classmethod
    def rule(cls, user, path=""):
        """The visibility rule as a Q: the conditions of the row and of everything that it belongs to."""
        rule = cls.own_conditions(user, path)
        for name in cls.visible_with:
            field = cls._meta.get_field(name)
            if field.related_model is cls and path.endswith(f"{name}__"):
                continue  # a part has no parts: one step up is the top
            parent = field.related_model.rule(user, f"{path}{name}__")
            rule &= Q(**{f"{path}{name}__isnull": True}) | parent if field.null else parent
        return rule
