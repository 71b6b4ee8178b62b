"""People: who they are, all their names, and what may be published about them."""

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.choices import (
    ConsentScope,
    Gender,
    PublishingBasis,
)
from people.likely_mistakes import acts_before_birth
from tracker.records.audit import history
from tracker.records.base.citations import Citation
from tracker.records.base.identifiers import Identified, Identifier
from tracker.records.base.labels import Named
from tracker.records.base.parts import Part
from tracker.records.protection.protected_names import Secret
from tracker.records.values.codes.code_fields import CodesField, CountryField
from tracker.records.values.codes.vocabularies import Confidentiality, Publication
from tracker.records.values.constraints import not_reversed
from tracker.records.values.dates.date_columns import PartialDateField, possible_days

from .acts import Act, WithCases
from .names import Name

NO_RELATIVES = (
    "No activity of this person is recorded: nothing that they did, said or suffered. Relatives and contacts"
    " are not published just because they know someone."
)
BELONGING = tuple(ConsentScope)[2:]  # named as the lists are
UNCOVERED = f"No valid consent covers what is published about this person: {', '.join(BELONGING)}."


class Person(WithCases, Identified, Named):
    """A person who takes part in dialogues, makes statements, is assessed or is persecuted."""

    forgets_slug = goes_along = True
    publishes = ("occupations", "affiliations")
    shown_now = ("slug", "name", "basis")
    identifies = "name"

    gender = models.CharField(
        max_length=20,
        choices=Gender,
        default=Gender.UNKNOWN,
        help_text="As sources say; never guessed from a name.",
    )
    birth_date = PartialDateField()
    death_date = PartialDateField()
    nationality = CodesField(CountryField(), default=list, blank=True, help_text="Only if a source says so.")
    description = models.CharField(
        max_length=300, blank=True, help_text="A few words that distinguish people with the same name."
    )
    summary = models.TextField(blank=True)
    basis = models.CharField(
        max_length=20,
        choices=PublishingBasis,
        default=PublishingBasis.PUBLISHED_SOURCE,
        help_text="What allows us to publish the name.",
    )

    class Meta(Named.Meta):
        verbose_name_plural = "people"
        constraints = [*Named.Meta.constraints, not_reversed("birth_date", "death_date")]

    @classmethod
    def secrets(cls, user=None):
        """The names of people who are not public, were withdrawn, or were taken down."""
        hidden = ~Q(confidentiality=Confidentiality.PUBLIC) | Q(publication=Publication.TAKEN_DOWN)
        hidden |= Q(publication=Publication.WITHDRAWN, published_at__isnull=False)
        return [Secret(*name) for name in all_names(rows_seen(cls, user).filter(hidden))]

    def own_secrets(self):
        """All names of this person, as if none of them were public."""
        return secrets_of([(self.pk, None)])

    def clean(self):
        today = timezone.now().date()
        for name in ("birth_date", "death_date"):
            if (possible_days(self, name)[0] or today) > today:
                raise ValidationError({name: "This date is in the future."})
        before = Person.objects.filter(pk=self.pk, publication=Publication.PUBLISHED)
        covers = self.allows(ConsentScope.NAME) and not self.exceeds_consent()
        if not covers and before.exclude(basis=self.basis).exists():
            raise ValidationError({"basis": "Add the consent and save it first."})

    def warnings(self, user, together=()):
        found = super().warnings(user, together)
        if not self.is_of_public_interest(user):
            found.append(NO_RELATIVES)
        return found

    def is_of_public_interest(self, user):
        """Whether anything that they did or suffered is recorded that the user sees."""
        keys = [one for one in self._meta.related_objects if one.one_to_many and one.field.name != "record"]
        lists = {one.related_name for one in keys} - {"occupations", "affiliations"}
        return any(getattr(self, name).visible_to(user).exists() for name in lists)

    def allows(self, scope):
        """Whether the person's consent, if it is needed, allows us to publish this."""
        by_consent = self.basis == PublishingBasis.CONSENT
        consents = apps.get_model("people.Consent").objects
        return not by_consent or consents.valid().covering(scope).filter(record=self.pk).exists()

    def uncovered(self):
        """Querysets of their published records that no consent covers, even if hidden with the person."""
        lists = [getattr(self, scope) for scope in BELONGING if not self.allows(scope)]
        return [rows.filter(publication=Publication.PUBLISHED) for rows in lists]

    def exceeds_consent(self, among=lambda rows: rows):
        """Whether anything is public about them, or would be, that no consent covers.

        `among` filters each of the uncovered querysets.
        """
        lists = [rows.filter(confidentiality=Confidentiality.PUBLIC) for rows in self.uncovered()]
        return any(among(rows).exists() for rows in lists)

    def missing(self):
        found = super().missing()
        if not self.allows(ConsentScope.NAME):
            found.append("The basis is consent, but no valid consent covers the name.")
        if self.exceeds_consent(self.known_to_all):
            found.append(UNCOVERED)
        return found

    def editor_blockers(self):
        return [*super().editor_blockers(), *([UNCOVERED] if self.exceeds_consent() else [])]

    def likely_mistakes(self, user):
        acts = (act for rows in self.acts(user) for act in rows) if self.birth_date else ()
        mine = (act for act in acts if self.pk in act.people_in(user))
        return [*super().likely_mistakes(user), *acts_before_birth(self, mine)]

    def acts(self, user):
        """Querysets of what they may have done or suffered, as far as the user sees it."""
        case = apps.get_model("people.PersecutionCase")
        cases = case.objects.visible_to(user).filter(person=self)
        keys = [*self._meta.related_objects, *case._meta.related_objects]
        for relation in (one for one in keys if one.one_to_many):
            model, key = relation.related_model, relation.field.name
            about = {f"{key}__in": cases} if relation.model is case else {key: self}
            if issubclass(model, Act):
                yield model.objects.visible_to(user).filter(**about)
            elif issubclass(model, Part) and issubclass(model._meta.get_field("record").related_model, Act):
                owners = model.objects.visible_to(user).filter(**about).values("record")
                whole = model._meta.get_field("record").related_model
                yield whole.objects.visible_to(user).filter(pk__in=owners)


class PersonName(Name):
    has_past = False
    identifies = "text"

    record = models.ForeignKey(Person, models.CASCADE, related_name="other_names")

    @classmethod
    def secrets(cls, user=None):
        """Names that are not public. No public text may contain them, not even records about their bearer."""
        rows = rows_seen(cls, user).exclude(confidentiality=Confidentiality.PUBLIC)
        names = rows.values_list("text_folded", "record", "pk")
        return [Secret(*name, about) for name in names for about in (None, name[1])]


def rows_seen(model, user):
    """The rows of a model that a user sees; all rows without a user."""
    return model.objects.visible_to(user) if user else model.objects.all()


def all_names(people):
    """(folded name, id of the person, id of the row that holds it) for all names of people."""
    others = PersonName.objects.filter(record__in=people.order_by().values("pk"))
    return [
        *people.order_by().values_list("name_folded", "pk", "pk"),
        *others.order_by().values_list("text_folded", "record", "pk"),
    ]


def secrets_of(pairs):
    """The secrets for pairs of ids, a person and a record or None: names that no text about it may contain.

    If the person is not public at all, no public text may contain the name.
    """
    pairs = list(pairs)
    keys = {person for person, _ in pairs}
    public = set(Person.objects.visible_to(None).filter(pk__in=keys).values_list("pk", flat=True))
    names = {}
    for name in all_names(Person.objects.filter(pk__in=keys)):
        names.setdefault(name[1], []).append(name)
    return [
        Secret(*name, about if person in public else None)
        for person, about in pairs
        for name in names[person]
    ]


class PersonIdentifier(Identifier):
    has_past = False

    record = models.ForeignKey(Person, models.CASCADE, related_name="identifiers")


class PersonCitation(Citation):
    record = models.ForeignKey(Person, models.CASCADE, related_name="citations")


history.track_changes(__name__)
