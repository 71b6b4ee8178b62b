"""Base classes of the admin: a model declares a few names, everything else comes from its fields."""

from functools import partial

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Prefetch, Q
from django.forms import Textarea
from django.forms.models import BaseInlineFormSet, _get_foreign_key
from django.urls import reverse_lazy

from tracker.records.choices import Confidentiality
from tracker.records.fields import PartialDateField, PartialDateInput
from tracker.records.models import SEARCH_WORDS, Record, Slugged, Visible

from .forms import (
    ROW_CITATION,
    CitationForm,
    RecordForm,
    VisibleSelect,
    VisibleSelectMultiple,
    row_form,
    terms_field,
)
from .history import REASON, History
from .layout import in_rows, lines
from .lists import (
    RecordList,
    column,
    default_columns,
    default_filters,
    facts,
    folded_of,
    is_list_of_vocabulary,
    is_uuid,
    is_vocabulary,
    state_of,
    text_of,
    to_visible,
    visible_citations,
    visible_relations,
)
from .rights import Rights, editing_fields, locked
from .stale import SEEN, Stale, check_rows, claim, seen_version
from .verbs import Verbs

KEPT = (
    "slug",
    "version",
    "created_by",
    "created_at",
    "updated_at",
    "published_by",
    "published_at",
    "changed_at",
)


class VisibleRelations:
    """Mixin for admins and inlines: rows and choices start at what the reader may see."""

    form = RecordForm
    formfield_overrides = {
        PartialDateField: {
            "widget": PartialDateInput(
                attrs={"class": "partial-date", "data-understand": reverse_lazy("admin:understand")}
            )
        },
        models.URLField: {"assume_scheme": "https"},
        models.TextField: {"widget": Textarea(attrs={"rows": 3, "class": "vLargeTextField"})},
    }

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def get_autocomplete_fields(self, request):
        """Every relation to a model that has an admin."""
        fields = [*self.model._meta.concrete_fields, *self.model._meta.many_to_many]
        return [f.name for f in fields if f.is_relation and self.admin_site.is_registered(f.related_model)]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if is_list_of_vocabulary(db_field):
            return terms_field(db_field)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False
            field.widget.can_view_related = False
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        chosen = self._visible_choices(VisibleSelect, db_field, request)
        return super().formfield_for_foreignkey(db_field, request, **{**chosen, **kwargs})

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        chosen = self._visible_choices(VisibleSelectMultiple, db_field, request)
        return super().formfield_for_manytomany(db_field, request, **{**chosen, **kwargs})

    def _visible_choices(self, widget, db_field, request):
        related = db_field.related_model
        if not issubclass(related, Visible):
            return {}
        select = widget(db_field, self.admin_site, user=request.user)
        return {"queryset": related.objects.visible_to(request.user), "widget": select}

    def known_relations(self, user):
        """Prefetches of every relation to one that a form shows."""
        names = [field.name for field in self.model._meta.concrete_fields if to_visible(field)]
        return visible_relations(self.model, names, user)


class VisibleAdmin(VisibleRelations, admin.ModelAdmin):
    """The admin of whatever the visibility rule speaks of: it is found by all its names, and told apart."""

    tells = ()  # fields that tell its records apart, after the name where there is one
    search_through = None  # relations to one by whose names it is found too; None: what it belongs to
    search_fields = ["id"]  # Django's sign that there is a search; what it finds is said below
    search_help_text = "Any part of it: the beginnings of names in any spelling or script."
    show_full_result_count = False
    list_per_page = 50

    @property
    def label_field(self):
        """The field with the name or title, None for records without."""
        return self.model.label_field if issubclass(self.model, Slugged) else None

    def label(self, record, without=""):
        """What stands for a record in choices and rows, before a reader who may see it."""
        names = [name for name in self.tells if name != without]
        texts = [text_of(record, name) for name in [*filter(None, [self.label_field]), *names]]
        return ", ".join(text for text in texts if text) or str(record)

    def labelled(self, queryset, user):
        """The rows with all that their labels show."""
        related = [name for name in self.tells if to_visible(self.model._meta.get_field(name))]
        return queryset.prefetch_related(*visible_relations(self.model, related, user))

    def get_search_results(self, request, queryset, search_term):
        if is_uuid(search_term):
            return queryset.filter(pk=search_term), False
        for word in search_term.split()[:SEARCH_WORDS]:
            queryset = queryset.filter(self.found_by(word, request.user))
        return queryset, False

    def found_by(self, word, user):
        """The condition that a word is in the texts of a record, or in the names of what it belongs to."""
        found = Q(pk__in=[])
        if folded_of(self.model):
            found |= Q(pk__in=self.model.objects.matching(word, user).values("pk"))
        for field in filter(is_free_text, facts(self.model)):
            found |= Q(**{f"{field.name}__icontains": word})
        for name in self.model.visible_with if self.search_through is None else self.search_through:
            related = self.model._meta.get_field(name).related_model
            if related is not self.model:
                found |= Q(**{f"{name}__in": self.found_in(related, word, user)})
        return found

    def found_in(self, related, word, user):
        """The ids of visible rows of another model that have the word."""
        condition = self.admin_site.get_model_admin(related).found_by(word, user)
        return related.objects.visible_to(user).filter(condition).values("pk")


class RecordAdmin(History, Stale, Rights, Verbs, VisibleAdmin):
    """The admin of a record: its facts, its citations, the rows that belong to it, and the verbs."""

    columns = ()  # fields shown in the list; the default is made from the model's
    inlines = ()

    class Media:
        css = {"all": ["tracker/admin.css"]}
        js = ["tracker/dates.js"]

    def get_list_display(self, request):
        shown = self.columns or default_columns(self.model, self.label_field, self.model.visible_with)
        return [name if hasattr(self, name) else column(self.model, name) for name in shown]

    def get_list_filter(self, request):
        return self.list_filter or default_filters(self.model)

    def get_changelist(self, request, **kwargs):
        return RecordList

    def listed(self, queryset, user):
        """The rows of the list with what its columns show besides relations to one."""
        return queryset

    def get_ordering(self, request):
        """By name; what has none by date, the latest first."""
        dates = [field.name for field in facts(self.model) if isinstance(field, PartialDateField)]
        if dates and self.label_field != "name":
            return [f"-{dates[0]}_sort"]
        folded = folded_of(self.model)
        return [folded] if folded else ["-updated_at"]

    @admin.display(description="state", ordering="publication")
    def state(self, record):
        return state_of(record)

    @admin.display(description="sources")
    def sources(self, record):
        return record.source_count or "none"

    def get_actions(self, request):
        """No deletion of many: what was public is withdrawn, and a draft is deleted on its own page."""
        return {
            name: action for name, action in super().get_actions(request).items() if name != "delete_selected"
        }

    def get_deleted_objects(self, objs, request):
        """As Django's, without the names of what stands in the way: the reader may not know all of it."""
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        others = [f"{len(protected)} other records that point at it"] if protected else []
        return deleted, counts, lacking, others

    def get_object(self, request, object_id, from_field=None):
        record = super().get_object(request, object_id, from_field)
        if record:
            models.prefetch_related_objects([record], *self.known_relations(request.user))
        return record

    def get_inlines(self, request, obj):
        return [*([citation_inline(self.model)] if self.model.cited else []), *self.inlines]

    def get_readonly_fields(self, request, obj=None):
        names = {field.name for field in self.model._meta.concrete_fields}
        return [*self.readonly_fields, *(name for name in KEPT if obj and name in names)]

    def get_fieldsets(self, request, obj=None):
        """Facts first, so that a new field appears by itself; then what only editors see."""
        kept = [name for name in self.get_readonly_fields(request, obj) if name in KEPT]
        fieldsets = [
            (None, {"fields": lines([*facts(self.model), self.model._meta.get_field("confidentiality")])}),
            *([(None, {"fields": [REASON]})] if obj and obj.published_at else []),
            ("Editing", {"classes": ["collapse"], "fields": editing_fields(request.user)}),
        ]
        return (
            [*fieldsets, ("History", {"classes": ["collapse"], "fields": in_rows(kept)})]
            if kept
            else fieldsets
        )

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if "confidentiality" in form.changed_data or not change:
            self.keep_secret(request, form.instance)

    def save_formset(self, request, form, formset, change):
        """Saves rows; those that are records of their own know who wrote them."""
        for row in formset.forms:
            if isinstance(row.instance, Record) and row.instance._state.adding:
                row.instance.created_by = request.user
        for row in formset.initial_forms:
            if SEEN in row.fields and row.has_changed():
                claim(row.instance)
        formset.save()
        for row in formset.new_objects:
            if isinstance(row, Record):
                self.keep_secret(request, row)

    def keep_secret(self, request, record):
        """Clear who made a record confidential for it, and take its name out of the log."""
        if record.confidentiality == Confidentiality.PUBLIC:
            return
        if record.confidentiality == Confidentiality.CONFIDENTIAL:
            record.cleared.add(request.user)
        kind = ContentType.objects.get_for_model(record)
        LogEntry.objects.filter(content_type=kind, object_id=quote(record.pk)).update(object_repr=str(record))

    def view_on_site(self, obj):
        resource = self.opts.verbose_name_plural.replace(" ", "-")
        return f"{settings.PUBLIC_URL}/api/v1/{resource}/{obj.pk}/"


def is_free_text(field):
    """Whether a field holds words in a line: no choice, no date, no long text."""
    return (
        isinstance(field, models.CharField)
        and not is_vocabulary(field)
        and not isinstance(field, PartialDateField)
    )


class PartInline(VisibleRelations, admin.TabularInline):
    """Rows that belong to the record on whose page they stand."""

    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(*self.known_relations(request.user))


class OtherNameInline(PartInline):
    verbose_name = "other name"


class IdentifierInline(PartInline):
    verbose_name = "identifier"


class CitationInline(PartInline, admin.StackedInline):
    """The citations of a record."""

    form = CitationForm
    verbose_name = "citation"
    verbose_name_plural = "sources of this record"
    fieldsets = [
        (None, {"fields": [ROW_CITATION]}),
        (
            "Translation, what it supports, how it follows",
            {
                "classes": ["collapse"],
                "fields": [("field", "stance", "basis", "directness"), ("translation", "reasoning")],
            },
        ),
    ]
    template = "admin/record_rows.html"
    ordering = ["field", "pk"]

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else 1


def citation_inline(model):
    """The inline with the citations of a model."""
    cites = model.citations.rel.related_model
    return type(f"{cites.__name__}Inline", (CitationInline,), {"model": cites})


class RecordFormSet(BaseInlineFormSet):
    """Rows that are records: what was ever published is withdrawn on its own page, never deleted.

    What its reader may not change here is shown and left as it is.
    """

    reader = None

    def add_fields(self, form, index):
        super().add_fields(form, index)
        row = form.instance
        if row._state.adding:
            return
        form.fields[SEEN] = seen_version(row.version)
        closed = locked(self.reader, row, self.instance)
        if closed or row.published_at:
            form.fields.pop("DELETE", None)
        if closed:
            for name in form.base_fields.keys() - {self.fk.name}:
                form.fields[name].disabled = True

    def clean(self):
        super().clean()
        check_rows(self)


class RecordInline(VisibleRelations, admin.StackedInline):
    """Records that belong to the one on whose page they stand, each with its first citation in its row."""

    rows = ()  # the facts of a row, line by line
    formset = RecordFormSet
    template = "admin/record_rows.html"
    show_change_link = True
    extra = 0

    def get_fieldsets(self, request, obj=None):
        return [(None, {"fields": [*self.rows, (*ROW_CITATION, "cited")]})]

    def get_ordering(self, request):
        """In the order in which they happened, or else were entered."""
        dates = [field.name for field in facts(self.model) if isinstance(field, PartialDateField)]
        return [*(f"{name}_sort" for name in dates[:1]), "created_at", "pk"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Of the links beside a relation only the one that adds: a row is narrow."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = False
        return field

    def get_formset(self, request, obj=None, **kwargs):
        belongs_to = _get_foreign_key(self.parent_model, self.model, fk_name=self.fk_name).name
        form = row_form(self.model, belongs_to, partial(self.formfield_for_dbfield, request=request))
        formset = super().get_formset(request, obj, **{"form": form, **kwargs})
        formset.reader = request.user
        return formset

    def get_queryset(self, request):
        cites = visible_citations(self.model, request.user).select_related("source").order_by("field", "pk")
        shown = Prefetch("citations", cites, to_attr="shown_citations")
        return super().get_queryset(request).prefetch_related(*self.known_relations(request.user), shown)
