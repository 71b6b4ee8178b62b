"""The admin of people, organizations and cases."""

from django.contrib import admin, messages
from django.db.models import Prefetch
from django.utils.text import capfirst

from tracker.records.admin import (
    IdentifierInline,
    OtherNameInline,
    PartInline,
    ReadOnlyAdmin,
    RecordAdmin,
    RecordInline,
    VisibleAdmin,
    field_text,
)
from tracker.records.policy import roles

from . import consent, models, start_page  # noqa: F401 - it adds what it knows of work

KNOWN_AFFILIATIONS = 2


@admin.register(models.Side)
class SideAdmin(ReadOnlyAdmin, VisibleAdmin):
    """Only for autocomplete: sides are edited on the page of their conflict.

    A side is found only by its own name, because the title of a conflict often names both sides.
    """

    label_details = ["name", "record"]
    search_through = []

    def has_module_permission(self, request):
        return False


class SideInline(PartInline):
    model = models.Side


class ConflictIdentifierInline(IdentifierInline):
    model = models.ConflictIdentifier


class PersonNameInline(OtherNameInline):
    model = models.PersonName


class PersonIdentifierInline(IdentifierInline):
    model = models.PersonIdentifier


class ConsentInline(PartInline):
    """What the person agreed to. A withdrawn consent stays, with the day of its withdrawal."""

    model = models.Consent
    can_delete = False
    verbose_name_plural = "consent (shown to those who work on the person, never published)"
    fieldsets = [
        (None, {"fields": [("scope", "date", "form", "valid_until", "withdrawn_on"), ("evidence",)]})
    ]


class OrganizationNameInline(OtherNameInline):
    model = models.OrganizationName


class OrganizationIdentifierInline(IdentifierInline):
    model = models.OrganizationIdentifier


class CaseIdentifierInline(IdentifierInline):
    model = models.PersecutionCaseIdentifier


class OccupationInline(RecordInline):
    model = models.Occupation
    rows = [("occupation", "wording", "start_date", "end_date", "attested_date")]


class AffiliationInline(RecordInline):
    model = models.Affiliation
    rows = [
        ("organization", "role", "on_behalf_of"),
        ("start_date", "end_date", "attested_date"),
    ]


class ChargeInline(RecordInline):
    model = models.Charge
    rows = [("stage", "offence", "date", "provision"), ("wording", "court", "proceeding_number")]


class CaseEventInline(RecordInline):
    model = models.CaseEvent
    rows = [
        ("kind", "date", "place", "authority"),
        ("circumstances", "outcome", "position"),
        ("term_months", "term_days", "suspended_months", "suspended_days", "life"),
    ]


class CaseActorInline(RecordInline):
    model = models.CaseActor
    rows = [("role", "person", "organization", "event")]
    one_of = ("person", "organization")
    narrowed = {"event": "case:case"}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "event":
            kwargs["help_text"] = "To choose an event that you have just entered above, save first (Ctrl+S)."
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class RecognitionInline(RecordInline):
    model = models.Recognition
    rows = [("kind", "organization", "recognized_by", "date"), ("wgad_categories", "reference", "answer")]


class CaseRelationInline(RecordInline):
    """Relations from this case to others."""

    model = models.CaseRelation
    fk_name = "case"
    rows = [("kind", "related_case")]
    verbose_name_plural = "relations to other cases"


class CaseRelationToInline(RecordInline):
    """Relations from other cases to this one."""

    model = models.CaseRelation
    fk_name = "related_case"
    rows = [("case", "kind")]
    verbose_name = "relation from another record"
    verbose_name_plural = "relations from other cases"


@admin.register(models.Person)
class PersonAdmin(RecordAdmin):
    """Labels tell people apart by description, country and affiliations."""

    label_details = ["description", "nationality"]
    columns = ["name", "description", "birth_date", "state", "sources"]
    inlines = [PersonNameInline, PersonIdentifierInline, OccupationInline, AffiliationInline, ConsentInline]
    list_names = {
        "acted_in": "roles in cases",
        "assessments": "assessments of the person",
        "assessments_given": "assessments by the person",
        "statements": "statements about the person",
    }

    def get_inlines(self, request, obj):
        works = obj is None or roles.works_on(request.user, obj)
        return [one for one in super().get_inlines(request, obj) if works or one is not ConsentInline]

    def after_saving(self, request, record):
        """Takes down everything that no consent covers any more."""
        taken = consent.follow(record, request.user)
        if seen := [row for row in taken if row.is_visible_to(request.user)]:
            message = f"{len(seen)} taken down: {consent.ENDED.lower()}"
            self.message_user(request, capfirst(message), messages.WARNING)

    def label(self, record, without=""):
        known = getattr(record, "known_affiliations", [])[:KNOWN_AFFILIATIONS]
        return "; ".join([super().label(record), *(row.organization.label for row in known)])

    def labelled(self, queryset, user):
        rows = models.Affiliation.objects.visible_to(user).select_related("organization")
        known = Prefetch(
            "affiliations", rows.order_by("-start_date_sort", "pk"), to_attr="known_affiliations"
        )
        return super().labelled(queryset, user).prefetch_related(known)


@admin.register(models.Organization)
class OrganizationAdmin(RecordAdmin):
    label_details = ["classification", "country"]
    columns = ["name", "classification", "place", "country", "state", "sources"]
    inlines = [OrganizationNameInline, OrganizationIdentifierInline]
    list_names = {
        "children": "suborganizations",
        "affiliations_on_behalf": "affiliations on its behalf",
        "case_events": "case events as authority",
        "acted_in": "roles in cases",
        "selected_participations": "participants that it selected",
        "assessments": "assessments of it",
        "assessments_given": "assessments by it",
        "statements": "statements about it",
        "statements_published": "statements that it published",
    }


@admin.register(models.Occupation)
class OccupationAdmin(RecordAdmin):
    label_details = ["person", "occupation", "start_date", "end_date"]
    columns = ["person", "occupation", "wording", "start_date", "end_date", "state", "sources"]


@admin.register(models.Affiliation)
class AffiliationAdmin(RecordAdmin):
    label_details = ["person", "role", "organization", "start_date", "end_date"]
    columns = ["person", "role", "organization", "start_date", "end_date", "state", "sources"]


@admin.register(models.PersecutionCase)
class PersecutionCaseAdmin(RecordAdmin):
    whose = ["person", "organization"]
    label_details = [*whose, "jurisdiction"]
    columns = ["title", "of", "jurisdiction", "conflict", "state", "sources"]
    inlines = [
        CaseIdentifierInline,
        ChargeInline,
        CaseEventInline,
        CaseActorInline,
        RecognitionInline,
        CaseRelationInline,
        CaseRelationToInline,
    ]

    list_names = {"relations_to": "relations from other cases", "statements": "statements about it"}

    @admin.display(description="about")
    def of(self, record):
        return "".join(field_text(record, name) for name in self.whose)


@admin.register(models.CaseRelation)
class CaseRelationAdmin(RecordAdmin):
    label_details = ["case", "kind", "related_case"]
    columns = ["case", "kind", "related_case", "state", "sources"]


@admin.register(models.Charge)
class ChargeAdmin(RecordAdmin):
    label_details = ["stage", "offence", "date", "case"]
    columns = ["case", "stage", "offence", "date", "state", "sources"]


@admin.register(models.CaseEvent)
class CaseEventAdmin(RecordAdmin):
    label_details = ["kind", "date", "case"]
    columns = ["case", "kind", "date", "place", "authority", "state", "sources"]


@admin.register(models.CaseActor)
class CaseActorAdmin(RecordAdmin):
    label_details = ["role", "person", "organization", "case"]
    columns = ["case", "role", "person", "organization", "state", "sources"]
    search_through = ["case", "person", "organization"]


@admin.register(models.Recognition)
class RecognitionAdmin(RecordAdmin):
    label_details = ["kind", "organization", "recognized_by", "date", "case"]
    columns = ["case", "kind", "organization", "recognized_by", "date", "state", "sources"]


@admin.register(models.Conflict)
class ConflictAdmin(RecordAdmin):
    inlines = [SideInline, ConflictIdentifierInline]
