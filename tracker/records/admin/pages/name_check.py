"""Refuses changes after which a public record is incomplete or names a protected person."""

from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from tracker.records.admin.forms.forms import readable
from tracker.records.base.record import Record
from tracker.records.policy import roles
from tracker.records.protection.name_check import HOMONYM, Change, Named, Standing, refuse_names, standing
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.values.texts.text import SaidField

from .history import REASON


def homonym_field():
    """The field for why a refused name belongs to a different person."""
    return SaidField(
        label="Why this is a different person",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="Only if this is a different person with the same name, and you are cleared for the"
        " protected person. Other editors see your answer and your name. It is never published. Do not say"
        " who the protected person is.",
    )


class Before(NamedTuple):
    """A published record before it is saved: its stored texts, and what it is already missing."""

    record: Record
    stood: Standing
    lacked: list[str]


class Lacking(ValidationError):
    """A published record would be incomplete after the change."""


def stored(record):
    """The record as stored in the database, or None if it is not published."""
    return type(record).objects.filter(pk=record.pk, publication=Publication.PUBLISHED).first()


def before(records):
    """The state before saving of those of the records that are published."""
    found = [(record, stored(record)) for record in records]
    return [Before(record, standing(row), row.missing()) for record, row in found if row]


def refuse_lacking(known):
    """Raises Lacking if a published record is missing something that it had before."""
    rows = [(stored(record), lacked) for record, _, lacked in known]
    if found := [said for row, lacked in rows if row for said in row.missing() if said not in lacked]:
        raise Lacking([readable(said) for said in found])


class Unnamed:
    """Mixin for the admin of records."""

    @staticmethod
    def asks_homonym(request):
        """Whether the page asks why a name belongs to a different person: only after a refusal."""
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
        """Saves the rows. Then no text that became public may name a protected person."""
        rows = [row for formset in formsets for row in formset.initial_forms if row.has_changed()]
        changed = [row.instance for row in rows if isinstance(row.instance, Record)]
        request.before += before(changed)
        super().save_related(request, form, formsets, change)
        said = [form.cleaned_data.get(name, "") for name in (REASON, HOMONYM)]
        refuse_names(request.user, [Change(record, stood, *said) for record, stood, _ in request.before])

    def response_change(self, request, obj):
        """Runs after everything has been saved, and after consents have taken effect."""
        refuse_lacking(request.before)
        return super().response_change(request, obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The page. A refused form is shown again as it was sent, with the reasons."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (Named, Lacking) as problem:
            request.refusal = problem.messages
            request.named = isinstance(problem, Named) and roles.edits(request.user)
            return super().changeform_view(request, object_id, form_url, extra_context)
