"""Participants counted: by side, role and other attributes, with what is not stated and who is withheld."""

from collections import Counter, defaultdict
from datetime import timedelta

from django.db.models import Case, CharField, Count, Value, When

from dialogues.choices import Capacity, Naming, ParticipationRole, Selection
from dialogues.models import Participation
from dialogues.models.dialogues import MEANT_FOR, UNDISCLOSED
from people.choices import Gender
from tracker.records.values.dates.date_columns import possible_days

from .figure import (
    COUNT_SCHEMA,
    LINK,
    LINKED_COUNT,
    NOT_STATED,
    TEXT,
    WITHHELD_BUCKET,
    ids_with_link,
    link_to,
    object_schema,
    rows_schema,
    with_link,
)

OPTIONAL = {"type": ["integer", "null"], "minimum": 0}
NO_SIDE, UNKNOWN = "none", "unknown"
PEOPLE, ORGANIZATIONS, GROUPS = KINDS = ("people", "organizations", "groups")
VOCABULARIES = {"role": ParticipationRole, "capacity": Capacity, "selection": Selection}
ATTRIBUTES = ("side", *VOCABULARIES, "gender")
LABELS = {NOT_STATED: "Not stated", WITHHELD_BUCKET: "Withheld, not classified", NO_SIDE: "For neither side"}
TOTAL_SCHEMA = {
    **object_schema(
        {
            "people": LINKED_COUNT,
            "organizations": LINKED_COUNT,
            "groups": LINKED_COUNT,
            "groups_of_unknown_size": LINKED_COUNT,
            "withheld": LINKED_COUNT,
            "people_min": COUNT_SCHEMA,
            "people_max": OPTIONAL,
            "words": TEXT,
        }
    ),
    "description": "Recorded participations. `people` are named; `withheld` are people whose names are not"
    " published. At least people_min people took part, and at most people_max; null: no source states it.",
}
BREAKDOWN = {
    **rows_schema(
        {
            "attribute": {**TEXT, "enum": [*ATTRIBUTES]},
            "value": TEXT,
            "label": TEXT,
            **dict.fromkeys(KINDS, COUNT_SCHEMA),
            WITHHELD_BUCKET: COUNT_SCHEMA,
            "url": LINK,
        }
    ),
    "description": f"The same participations by each attribute. The value can also be {NOT_STATED} or"
    f" {WITHHELD_BUCKET}; withheld participations are not classified. The gender is that of named people.",
}
KIND = Case(
    When(naming__in=[Naming.PSEUDONYM, Naming.WITHHELD], then=Value(WITHHELD_BUCKET)),
    When(person__isnull=False, then=Value(PEOPLE)),
    When(organization__isnull=False, then=Value(ORGANIZATIONS)),
    default=Value(GROUPS),
    output_field=CharField(),
)
COLUMNS = ("side", "side__name", "no_side", *VOCABULARIES, "person__gender")


def open_dialogues(dialogues):
    """Those that took place in the open. No others connect people, who are charged with contact."""
    return dialogues.exclude(disclosure__in=UNDISCLOSED).exclude(status__in=MEANT_FOR)


def earlier_dialogues(dialogues, dialogue):
    """The open ones of the same conflict that certainly began before it.

    None if its conflict or date is not recorded, or if it was not open itself.
    """
    first, _ = possible_days(dialogue, "start_date")
    if not (first and dialogue.conflict_id) or dialogue.disclosure in UNDISCLOSED:
        return None
    before = first - timedelta(days=1)
    return open_dialogues(dialogues.filter(conflict=dialogue.conflict_id, start_date__surely_by=before))


def people_range(rows):
    """(least, most) number of people who took part; most is None if no source states it.

    Named people who came with a group are part of the group's number. Organizations are not counted.
    """
    came_with = dict(rows.exclude(member_of=None).order_by().values_list("member_of").annotate(n=Count("pk")))
    alone = rows.filter(member_of=None, organization=None, group_label="").count()
    groups = rows.exclude(group_label="").order_by().values_list("pk", "count_min", "count_max")
    sizes = [(max(low or 0, came_with.pop(pk, 0)), high) for pk, low, high in groups]
    least = alone + sum(low for low, _ in sizes) + sum(came_with.values())
    highs = [high for _, high in sizes]
    if not highs or None in highs or came_with:
        return least, None
    return least, max(least, alone + sum(highs))


def participant_totals(rows, scope):
    """How many people, organizations and groups took part. `scope`: the filters of the list of these rows."""
    kinds = Counter(dict(rows.order_by().values_list(KIND).annotate(n=Count("pk"))))
    unknown = rows.exclude(group_label="").filter(count_min=None, count_max=None)
    least, most = people_range(rows)
    named = {**scope, "naming": Naming.NAMED}
    return {
        "people": with_link(kinds[PEOPLE], Participation, **named, person__isnull="false"),
        "organizations": with_link(
            kinds[ORGANIZATIONS], Participation, **named, organization__isnull="false"
        ),
        "groups": with_link(kinds[GROUPS], Participation, **named, **NO_MEMBERS),
        "groups_of_unknown_size": ids_with_link(unknown.values_list("pk", flat=True), Participation),
        WITHHELD_BUCKET: with_link(kinds[WITHHELD_BUCKET], Participation, **scope, naming__in=UNNAMED),
        "people_min": least,
        "people_max": most,
        "words": in_words(kinds[PEOPLE], least, most),
    }


UNNAMED = f"{Naming.PSEUDONYM},{Naming.WITHHELD}"
NO_MEMBERS = {"person__isnull": "true", "organization__isnull": "true"}


def in_words(named, least, most):
    """The total in words: "2 named, total not stated"."""
    if most is None:
        return f"{named} named, total not stated"
    return f"{named} named of {most}" if least == most else f"{named} named of {least} to {most}"


def breakdown(rows, scope):
    """The same participations by side, role, capacity, selection and gender."""
    found = defaultdict(Counter)
    for kind, side, name, no_side, *others, n in counted(rows):
        sides = (NO_SIDE, LABELS[NO_SIDE]) if no_side else (str(side or NOT_STATED), name)
        values = dict(zip(ATTRIBUTES, [sides, *((value, None) for value in others)], strict=True))
        for attribute, (value, label) in values.items():
            if attribute == "gender" and kind not in (PEOPLE, WITHHELD_BUCKET):
                continue
            stated = NOT_STATED if value in (None, "", UNKNOWN) else value
            bucket = (WITHHELD_BUCKET, None) if kind == WITHHELD_BUCKET else (stated, label)
            found[attribute, *bucket][kind] += n
    return [
        bucket_row(attribute, value, label, found[attribute, value, label], scope)
        for attribute, value, label in sorted(found, key=bucket_order)
    ]


def counted(rows):
    """Yields rows of kind, COLUMNS and the number of such participations."""
    return rows.order_by().values_list(KIND, *COLUMNS).annotate(n=Count("pk"))


def bucket_order(bucket):
    """Sort key: what is not stated and what is withheld come last."""
    attribute, value, label = bucket
    return (
        ATTRIBUTES.index(attribute),
        [NO_SIDE, NOT_STATED, WITHHELD_BUCKET].count(value),
        label or "",
        value,
    )


def bucket_row(attribute, value, label, counts, scope):
    vocabulary = VOCABULARIES.get(attribute, Gender)
    label = label or LABELS.get(value) or vocabulary(value).label
    numbers = {kind: counts[kind] for kind in (*KINDS, WITHHELD_BUCKET)}
    return {
        "attribute": attribute,
        "value": value,
        "label": label,
        **numbers,
        "url": where(attribute, value, scope),
    }


def where(attribute, value, scope):
    """The list of exactly these participations."""
    named = {**scope, "naming": Naming.NAMED}
    if value == WITHHELD_BUCKET:
        return link_to(Participation, **scope, naming__in=UNNAMED)
    if attribute == "gender":
        return link_to(Participation, **named, person_gender=UNKNOWN if value == NOT_STATED else value)
    if attribute == "side":
        sides = {NO_SIDE: {"no_side": "true"}, NOT_STATED: {"side__isnull": "true", "no_side": "false"}}
        return link_to(Participation, **named, **sides.get(value, {"side": value}))
    return link_to(Participation, **named, **{attribute: UNKNOWN if value == NOT_STATED else value})
