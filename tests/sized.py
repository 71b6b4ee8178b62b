"""Many rows that are like a few, made by the database: without history, as after a first import."""

from random import Random

from django.db import connection

from dialogues.models import Dialogue, Participation, Statement
from people.api.stored_answers import outdate_all
from people.models import Affiliation, CaseEvent, PersecutionCase, Person
from tests import make
from tests.twins.worlds import parts_of

WORDS, SENTENCES = 20_000, 3_000
NUMBERED = {"name", "title", "text"}
WORDY = {"description", "summary", "quotation", "evidence", "circumstances"}
SYLLABLES = [
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ha",
    "je",
    "ki",
    "lo",
    "mu",
    "na",
    "pe",
    "ri",
    "so",
    "tu",
    "va",
    "ze",
]


def multiply(people):
    """So many more people, each with a second name, a tie, a case and its event, all of them cited; as many
    participations in a fifth as many dialogues, and a third as many statements."""
    person = make.person(name="Somebody")
    make.name(person, "Another")
    case = make.case(person=person, title="A case")
    tie, event = make.affiliation(person=person), make.case_event(case=case)
    dialogue, statement = make.dialogue(title="A meeting"), make.statement(title="A word")
    took_part = make.participation(dialogue=dialogue, person=person)
    for one in (person, case, tie, event, dialogue, statement, took_part):
        make.citation(one, quotation="A word.")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE said (number serial, text text)")
        cursor.execute("INSERT INTO said (text) SELECT unnest(%s::text[])", [sentences()])
        rows = {
            Person: (person, people),
            PersecutionCase: (case, people),
            Affiliation: (tie, people),
            CaseEvent: (event, people),
            Dialogue: (dialogue, people // 5),
            Statement: (statement, people // 3),
            Participation: (took_part, people),
        }
        for model, (row, number) in rows.items():
            copy(cursor, model, "id", row.pk, number, rows)
            for relation in parts_of(model):
                copy(cursor, relation.related_model, "record_id", row.pk, number, rows)
        cursor.execute("ANALYZE")
    outdate_all()


def sentences():
    random = Random(7)
    words = ["".join(random.choices(SYLLABLES, k=random.randint(1, 4))) for _ in range(WORDS)]
    return [
        " ".join(random.choices(words, k=random.choice((5, 20, 60)))).capitalize() + "."
        for _ in range(SENTENCES)
    ]


def copy(cursor, model, column, key, number, rows):
    """Copies of the rows whose column is this key; their keys lead to the copies with the same number."""
    table = model._meta.db_table
    values = [value_of(field, rows) for field in model._meta.concrete_fields]
    names = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table} AS row"  # noqa: S608
        " CROSS JOIN generate_series(1, %s) AS n"
        f" JOIN said ON said.number = 1 + (n * 31) %% {SENTENCES} WHERE row.{column} = %s",
        [number, key],
    )
    cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def value_of(field, rows):
    """What a column of a copy has, as SQL."""
    column = f'row."{field.column}"'
    related = field.related_model
    if field.primary_key or (field.name == "record" and field.is_relation):
        return f"md5({column}::text || n)::uuid"
    if related in rows:
        return f"md5({column}::text || (1 + n %% {rows[related][1]}))::uuid"
    if field.name == "slug":
        return f"{column} || '-' || n"
    if field.name == "updated_at":
        return f"{column} - interval '1 day'"
    if field.name in NUMBERED:
        return f"{column} || ' ' || n"
    return "said.text" if field.name in WORDY and field.get_internal_type() == "TextField" else column
