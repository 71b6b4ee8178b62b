"""Participants counted: by side, role and other attributes, with what is not stated and who is withheld."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Case, CharField, Count, Q, Value, When

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
)

OPTIONAL = {"type": ["integer", "null"], "minimum": 0}
NO_SIDE, UNKNOWN, UNSIZED = "none", "unknown", "groups_of_unknown_size"
PEOPLE, ORGANIZATIONS, GROUPS = PARTICIPANT_KINDS = ("people", "organizations", "groups")
VOCABULARIES = {"role": ParticipationRole, "capacity": Capacity, "selection": Selection}
ATTRIBUTES = ("side", *VOCABULARIES, "gender")
LABELS = {NOT_STATED: "Not stated", WITHHELD_BUCKET: "Withheld, not classified", NO_SIDE: "For neither side"}
TOTAL_SCHEMA = {
    **object_schema(
        {
            "people": LINKED_COUNT,
            "organizations": LINKED_COUNT,
            "groups": LINKED_COUNT,
            UNSIZED: LINKED_COUNT,
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
            **dict.fromkeys(PARTICIPANT_KINDS, COUNT_SCHEMA),
            WITHHELD_BUCKET: COUNT_SCHEMA,
            "url": LINK,
        }
    ),
    "description": f"The same participations by each attribute. The value can also be {NOT_STATED} or"
    f" {WITHHELD_BUCKET}; withheld participations are not classified. The gender is that of named people.",
}
SIDES_OF_EACH = {
    **rows_schema(
        {
            "value": TEXT,
            "label": TEXT,
            **dict.fromkeys((*PARTICIPANT_KINDS, UNSIZED), COUNT_SCHEMA),
            WITHHELD_BUCKET: COUNT_SCHEMA,
            "url": LINK,
        }
    ),
    "description": "The same participations by side, as in the breakdown.",
}
KIND = Case(
    When(naming__in=[Naming.PSEUDONYM, Naming.WITHHELD], then=Value(WITHHELD_BUCKET)),
    When(person__isnull=False, then=Value(PEOPLE)),
    When(organization__isnull=False, then=Value(ORGANIZATIONS)),
    default=Value(GROUPS),
    output_field=CharField(),
)
OF_UNKNOWN_SIZE = ~Q(group_label="") & Q(count_min=None, count_max=None)
COLUMNS = ("side", "no_side", *VOCABULARIES, "person__gender")


def open_dialogues(dialogues):
    """Those that took place in the open. No others connect people, who are charged with contact."""
    return dialogues.exclude(disclosure__in=UNDISCLOSED).exclude(status__in=MEANT_FOR)


def earlier_dialogues(dialogues, dialogue, conflict):
    """The open ones of the conflict that certainly began before a dialogue, without the series that it is in.

    None if the conflict or the date is not recorded, or if the dialogue was not open itself.
    """
    first, _ = possible_days(dialogue, "start_date")
    if not (first and conflict) or dialogue.disclosure in UNDISCLOSED:
        return None
    before = dialogues.filter(conflict=conflict, start_date__surely_by=first - timedelta(days=1))
    return open_dialogues(before).exclude(pk=dialogue.parent_id)


class People(NamedTuple):
    """The least and the most number of people who took part; most is None if no source states it."""

    least: int = 0
    most: int | None = None


def people_ranges(rows):
    """{dialogue: People}. Named people who came with a group are part of the group's number; organizations
    are not counted. Members of a group that the reader does not see came alone.
    """
    groups = rows.exclude(group_label="").order_by()
    people = rows.filter(organization=None, group_label="").order_by()
    members = dict(
        people.filter(member_of__in=groups.values("pk")).values_list("member_of").annotate(Count("pk"))
    )
    alone = dict(
        people.exclude(member_of__in=groups.values("pk")).values_list("dialogue").annotate(Count("pk"))
    )
    sizes = defaultdict(list)
    for dialogue, pk, low, high in groups.values_list("dialogue", "pk", "count_min", "count_max"):
        least = max(low or 0, members.get(pk, 0))
        sizes[dialogue].append(People(least, None if high is None else max(least, high)))
    return {
        dialogue: all_together([People(alone.get(dialogue, 0), alone.get(dialogue, 0)), *sizes[dialogue]])
        if dialogue in sizes
        else People(alone[dialogue])
        for dialogue in {*alone, *sizes}
    }


def all_together(parts):
    """The range of a sum. Without any part, nothing is stated."""
    highs = [one.most for one in parts]
    return People(sum(one.least for one in parts), None if None in highs or not highs else sum(highs))


def participant_totals(rows, scope, people):
    """How many people, organizations and groups took part.

    `scope`: the filters of the list of these rows, None if no filters select them. `people`: their range.
    """
    kinds = Counter(dict(rows.order_by().values_list(KIND).annotate(n=Count("pk"))))
    unknown = rows.filter(OF_UNKNOWN_SIZE)
    return {
        **kind_totals(kinds, scope),
        UNSIZED: ids_with_link(unknown.values_list("pk", flat=True), Participation),
        "people_min": people.least,
        "people_max": people.most,
        "words": in_words(kinds[PEOPLE], *people),
    }


def kind_totals(kinds, scope):
    """The number of participations of each kind, with the lists of them."""
    lists = {
        PEOPLE: {**NAMED_ONLY, "person__isnull": "false"},
        ORGANIZATIONS: {**NAMED_ONLY, "organization__isnull": "false"},
        GROUPS: {**NAMED_ONLY, "person__isnull": "true", "organization__isnull": "true"},
        WITHHELD_BUCKET: {"naming__in": UNNAMED},
    }
    return {kind: {"count": kinds[kind], "url": listed_at(scope, **asked)} for kind, asked in lists.items()}


def listed_at(scope, **filters):
    """The address of the participations of a scope that have these attributes."""
    return None if scope is None else link_to(Participation, **scope, **filters)


NAMED_ONLY = {"naming": Naming.NAMED}
UNNAMED = f"{Naming.PSEUDONYM},{Naming.WITHHELD}"


def in_words(named, least, most):
    """The total in words: "2 named, total not stated"."""
    words = f"{named or 'none'} named"
    if most is None:
        return f"{words}, total not stated"
    return f"{words} of {most}" if least == most else f"{words} of {least} to {most}"


def breakdown(rows, scope, sides):
    """The same participations by side, role, capacity, selection and gender.

    `sides`: {id: name} of those that the reader sees; others are not stated.
    """
    found = defaultdict(Counter)
    for kind, side, no_side, *others, n in counted(rows):
        own = value_of_side(side, no_side, sides)
        values = dict(zip(ATTRIBUTES, [own, *((value, None) for value in others)], strict=True))
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


def value_of_side(side, no_side, sides):
    """(value, label) of a side."""
    if no_side:
        return NO_SIDE, LABELS[NO_SIDE]
    return (str(side), sides[side]) if side in sides else (NOT_STATED, None)


def sides_of_each(rows, sides):
    """{dialogue: the participations by side, {side: how many of each kind}}; `sides` as in `breakdown`."""
    found = defaultdict(lambda: defaultdict(Counter))
    numbers = {"n": Count("pk"), "unsized": Count("pk", filter=OF_UNKNOWN_SIZE)}
    for dialogue, side, no_side, kind, n, unsized in (
        rows.order_by().values_list("dialogue", "side", "no_side", KIND).annotate(**numbers)
    ):
        bucket = (WITHHELD_BUCKET, None) if kind == WITHHELD_BUCKET else value_of_side(side, no_side, sides)
        found[str(dialogue)]["side", *bucket].update({kind: n, UNSIZED: unsized})
    return found


def side_rows(buckets, scope):
    """The rows of the sides of one dialogue."""
    return [
        {**bucket_row(*one, buckets[one], scope), UNSIZED: buckets[one][UNSIZED]}
        for one in sorted(buckets, key=bucket_order)
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
    numbers = {kind: counts[kind] for kind in (*PARTICIPANT_KINDS, WITHHELD_BUCKET)}
    return {
        "attribute": attribute,
        "value": value,
        "label": label,
        **numbers,
        "url": where(attribute, value, scope),
    }


def where(attribute, value, scope):
    """The list of exactly these participations."""
    if value == WITHHELD_BUCKET:
        return listed_at(scope, naming__in=UNNAMED)
    stated = UNKNOWN if value == NOT_STATED else value
    if attribute == "gender":
        return listed_at(scope, **NAMED_ONLY, person_gender=stated)
    if attribute == "side":
        sides = {NO_SIDE: {"no_side": "true"}, NOT_STATED: {"side__isnull": "true", "no_side": "false"}}
        return listed_at(scope, **NAMED_ONLY, **sides.get(value, {"side": value}))
    return listed_at(scope, **NAMED_ONLY, **{attribute: stated})
