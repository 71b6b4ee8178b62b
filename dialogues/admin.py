"""The admin of dialogues, participations, assessments and statements."""

from django.contrib import admin
from django.db.models import Prefetch, Q

from people.models import Organization, Person
from tracker.records.admin import (
    IdentifierInline,
    PartInline,
    RecordAdmin,
    RecordInline,
    VisibleRelations,
    field_text,
)
from tracker.records.base.places import Place
from tracker.records.policy import roles

from . import models
from .choices import Naming


class DialogueIdentifierInline(IdentifierInline):
    model = models.DialogueIdentifier


class ContextEventIdentifierInline(IdentifierInline):
    model = models.ContextEventIdentifier


class ParticipationInline(RecordInline):
    """One row for each person, organization or group. Naming is changed on the page of the participation."""

    model = models.Participation
    rows = [
        ("person", "organization", "group_label", "count_min", "count_max", "member_of", "role"),
        ("side", "no_side", "affiliation", "described_as", "note"),
    ]
    one_of = ("person", "organization", "group_label")
    only_with = {
        "count_min": "group_label",
        "count_max": "group_label",
        "affiliation": "person",
        "member_of": "person",
    }
    narrowed = {"affiliation": "person:person", "side": "conflict:record"}
    among = {"member_of": "group_label"}


@admin.register(models.Dialogue)
class DialogueAdmin(RecordAdmin):
    label_details = ["start_date"]
    columns = ["title", "start_date", "classification", "track", "where", "state", "sources"]
    inlines = [DialogueIdentifierInline, ParticipationInline]
    list_names = {
        "children": "parts of the series",
        "statements_made": "statements made here",
        "statements": "statements about it",
    }

    @admin.display(description="places")
    def where(self, record):
        return ", ".join(place.name for place in record.known_places)

    def listed(self, queryset, user):
        places = Place.objects.visible_to(user).order_by("name_sort")
        return queryset.prefetch_related(Prefetch("places", places, to_attr="known_places"))


class IdentityInline(VisibleRelations, admin.StackedInline):
    """The person behind a pseudonym, shown only to users who are cleared for the participation."""

    model = models.ParticipationIdentity
    secret = True
    verbose_name_plural = "the person behind it (confidential: shown to those who are cleared)"
    can_delete = False

    def get_queryset(self, request):
        rows = self.model.objects.visible_to(request.user)
        return rows.prefetch_related(*self.known_relations(request.user))


@admin.register(models.Participation)
class ParticipationAdmin(RecordAdmin):
    names = ["person", "organization", "group_label", "pseudonym"]
    label_details = [*names, "role", "dialogue"]
    columns = ["who", "dialogue", "role", "side", "affiliation", "state", "sources"]

    @admin.display(description="who")
    def who(self, record):
        return "".join(field_text(record, name) for name in self.names) or record.get_naming_display()

    def get_inlines(self, request, obj):
        """With the identity if there is one and the user may know it."""
        behind = obj and obj.naming != Naming.NAMED and roles.is_cleared(request.user, obj)
        return [*super().get_inlines(request, obj), *([IdentityInline] if behind else [])]


@admin.register(models.Assessment)
class AssessmentAdmin(RecordAdmin):
    """The label of an assessment always includes its author and its date."""

    objects = ["person", "organization", "participation"]
    assessors = ["assessor_person", "assessor_organization"]
    label_details = ["attribute", "value", *objects, *assessors, "date"]
    columns = ["about", "attribute", "value", "share", "by", "date", "state", "sources"]
    search_through = [*objects, *assessors]

    @admin.display(description="about")
    def about(self, record):
        return "".join(field_text(record, name) for name in self.objects)

    @admin.display(description="by")
    def by(self, record):
        return "".join(field_text(record, name) for name in self.assessors)


class SpeakerInline(PartInline):
    model = models.Speaker
    one_of = ("person", "organization", "label")
    fieldsets = [
        (None, {"fields": [("person", "organization", "label", "name_as_given", "naming", "position")]})
    ]


class RelationInline(RecordInline):
    """Relations from this statement to others."""

    model = models.StatementRelation
    fk_name = "statement"
    rows = [("kind", "related_statement", "note")]
    verbose_name_plural = "relations to other statements"


class RelationToInline(RecordInline):
    """Relations from other statements to this one."""

    model = models.StatementRelation
    fk_name = "related_statement"
    rows = [("statement", "kind", "note")]
    verbose_name = "relation from another record"
    verbose_name_plural = "relations from other statements"


class PartsInline(RecordInline):
    """The claims of a text that contains several. Their other fields are on their own pages."""

    model = models.Statement
    fk_name = "part_of"
    rows = [("title", "kind", "date"), ("summary",)]
    verbose_name = "part"
    verbose_name_plural = "parts: one for each claim"


@admin.register(models.Statement)
class StatementAdmin(RecordAdmin):
    """A statement is found by its title and by its speakers."""

    label_details = ["kind", "date"]
    columns = ["title", "said_by", "kind", "date", "state", "sources"]
    inlines = [SpeakerInline, PartsInline, RelationInline, RelationToInline]
    list_names = {"relations_to": "relations from other statements"}

    @admin.display(description="said by")
    def said_by(self, record):
        return ", ".join(name_of_speaker(speaker) for speaker in record.known_speakers)

    def listed(self, queryset, user):
        speakers = models.Speaker.objects.visible_to(user).select_related("person", "organization")
        return queryset.prefetch_related(Prefetch("speakers", speakers, to_attr="known_speakers"))

    def found_by(self, word, user):
        """As for every record, and by the names of the speakers."""
        named = Q(label__icontains=word) | Q(name_as_given__icontains=word)
        for name, model in (("person", Person), ("organization", Organization)):
            named |= Q(**{f"{name}__in": self.found_in(model, word, user)})
        speakers = models.Speaker.objects.visible_to(user).filter(named)
        return super().found_by(word, user) | Q(pk__in=speakers.values("record"))


def name_of_speaker(speaker):
    """The name of a speaker, as far as it may be shown."""
    known = speaker.person or speaker.organization
    return known.label if known else speaker.label or speaker.get_naming_display()


@admin.register(models.StatementRelation)
class StatementRelationAdmin(RecordAdmin):
    label_details = ["statement", "kind", "related_statement"]


@admin.register(models.Question)
class QuestionAdmin(RecordAdmin):
    pass


@admin.register(models.ContextEvent)
class ContextEventAdmin(RecordAdmin):
    inlines = [ContextEventIdentifierInline]
    label_details = ["kind", "start_date"]
    columns = ["title", "kind", "start_date", "end_date", "place", "state", "sources"]
