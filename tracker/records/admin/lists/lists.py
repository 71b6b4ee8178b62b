"""Lists of the admin: columns, filters, and what is fetched at once for a page of rows."""

from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.utils.html import format_html
from django.utils.text import capfirst

from tracker.records.admin.forms.forms import label_of
from tracker.records.admin_site.autocomplete import is_uuid
from tracker.records.base.labels import LatinField
from tracker.records.base.parts import Part
from tracker.records.base.record import Record
from tracker.records.base.slugs import Slugged
from tracker.records.policy import roles
from tracker.records.policy.visibility import Visible
from tracker.records.values.codes.vocabularies import Confidentiality
from tracker.records.values.columns import FoldedField
from tracker.records.values.dates.date_columns import PartialDateField

VOCABULARY_COLUMNS = 3


def facts(model):
    """The fields with the facts of a record, in the order of the model."""
    own = {field.name for field in Record._meta.get_fields()}
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return [field for field in fields if field.editable and field.name not in own]


def is_vocabulary(field):
    return bool(getattr(field, "choices", None))


def is_list_of_vocabulary(field):
    return isinstance(field, ArrayField) and is_vocabulary(field.base_field)


def to_visible(field):
    """Whether the field is a relation to one row of a model with the visibility rule."""
    to_one = field.many_to_one or field.one_to_one
    return bool(to_one and field.concrete and issubclass(field.related_model, Visible))


def folded_of(model):
    """The name of the column with the folded name or title, or None."""
    return next((field.name for field in model._meta.concrete_fields if isinstance(field, FoldedField)), None)


def alphabetical_of(model, source=""):
    """The name of the column for sorting a model by name, or by this field, or None."""
    columns = [field for field in model._meta.concrete_fields if isinstance(field, LatinField)]
    return next((field.name for field in columns if source in ("", *field.sources)), None)


def short_label(record):
    """The name of a record inside the label of another."""
    if isinstance(record, Slugged):
        return record.label
    return str(record) if isinstance(record, Part) else label_of(record)


def visible_relations(model, names, user):
    """Prefetches of these relations to one, with the data of their labels. A hidden row becomes None."""
    for name in names:
        related = model._meta.get_field(name).related_model
        rows = related.objects.visible_to(user)
        yield Prefetch(name, admin.site.get_model_admin(related).labelled(rows, user))


def field_text(record, name):
    """The value of a field as text, or "" if it is empty, unknown or hidden from the user."""
    field = record._meta.get_field(name)
    if to_visible(field):
        related = getattr(record, name)
        return short_label(related) if related else ""
    value = getattr(record, name)
    if is_vocabulary(field):
        return getattr(record, f"get_{name}_display")() if value != "unknown" else ""
    return ", ".join(value) if isinstance(value, list) else str(value if value is not None else "")


def list_column(model, name):
    """A field as a column: a relation by its name, a date in EDTF, and empty if unknown."""
    field = model._meta.get_field(name)
    dated = isinstance(field, PartialDateField)

    @admin.display(description=field.verbose_name, ordering=ordering_of(field), empty_value="")
    def show(record):
        return (
            format_html('<span class="edtf">{}</span>', field_text(record, name))
            if dated
            else field_text(record, name)
        )

    show.__name__ = name
    return show


def ordering_of(field):
    """The ordering of a column: by first day, by name, or by the name of the related row."""
    if isinstance(field, PartialDateField):
        return f"{field.name}_sort"
    if not to_visible(field):
        return alphabetical_of(field.model, field.name) or field.name
    name = alphabetical_of(field.related_model)
    return f"{field.name}__{name}" if name else None


def default_columns(model, label_field, belongs_to):
    """The name, or what the record belongs to; a few vocabularies, dates, the state and the sources."""
    fields = facts(model)
    vocabularies = [field.name for field in fields if is_vocabulary(field)][:VOCABULARY_COLUMNS]
    dates = [field.name for field in fields if isinstance(field, PartialDateField)]
    cites = ["sources"] if model.cited else []
    return [*([label_field] if label_field else belongs_to), *vocabularies, *dates, "state", *cites]


def default_filters(model):
    """Owner, state, sources, conflict, every vocabulary, and confidentiality."""
    fields = facts(model)
    conflict = [(field.name, VisibleRelatedFilter) for field in fields if field.name == "conflict"]
    vocabularies = [(field.name, TermFilter) for field in fields if is_vocabulary(field)]
    lists = [list_filter_of(field) for field in fields if is_list_of_vocabulary(field)]
    sources = [SourceFilter] if model.cited else []
    return [
        OwnerFilter,
        ("publication", TermFilter),
        *sources,
        *conflict,
        *vocabularies,
        *lists,
        ("confidentiality", TermFilter),
    ]


class CollapsedFilter:
    """Mixin for a filter that is collapsed until it is used."""

    template = "admin/record_filter.html"


class TermFilter(CollapsedFilter, admin.ChoicesFieldListFilter):
    """A filter by a term of a vocabulary."""


class VisibleRelatedFilter(CollapsedFilter, admin.RelatedFieldListFilter):
    """A filter by a relation that offers only visible rows. A relation to a hidden row counts as none."""

    def __init__(self, field, request, *args, **kwargs):
        self.visible = field.related_model.objects.visible_to(request.user)
        super().__init__(field, request, *args, **kwargs)

    def field_choices(self, field, request, model_admin):
        rows = self.visible.order_by(alphabetical_of(field.related_model), "pk")
        return [(row.pk, short_label(row)) for row in rows]

    def shown(self, empty):
        there = Q(**{f"{self.field_path}__in": self.visible.order_by().values("pk")})
        return ~there if empty else there

    def queryset(self, request, queryset):
        for empty in self.used_parameters.pop(self.lookup_kwarg_isnull, ()):
            queryset = queryset.filter(self.shown(empty))
        return super().queryset(request, queryset)

    def get_facet_counts(self, pk_attname, filtered_qs):
        counts = super().get_facet_counts(pk_attname, filtered_qs)
        return {**counts, "__c": Count(pk_attname, filter=self.shown(empty=True))}


class OwnerFilter(CollapsedFilter, admin.SimpleListFilter):
    title = "owner"
    parameter_name = "mine"

    def lookups(self, request, model_admin):
        return [("yes", "written by me or assigned to me")]

    def queryset(self, request, queryset):
        return queryset.filter(roles.own(request.user)) if self.value() == "yes" else queryset


class SourceFilter(CollapsedFilter, admin.SimpleListFilter):
    title = "source"
    parameter_name = "source"

    def lookups(self, request, model_admin):
        return [("yes", "has a source"), ("no", "has no source")]

    def queryset(self, request, queryset):
        """The rows with a source, without a source, or with the source of this id."""
        cites = visible_citations(queryset.model, request.user).filter(record=OuterRef("pk"))
        if is_uuid(self.value() or ""):
            return queryset.filter(Exists(cites.filter(source=self.value())))
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(Exists(cites) if self.value() == "yes" else ~Exists(cites))


def list_filter_of(field):
    """A filter by one of the terms in a list of them."""

    class Contains(CollapsedFilter, admin.SimpleListFilter):
        title = field.verbose_name
        parameter_name = field.name

        def lookups(self, request, model_admin):
            return field.base_field.choices

        def queryset(self, request, queryset):
            term = self.value()
            return queryset.filter(**{f"{field.name}__contains": [term]}) if term else queryset

    return Contains


def visible_citations(model, user):
    return model.citations.rel.related_model.objects.visible_to(user)


class FirstCited:
    """Mixin for rows of records: the first citation as read-only columns."""

    def source(self, row):
        return label_of(row.shown_citations[0].source) if row.shown_citations else None

    def locator_kind(self, row):
        return row.shown_citations[0].get_locator_kind_display() if row.shown_citations else None

    def locator(self, row):
        return row.shown_citations[0].locator if row.shown_citations else None

    def quotation(self, row):
        return row.shown_citations[0].quotation if row.shown_citations else None


class RecordList(ChangeList):
    """A page of records, fetched in a fixed number of queries."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_popup:  # Django's title says "Select ... to change", even to users who may not
            self.title = capfirst(self.opts.verbose_name_plural)

    def get_queryset(self, request, exclude_parameters=None):
        queryset = super().get_queryset(request, exclude_parameters)
        for field in [*self.model._meta.concrete_fields, *self.model._meta.many_to_many]:
            for key in filter(is_uuid, self.filter_params.get(f"{field.name}__id__exact", ())):
                # a hidden row gives the same result as one that does not exist
                rows = field.related_model.objects.visible_to(request.user).filter(pk=key)
                queryset = queryset.filter(Exists(rows))
        read = {getattr(shown, "__name__", shown) for shown in self.list_display} | {
            *self.model_admin.label_details
        }
        relations = [f.name for f in self.model._meta.concrete_fields if f.name in read and to_visible(f)]
        queryset = queryset.prefetch_related(*visible_relations(self.model, relations, request.user))
        queryset = self.model_admin.listed(queryset, request.user)
        return queryset.annotate(source_count=self._counted(request)) if self.model.cited else queryset

    def get_ordering(self, request, queryset):
        self.user = request.user
        return super().get_ordering(request, queryset)

    def get_ordering_field(self, field_name):
        """As Django's, but a relation is ordered by the name of the row only if the user may see it."""
        ordering = super().get_ordering_field(field_name)
        name, _, sorted_by = (ordering or "").partition("__")
        if not sorted_by:
            return ordering
        field = self.model._meta.get_field(name)
        rows = field.related_model.objects.visible_to(self.user)
        return Subquery(rows.filter(pk=OuterRef(field.attname)).order_by().values(sorted_by))

    def _counted(self, request):
        cited = visible_citations(self.model, request.user).filter(record=OuterRef("pk"))
        return Subquery(cited.order_by().values("record").annotate(n=Count("pk")).values("n"))


def links_to_lists(record, request):
    """Names and addresses of the lists of records that refer to this one, if the user may open them."""
    names = admin.site.get_model_admin(type(record)).list_names
    for relation in record._meta.related_objects:
        listed = admin.site._registry.get(relation.related_model)
        if (
            relation.related_name
            and issubclass(relation.related_model, Record)
            and listed.has_view_permission(request)
        ):
            query = urlencode({f"{relation.field.name}__{record._meta.pk.name}__exact": record.pk})
            name = names.get(relation.related_name, relation.related_name.replace("_", " "))
            yield name, f"{listed.address('changelist')}?{query}"


def state_of(record):
    """The publication state as a badge, and the confidentiality if it is not public."""
    secrecy = record.confidentiality != Confidentiality.PUBLIC and record.get_confidentiality_display()
    badge = format_html(
        '<span class="state state-{}">{}</span>', record.publication, record.get_publication_display()
    )
    return format_html('{} <span class="state state-hidden">{}</span>', badge, secrecy) if secrecy else badge
