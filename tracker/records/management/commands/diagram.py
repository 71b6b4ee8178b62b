"""Draws the data model for docs/data-model.md: one picture for each app, made from the models.

A box is a record, or a part that refers to more than its record. Other parts and many-to-many links are lines
in a box. Keys to users and other internal fields are left out.
"""

from itertools import groupby
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import BaseCommand, CommandError

from tracker.records.base.citations import Citation
from tracker.records.base.parts import Part
from tracker.records.base.record import Record
from tracker.records.policy.visibility import Visible

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "data-model.md"
BEGIN = "<!-- drawn by `make diagram` -->"
END = "<!-- end of what is drawn -->"
FIELDS_OF_RECORD = {field.name for field in Record._meta.get_fields()}
APPS = [config.label for config in apps.get_app_configs()]
LINES = {"one_to_one": "|o--||", "required": "}o--||", "optional": "}o--o|"}


def boxes():
    """The models with a box, in the order of the code. All citation tables share one box."""
    tables = [model for model in apps.get_models() if is_drawn(model) and not is_line(model)]
    return sorted([*tables, Citation], key=lambda model: APPS.index(model._meta.app_label))


def is_drawn(model):
    """Whether a model is a record, a part, or more data about one of them."""
    return issubclass(model, Visible) or any(
        field.one_to_one and issubclass(field.related_model, Visible) for field in model._meta.fields
    )


def is_line(model):
    """Whether a part refers only to its own record. Citations are drawn once for all."""
    if issubclass(model, Citation):
        return True
    related = [*keys(model), *model._meta.related_objects]
    return issubclass(model, Part) and [field.name for field in related] == ["record"]


def keys(model):
    """The foreign keys of a model to records and parts."""
    return [field for field in model._meta.concrete_fields if leads_to_box(field)]


def leads_to_box(field):
    return field.is_relation and field.name not in FIELDS_OF_RECORD and is_drawn(field.related_model)


def kind_of_key(field):
    """The name in LINES for how a key is drawn."""
    if field.one_to_one:
        return "one_to_one"
    return "optional" if field.null else "required"


def record_lists(model):
    """The lists of a record without an arrow: [(kind, name of the list)]."""
    links = [field for field in model._meta.many_to_many if leads_to_box(field)]
    parts = [
        relation
        for relation in model._meta.related_objects
        if relation.field.name == "record" and is_line(relation.related_model)
    ]
    return [(field.related_model.__name__, field.name) for field in links] + [
        (kind_of_part(relation.related_model), relation.related_name) for relation in parts
    ]


def kind_of_part(model):
    """The name of the abstract part behind a table of parts, or its own name."""
    base = model.__mro__[1]
    return model.__name__ if base is Part else base.__name__


def box(model):
    """A box with the lists of its record."""
    inside = [f"        {kind} {name}" for kind, name in record_lists(model)]
    return [f"    {model.__name__} {{", *inside, "    }"] if inside else [f"    {model.__name__}"]


def arrows(model):
    """The arrows from a box to others. Keys of one kind to the same model share one arrow."""

    def where(field):
        return field.related_model.__name__, kind_of_key(field)

    for (there, kind), fields in groupby(sorted(keys(model), key=where), where):
        names = ", ".join(field.name for field in fields)
        yield f'    {model.__name__} {LINES[kind]} {there} : "{names}"'


def picture(app, models):
    """The picture of one app in Mermaid, under its name."""
    drawn = [line for model in models for line in box(model)]
    drawn += [line for model in models for line in arrows(model)]
    return "\n".join([f"`{app}`", "", "```mermaid", "erDiagram", "    direction LR", *drawn, "```"])


def model_pictures():
    """All pictures, as they appear between the markers of the document."""
    by_app = groupby(boxes(), lambda model: model._meta.app_config.name)
    return "\n\n".join(picture(app, list(models)) for app, models in by_app)


def drawn_into(text):
    """The text with the pictures between its markers; CommandError if it has no markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise CommandError(
            f"docs/data-model.md needs two lines, {BEGIN} and {END}. The pictures go between them."
        )
    return f"{before}{BEGIN}\n\n{model_pictures()}\n\n{END}{after}"


class Command(BaseCommand):
    help = "Draws the data model from the code into docs/data-model.md."
    requires_system_checks = []

    def handle(self, **options):
        DOCUMENT.write_text(drawn_into(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
