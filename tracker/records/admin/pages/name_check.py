"""A change to what is public leaves it fit to be so and names nobody whom we do not name, or is refused."""

from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from tracker.records.admin.forms.forms import readable
from tracker.records.base.record import Record
from tracker.records.policy import roles
from tracker.records.protection.name_check import (
    HOMONYM,
    CheckedChange,
    NamesProtectedPerson,
    Standing,
    refuse_names,
    texts_before,
)
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.values.texts.text import UncheckedTextField

from .history import REASON


def homonym_field():
    """The field for why a name that was refused is somebody else's."""
    return UncheckedTextField(
        label="Why it is somebody else",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="Only if it is somebody of the same name, and you are cleared for whom we do not name."
        " Other editors read it with your name; it is never published. Do not say who the other one is.",
    )


class Before(NamedTuple):
    """A published record that is to be saved: how it stands, and what it lacks, as it is stored."""

    record: Record
    stood: Standing
    lacked: list[str]


class Lacking(ValidationError):
    """Refuses a change after which something published could not be published."""


def stored(record):
    """The record as it is stored, None if it is not published."""
    return type(record).objects.filter(pk=record.pk, publication=Publication.PUBLISHED).first()


def before(records):
    """What is to be known of those of these records that are published, before they are saved."""
    found = [(record, stored(record)) for record in records]
    return [Before(record, texts_before(row), row.missing()) for record, row in found if row]


def refuse_lacking(known):
    """Raises Lacking if one of these lacks what it did not lack before."""
    rows = [(stored(record), lacked) for record, _, lacked in known]
    if found := [said for row, lacked in rows if row for said in row.missing() if said not in lacked]:
        raise Lacking([readable(said) for said in found])


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
        request.before = before([obj]) if change else []
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Saves the rows; then nothing that became public by all of it may name anybody."""
        rows = [row for formset in formsets for row in formset.initial_forms if row.has_changed()]
        changed = [row.instance for row in rows if isinstance(row.instance, Record)]
        request.before += before(changed)
        super().save_related(request, form, formsets, change)
        said = [form.cleaned_data.get(name, "") for name in (REASON, HOMONYM)]
        refuse_names(
            request.user, [CheckedChange(record, stood, *said) for record, stood, _ in request.before]
        )

    def response_change(self, request, obj):
        """When all is saved, and what no consent covers any more is taken back."""
        refuse_lacking(request.before)
        return super().response_change(request, obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The page. What was refused is shown again as it was sent, with what stands against it."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (NamesProtectedPerson, Lacking) as problem:
            request.refusal = problem.messages
            request.named = isinstance(problem, NamesProtectedPerson) and roles.edits(request.user)
            return super().changeform_view(request, object_id, form_url, extra_context)
