"""After a protected name was refused: the question whether it belongs to a different person."""

from django import forms

from tracker.records.protection.name_check import HOMONYM
from tracker.records.values.texts.text import UncheckedTextField


def homonym_field():
    """The field for why a refused name belongs to a different person."""
    return UncheckedTextField(
        label="Why this is a different person",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="Only if this is a different person with the same name, and you are cleared for the"
        " protected person. Other editors see your answer and your name. It is never published. Do not say"
        " who the protected person is.",
    )


class NameCheck:
    """Mixin for the admin of records: after a refusal, the form asks whether the name is someone else's."""

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
        homonym = [(None, {"fields": [HOMONYM]})] if self.asks_homonym(request) else []
        return [*super().get_fieldsets(request, obj), *homonym]
