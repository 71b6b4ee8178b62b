"""Rows on the page of a record: its citations, its parts, and records that belong to it."""

from functools import partial

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet, _get_foreign_key

from tracker.records.admin.forms.edit_conflicts import (
    SEEN,
    check_row_versions,
    discard_unchanged,
    seen_version,
)
from tracker.records.admin.forms.forms import ROW_CITATION, CitationForm, RecordForm, row_form
from tracker.records.admin.forms.row_choices import FieldAttributes, RowChoiceFormSet
from tracker.records.admin.lists.lists import FirstCited, facts, field_text, visible_citations
from tracker.records.admin.rights import is_locked_row
from tracker.records.policy import roles
from tracker.records.policy.visibility import POINTED_AT
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.workflow.deletion import NOT_DELETED

from .relations import VisibleRelations


class VisibleRows(BaseInlineFormSet):
    """Rows of a page. The id of a hidden row is refused like one that does not exist."""

    reader = None

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields[self._pk_field.name].queryset = self.queryset

    def delete_existing(self, obj, commit=True):
        if commit:
            discard_unchanged(obj, self.reader)


def refuse_deletion(form):
    """Replaces Django's check, which names the records that refer to the row: some may be hidden."""
    row = form.instance
    if form.cleaned_data.get(DELETION_FIELD_NAME) and not row._state.adding and row.stays_for(form.writer):
        raise ValidationError(POINTED_AT)


class RowInline(FieldAttributes, VisibleRelations, admin.StackedInline):
    """Rows on the page of the record that they belong to."""

    template = "admin/record_rows.html"
    extra = 0

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.reader = formset.form.writer = request.user
        formset.form.hand_clean_DELETE = refuse_deletion
        return formset


class PartForm(RecordForm):
    """A row whose label is the first field that is not empty."""

    @property
    def row_label(self):
        return next(filter(None, (field_text(self.instance, name) for name in self._meta.fields)), "")


class PartInline(RowInline):
    """Rows that belong to a record, each in one line."""

    form = PartForm
    formset = VisibleRows

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets or [(None, {"fields": [tuple(self.get_fields(request, obj))]})]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(*self.known_relations(request.user))


class OtherNameInline(PartInline):
    verbose_name = "other name"


class IdentifierInline(PartInline):
    verbose_name = "identifier"


class CitationInline(PartInline):
    """The citations of a record."""

    form = CitationForm
    verbose_name = "citation"
    verbose_name_plural = "sources of this record"
    fieldsets = [
        (None, {"fields": [ROW_CITATION]}),
        (
            "Translation, supported field, reasoning",
            {
                "classes": ["collapse"],
                "fields": [
                    ("field", "stance", "value"),
                    ("basis", "directness"),
                    ("translation", "reasoning"),
                ],
            },
        ),
    ]
    ordering = ["field", "pk"]

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else 1


def citation_inline(model):
    """The inline with the citations of a model."""
    cites = model.citations.rel.related_model
    return type(f"{cites.__name__}Inline", (CitationInline,), {"model": cites})


class RecordFormSet(RowChoiceFormSet, VisibleRows):
    """Rows that are records. Rows that the user may not change or delete here stay as they are."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        row = form.instance
        if row._state.adding:
            return
        form.fields[SEEN] = seen_version(row.version)
        closed = is_locked_row(self.reader, row, self.instance)
        if closed or not roles.may_delete(self.reader, row):
            form.fields.pop(DELETION_FIELD_NAME, None)
        if closed:
            for name in form.base_fields.keys() - {self.fk.name}:
                form.fields[name].disabled = True

    def clean(self):
        super().clean()
        check_row_versions(self)
        for form in self.initial_forms:
            if form.add_prefix(DELETION_FIELD_NAME) in form.data and DELETION_FIELD_NAME not in form.fields:
                form.add_error(None, NOT_DELETED)


class RecordInline(FirstCited, RowInline):
    """Records that belong to another record, each with its first citation in its row."""

    rows = ()  # the fields of a row, line by line
    formset = RecordFormSet
    show_change_link = True

    def get_fieldsets(self, request, obj=None):
        return [(None, {"fields": [*self.rows, (*ROW_CITATION, "cited")]})]

    def get_ordering(self, request):
        """By date, or in the order in which they were entered."""
        dates = [field.name for field in facts(self.model) if isinstance(field, PartialDateField)]
        return [*(f"{name}_sort" for name in dates[:1]), "created_at", "pk"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Without the link that changes the related record: a row is narrow."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = False
        return field

    def get_formset(self, request, obj=None, **kwargs):
        belongs_to = _get_foreign_key(self.parent_model, self.model, fk_name=self.fk_name).name
        form = row_form(self.model, belongs_to, partial(self.formfield_for_dbfield, request=request))
        return super().get_formset(request, obj, **{"form": form, **kwargs})

    def get_queryset(self, request):
        cites = visible_citations(self.model, request.user).select_related("source").order_by("field", "pk")
        shown = Prefetch("citations", cites, to_attr="shown_citations")
        return super().get_queryset(request).prefetch_related(*self.known_relations(request.user), shown)
