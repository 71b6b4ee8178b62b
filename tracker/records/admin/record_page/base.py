"""Base classes of the admin: an admin class declares a few names; the rest comes from the model."""

import json

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from django.template.response import TemplateResponse

from tracker.records.admin.forms.edit_conflicts import EditConflicts, discard_unchanged
from tracker.records.admin.forms.forms import COPIED_DOWN, label_of
from tracker.records.admin.lists.layout import field_lines, names_in_lines
from tracker.records.admin.lists.lists import (
    RecordList,
    alphabetical_of,
    default_columns,
    default_filters,
    facts,
    field_text,
    folded_of,
    is_vocabulary,
    list_column,
    state_of,
    to_visible,
    visible_relations,
)
from tracker.records.admin.lists.saved_filters import SavedFilters
from tracker.records.admin.lists.similar import Similar
from tracker.records.admin.pages.also_hidden import AlsoHiddenPage
from tracker.records.admin.pages.erasing import ErasurePage
from tracker.records.admin.pages.history import HistoryPages
from tracker.records.admin.pages.name_check import NameCheck
from tracker.records.admin.pages.proposals import Proposing
from tracker.records.admin.pages.sent_twice import SavedOnce
from tracker.records.admin.rights import Rights, editing_fields
from tracker.records.admin.saving import Saving
from tracker.records.admin.verbs.bulk import BulkChange
from tracker.records.admin.verbs.verbs import Verbs
from tracker.records.admin_site.autocomplete import is_uuid
from tracker.records.base.slugs import Slugged
from tracker.records.policy import roles
from tracker.records.policy.visibility import SEARCH_WORDS, Visible
from tracker.records.shapes.urls import record_url
from tracker.records.values.codes.code_fields import CodeField
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.write.document import REASON

from .inlines import CitationInline, citation_inline
from .relations import VisibleRelations

BOOKKEEPING = (
    "slug",
    "version",
    "created_by",
    "created_at",
    "updated_at",
    "published_by",
    "published_at",
    "changed_at",
)


class VisibleAdmin(VisibleRelations, admin.ModelAdmin):
    """The admin of a model with the visibility rule: search by all names, and labels that tell rows apart."""

    label_details = ()  # fields that tell records apart, shown after the name
    search_through = None  # relations whose names are searched too; None: those in visible_with
    search_fields = ["id"]  # turns the search on in Django; get_search_results does the search
    search_help_text = "Start of any word, in any spelling or script."
    show_full_result_count = False
    list_per_page = 50

    @property
    def typed_into(self):
        """The field that receives the search text when a new record is created, or None."""
        named = {"name", "title"} & {field.name for field in self.model._meta.concrete_fields}
        return next(iter(named), None)

    @property
    def label_field(self):
        """The field with the name or title, or None."""
        return self.model.label_field if issubclass(self.model, Slugged) else None

    def label(self, record, without=""):
        """The label of a record in choices and rows, for users who may see the record."""
        names = [name for name in self.label_details if name != without]
        texts = [field_text(record, name) for name in [*filter(None, [self.label_field]), *names]]
        return ", ".join(text for text in texts if text) or str(record)

    def labelled(self, queryset, user):
        """The rows with everything that their labels need."""
        related = [name for name in self.label_details if to_visible(self.model._meta.get_field(name))]
        return queryset.prefetch_related(*visible_relations(self.model, related, user))

    def lookup_allowed(self, lookup, value, request):
        """Only lookups of filters and links. Others could reveal what is not shown."""
        filters = self.get_list_filter(request)
        if "\0" in value:  # no column can contain it
            return False
        if lookup in {getattr(one, "parameter_name", None) for one in filters}:
            return True
        name, _, how = lookup.partition("__")
        try:
            field = self.model._meta.get_field(name)
        except FieldDoesNotExist:
            return not how  # Django reports the unknown field
        if field.name != name:  # the name of a column, not of a field
            return False
        filtered = {one[0] for one in filters if isinstance(one, tuple)}
        if field.concrete and field.is_relation and issubclass(field.related_model, Visible):
            return how == "id__exact" or (how == "isnull" and name in filtered)
        return how == "exact" and name in filtered

    def get_search_results(self, request, queryset, search_term):
        if is_uuid(search_term):
            return queryset.filter(pk=search_term), False
        for word in search_term.split()[:SEARCH_WORDS]:
            queryset = queryset.filter(self.found_by(word, request.user))
        return queryset, False

    def found_by(self, word, user):
        """The condition that a word is in the texts of a record, or in the names of its related records."""
        found = Q(pk__in=[])
        if folded_of(self.model):
            found |= Q(pk__in=self.model.objects.matching(word, user).values("pk"))
        for field in filter(is_free_text, facts(self.model)):
            found |= Q(**{f"{field.name}__icontains": word})
        for field in filter(is_code, facts(self.model)):
            found |= Q(**{f"{field.name}__in": field.codes_of(word)})
        for name in self.model.visible_with if self.search_through is None else self.search_through:
            related = self.model._meta.get_field(name).related_model
            if related is not self.model:
                found |= Q(**{f"{name}__in": self.found_in(related, word, user)})
        return found

    def found_in(self, related, word, user):
        """The ids of visible rows of another model that contain the word."""
        condition = self.admin_site.get_model_admin(related).found_by(word, user)
        return related.objects.visible_to(user).filter(condition).values("pk")


class RecordPage(VisibleAdmin):
    """The page of a record: its fields, its rows, and what follows after saving."""

    inlines = ()

    def get_inlines(self, request, obj):
        return [*([citation_inline(self.model)] if self.model.cited else []), *self.inlines]

    def get_readonly_fields(self, request, obj=None):
        names = {field.name for field in self.model._meta.concrete_fields}
        closed = obj.closed_to(request.user) if obj else ()
        return [*self.readonly_fields, *(name for name in BOOKKEEPING if obj and name in names), *closed]

    def get_fieldsets(self, request, obj=None):
        """First the facts of the model, then the fields for editors. New fields appear automatically."""
        dates = [name for name in self.get_readonly_fields(request, obj) if name in BOOKKEEPING]
        works = obj is None or roles.works_on(request.user, obj)
        fieldsets = [
            (
                None,
                {"fields": field_lines([*facts(self.model), self.model._meta.get_field("confidentiality")])},
            ),
            *([(None, {"fields": [REASON]})] if obj and obj.published_at else []),
            *(
                [("Editing", {"classes": ["collapse"], "fields": editing_fields(request.user)})]
                if works
                else []
            ),
        ]
        return (
            [*fieldsets, ("History", {"classes": ["collapse"], "fields": names_in_lines(dates)})]
            if dates
            else fieldsets
        )

    def get_changeform_initial_data(self, request):
        """As Django's, without date and time fields: their two boxes take no text."""
        moments = {f.name for f in self.opts.concrete_fields if isinstance(f, models.DateTimeField)}
        given = super().get_changeform_initial_data(request)
        return {name: value for name, value in given.items() if name not in moments}

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """As Django's. In a small window, the first citation starts with the source of the opening row."""
        given = super().get_formset_kwargs(request, obj, inline, prefix)
        source = request.GET.get("cites", "")
        if isinstance(inline, CitationInline) and obj._state.adding and is_uuid(source) and not request.POST:
            place = {name: request.GET.get(name, "") for name in COPIED_DOWN - {"source"}}
            given["initial"] = [{"source": source, **place}]
        return given

    def response_add(self, request, obj, post_url_continue=None):
        """As Django's. A choice shows a new record with its label, like all others."""
        response = super().response_add(request, obj, post_url_continue)
        if IS_POPUP_VAR in request.POST and isinstance(response, TemplateResponse):
            data = {**json.loads(response.context_data["popup_response_data"]), "obj": label_of(obj)}
            response.context_data["popup_response_data"] = json.dumps(data)
        return response


class RecordAdmin(
    SavedFilters,
    Similar,
    BulkChange,
    Proposing,
    HistoryPages,
    NameCheck,
    EditConflicts,
    Saving,
    Rights,
    ErasurePage,
    AlsoHiddenPage,
    Verbs,
    SavedOnce,
    RecordPage,
):
    """The admin of a record: its fields, its citations, the rows that belong to it, and the verbs."""

    columns = ()  # the columns of the list; the default is made from the model
    list_names = {}  # names of the lists of related records: {"children": "parts of the series"}
    actions = [*Verbs.actions, "change_selected"]

    class Media:
        css = {"all": ["tracker/admin.css", "tracker/entry.css"]}
        js = [
            "admin/js/jquery.init.js",
            "tracker/dates.js",
            "tracker/rows.js",
            "tracker/similar.js",
            "tracker/adding.js",
        ]

    def get_list_display(self, request):
        shown = self.columns or default_columns(self.model, self.label_field, self.model.visible_with)
        return [name if hasattr(self, name) else list_column(self.model, name) for name in shown]

    def get_list_filter(self, request):
        return self.list_filter or default_filters(self.model)

    def get_changelist(self, request, **kwargs):
        return RecordList

    def listed(self, queryset, user):
        """The rows of the list with everything that its columns need besides relations to one."""
        return queryset

    def get_ordering(self, request):
        """By name. Records with a title, or without a name, by date, latest first."""
        dates = [field.name for field in facts(self.model) if isinstance(field, PartialDateField)]
        by_date = [f"-{dates[0]}_sort"] if dates and self.label_field != "name" else []
        return [*by_date, *filter(None, [alphabetical_of(self.model)])] or ["-updated_at"]

    @admin.display(description="state", ordering="publication")
    def state(self, record):
        return state_of(record)

    @admin.display(description="sources")
    def sources(self, record):
        return record.source_count or "none"

    def get_actions(self, request):
        """Without bulk deletion: public records are withdrawn, and drafts are deleted on their own pages."""
        return {
            name: action for name, action in super().get_actions(request).items() if name != "delete_selected"
        }

    def get_deleted_objects(self, objs, request):
        """As Django's, without names, kinds and counts of related records.

        Some of them may be hidden. Deleting them needs no further permission.
        """
        deleted, *_ = super().get_deleted_objects(objs, request)
        stay = any(record.stays_for(request.user) for record in objs)
        own = [line for line in deleted if isinstance(line, str)]
        counts = {self.opts.verbose_name_plural: len(own)}
        return own, counts, set(), ["Other records that refer to it"] if stay else []

    def delete_model(self, request, obj):
        discard_unchanged(obj, request.user)

    def get_object(self, request, object_id, from_field=None):
        record = super().get_object(request, object_id, from_field)
        if record:
            user = request.user
            models.prefetch_related_objects([record], *self.known_relations(user), *self.known_links(user))
        return record

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.writer = request.user
        return form

    def view_on_site(self, obj):
        return record_url(self.model, obj.pk)


def is_free_text(field):
    """Whether a field holds a line of free text: no choice, date, code or long text."""
    words = isinstance(field, models.CharField) and not isinstance(field, PartialDateField | CodeField)
    return words and not is_vocabulary(field)


def is_code(field):
    return isinstance(field, CodeField)
