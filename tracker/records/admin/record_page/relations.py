"""Relations in forms of the admin: rows and choices are limited to what the user may see."""

from django.contrib.admin.widgets import AdminSplitDateTime, RelatedFieldWidgetWrapper
from django.db import models
from django.db.models import Prefetch
from django.forms import Textarea
from django.urls import reverse_lazy

from tracker.records.admin.forms.forms import (
    AccountSelect,
    AccountSelectMultiple,
    RecordForm,
    VisibleSelect,
    VisibleSelectMultiple,
    terms_field,
)
from tracker.records.admin.lists.lists import is_list_of_vocabulary, to_visible, visible_relations
from tracker.records.policy import roles
from tracker.records.policy.visibility import Visible
from tracker.records.values.codes.code_fields import CodeInput
from tracker.records.values.dates.date_columns import PartialDateField, PartialDateInput

ALWAYS_CONFIDENTIAL = "*"


class VisibleRelations:
    """Mixin for admins and inlines: limits rows and choices to what the user may see."""

    form = RecordForm
    secret = False  # whether all its rows are confidential
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
        if field and isinstance(field.widget, CodeInput):
            field.widget.attrs["data-codes"] = reverse_lazy("admin:codes", args=[field.registry.category])
        if field and isinstance(field.widget, AdminSplitDateTime):
            for part, name in zip(field.widget.widgets, ("date", "time"), strict=True):
                part.attrs["aria-label"] = f"{field.label}: {name}"
        if field:
            getattr(field.widget, "widget", field.widget).attrs.update(self.secrecy(db_field, request.user))
        return field

    def secrecy(self, db_field, user):
        """The data attributes for tracker/adding.js if the field can make its row confidential."""
        name, values = getattr(self.model, "protected", ("", ()))
        if self.secret and db_field.is_relation:
            values = [ALWAYS_CONFIDENTIAL]
        elif db_field.name != name:
            return {}
        may = "may" if roles.may_be_cleared(user) else "may-not"
        return {"data-secret": " ".join(values), "data-secret-writer": may}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        chosen = self._visible_choices(VisibleSelect, db_field, request)
        return super().formfield_for_foreignkey(db_field, request, **{**chosen, **kwargs})

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        chosen = self._visible_choices(VisibleSelectMultiple, db_field, request)
        return super().formfield_for_manytomany(db_field, request, **{**chosen, **kwargs})

    def _visible_choices(self, widget, db_field, request):
        related = db_field.related_model
        if not issubclass(related, Visible):
            if not self.admin_site.is_registered(related):
                return {}
            plain = AccountSelect if widget is VisibleSelect else AccountSelectMultiple
            return {"widget": plain(db_field, self.admin_site)}
        select = widget(db_field, self.admin_site, user=request.user)
        return {"queryset": related.objects.visible_to(request.user), "widget": select}

    def known_relations(self, user):
        """Prefetches of every relation to one in a form."""
        names = [field.name for field in self.model._meta.concrete_fields if to_visible(field)]
        return visible_relations(self.model, names, user)

    def known_links(self, user):
        """Prefetches of every relation to many: read-only pages list only the visible rows."""
        fields = [
            field for field in self.model._meta.many_to_many if issubclass(field.related_model, Visible)
        ]
        return [Prefetch(field.name, field.related_model.objects.visible_to(user)) for field in fields]
