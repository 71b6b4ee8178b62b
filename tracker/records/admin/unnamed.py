"""A change to what is public names nobody whom we do not name: the form says where, and is sent again."""

from django import forms

from tracker.records import roles
from tracker.records.choices import Publication
from tracker.records.models import Record
from tracker.records.texts import SaidField
from tracker.records.unnamed import HOMONYM, Change, Named, refuse_names, standing

from .history import REASON


def homonym_field():
    """The field for why a name that was refused is somebody else's."""
    return SaidField(
        label="Why it is somebody else",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="Only if it is somebody of the same name, and you are cleared for whom we do not name."
        " Other editors read it with your name; it is never published. Do not say who the other one is.",
    )


def stood(record):
    """How a record that is to be saved stands as it is stored; None if it is not public."""
    stored = type(record).objects.filter(pk=record.pk, publication=Publication.PUBLISHED).first()
    return stored and standing(stored)


class Unnamed:
    """Mixin for the admin of records."""

    @staticmethod
    def asks_homonym(request):
        """Whether the page asks why a name is somebody else's: after it was refused."""
        return getattr(request, "named", False) or bool(request.POST.get(HOMONYM))

    def get_form(self, request, obj=None, change=False, **kwargs):
        if self.asks_homonym(request):
            form = kwargs.get("form", self.form)
            kwargs["form"] = type(form.__name__, (form,), {HOMONYM: homonym_field()})
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request, obj=None):
        asked = [(None, {"fields": [HOMONYM]})] if self.asks_homonym(request) else []
        return [*super().get_fieldsets(request, obj), *asked]

    def save_model(self, request, obj, form, change):
        request.stood = [(obj, stood(obj))] if change else []
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Saves the rows; then nothing that became public by all of it may name anybody."""
        rows = [row for formset in formsets for row in formset.initial_forms if row.has_changed()]
        changed = [row.instance for row in rows if isinstance(row.instance, Record)]
        before = [*request.stood, *((record, stood(record)) for record in changed)]
        super().save_related(request, form, formsets, change)
        said = [form.cleaned_data.get(name, "") for name in (REASON, HOMONYM)]
        refuse_names(request.user, [Change(record, known, *said) for record, known in before if known])

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The page. What was refused for a name is shown again as it was sent, with where the name stands."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Named as problem:
            request.refusal, request.named = problem.messages, roles.edits(request.user)
            return super().changeform_view(request, object_id, form_url, extra_context)
