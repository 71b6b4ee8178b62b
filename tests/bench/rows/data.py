"""The rows of the benchmark: invented, as unevenly spread as real ones are, and the same every time.

A row is computed from its number alone, by the database. Nothing here is about a real person.
"""

from tracker.records.values.codes import registries

SIZES = {"S": 20, "M": 1}  # by what the numbers of rows are divided
ROWS = {
    "people": 100_000,
    "organizations": 20_000,
    "affiliations": 150_000,
    "dialogues": 200_000,
    "participations": 1_000_000,
    "cases": 50_000,
    "statements": 300_000,
    "sources": 50_000,
}
COUNTRIES = 50
CODES = sorted(registries.COUNTRIES.codes())[:COUNTRIES]
FIRST_NAMES = [
    "Ana",
    "José",
    "Łukasz",
    "Zofia",
    "Jiří",
    "Søren",
    "Émile",
    "Jürgen",
    "Inês",
    "Ștefan",
    "Željko",
    "Zoltán",
    "Nino",
    "Tamar",
    "Armen",
    "Anahit",
    "Leyla",
    "Rəşad",
    "Gülnar",
    "Özlem",
    "Çağla",
    "Amina",
    "Kwame",
    "Ngozi",
    "Minh",
    "Priya",
    "Rosa",
    "Lucía",
    "Noël",
    "Siobhán",
    "Alena",
    "Ruslan",
    "Vera",
    "Лейла",
    "Армен",
    "Նարեկ",
    "Omar",
    "Elif",
]
SYLLABLES = [
    "ba",
    "cə",
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
    "şu",
    "ta",
    "ve",
    "ze",
    "çi",
    "ğa",
    "šo",
    "ru",
    "li",
]
ENDINGS = ["ov", "ova", "yan", "dze", "vić", "oğlu", "zadə", "li", "ez", "enko", "ian", "ski"]
VOCABULARY = 3_000
SENTENCES = 5_000


def counts(size):
    """{kind: number of rows} of a size. There are as many places and conflicts in each."""
    return {kind: number // SIZES[size] for kind, number in ROWS.items()}


def chance(salt, row="n"):
    """A number from 0 to 1 that depends on the row and on the salt only."""
    return f"((hashint8extended({row}, {salt}) & 1073741823) / 1073741824.0::float8)"


def number(most, salt, skew=1, row="n"):
    """A whole number from 1 to `most`; with a skew above 1, low numbers are more frequent."""
    return f"(1 + floor(power({chance(salt, row)}, {skew}) * {most}))::bigint"


def one_of(values, salt, skew=1, row="n"):
    texts = ", ".join(f"'{value}'" for value in values)
    return f"(ARRAY[{texts}])[{number(len(values), salt, skew, row)}]"


def key(kind, row="n"):
    """The id of a row."""
    return f"md5('{kind}' || {row})::uuid"


def some(most, kind, salt, skew):
    """The id of one of so many rows."""
    return key(kind, number(most, salt, skew))


def day(salt, row="n"):
    """A day, more often a late one."""
    return f"(date '1995-01-01' + floor(sqrt({chance(salt, row)}) * 11000)::int)"


def word(which):
    """The word with this number: a low number is a frequent word."""
    return "".join(
        f" || {part}"
        for part in (
            one_of(SYLLABLES, 1, row=which),
            one_of(SYLLABLES, 2, row=which),
            f"CASE WHEN {chance(3, which)} < 0.5 THEN {one_of(SYLLABLES, 4, row=which)} ELSE '' END",
        )
    ).removeprefix(" || ")


def words(least, most, salt):
    """So many words as a sentence without its end."""
    which = f"(1 + floor(power({chance(salt, 'n * 97 + k')}, 2.5) * {VOCABULARY}))::bigint"
    places = f"generate_series(1, {least} + {number(most - least + 1, salt)} - 1) AS k"
    joined = "initcap(string_agg(word, ' ' ORDER BY k))"
    return f"(SELECT {joined} FROM {places} JOIN word ON place = {which})"


def name():
    surname = " || ".join([one_of(SYLLABLES, 12, 2), one_of(SYLLABLES, 13), one_of(ENDINGS, 14)])
    return f"{one_of(FIRST_NAMES, 11, 2)} || ' ' || initcap({surname})"


def sentence(salt):
    """A text from a supply: what is not searched by its words may repeat."""
    return f"(SELECT text FROM sentence WHERE place = {number(SENTENCES, salt)})"


def series(most):
    return f"generate_series(1::bigint, {most}) AS n"


def conflict_of(dialogue):
    return number(COUNTRIES, 31, 2, dialogue)


def tables(size):
    """(model, its rows as SQL) in the order of their keys. A column that is left out has its default."""
    yield from basics(counts(size))
    yield from of_dialogues(counts(size))
    yield from of_cases(counts(size))
    yield from citations(counts(size))


def basics(many):
    country = number(COUNTRIES, 21, 2)
    code = f"(ARRAY{CODES})[{country}]"
    began = day(54)
    yield (
        "records.Source",
        f"""
        SELECT {key("source")} AS id, 'source-' || n AS slug, {words(4, 10, 41)} AS title,
            {day(42)}::text AS date,
            'https://press' || n % 300 || '.example.org/' || n AS source_url, 'article' AS kind,
            'Press ' || {number(300, 43, 2)} AS publisher,
            {one_of(["en", "ru", "hy", "az"], 44, 2)} AS language
        FROM {series(many["sources"])}""",
    )
    yield (
        "records.Place",
        f"""
        SELECT {key("place")} AS id, 'place-' || n AS slug, 'Place ' || n AS name,
            (ARRAY{CODES})[n] AS country
        FROM {series(COUNTRIES)}""",
    )
    yield (
        "people.Conflict",
        f"""
        SELECT {key("conflict")} AS id, 'conflict-' || n AS slug, 'Conflict ' || n AS title
        FROM {series(COUNTRIES)}""",
    )
    yield (
        "people.Side",
        f"""
        SELECT {key("side")} AS id, {key("conflict", "((n + 1) / 2)")} AS record_id, 'Side ' || n AS name,
            n % 2 AS position
        FROM {series(2 * COUNTRIES)}""",
    )
    yield (
        "people.Person",
        f"""
        SELECT {key("person")} AS id, 'person-' || n AS slug, {name()} AS name, ARRAY[{code}] AS nationality,
            {one_of(["male", "female", "unknown", "other"], 22, 2)} AS gender, {sentence(24)} AS summary,
            CASE WHEN n % 7 > 0 THEN ({number(70, 23)} + 1934)::text ELSE '' END AS birth_date
        FROM {series(many["people"])}""",
    )
    yield (
        "people.PersonName",
        f"""
        SELECT {key("name")} AS id, {key("person", "n * 3")} AS record_id, {name()} AS text,
            'transliteration' AS kind
        FROM {series(many["people"] // 3)}""",
    )
    yield (
        "people.Organization",
        f"""
        SELECT {key("organization")} AS id, 'organization-' || n AS slug, {words(2, 4, 51)} AS name,
            {code} AS country, {key("place", country)} AS place_id,
            ({number(74, 53)} + 1949)::text AS founding_date,
            {one_of(["ngo", "government_body", "party", "university", "igo"], 52, 2)} AS classification
        FROM {series(many["organizations"])}""",
    )
    yield (
        "people.Affiliation",
        f"""
        SELECT {key("affiliation")} AS id, {some(many["people"], "person", 56, 1.2)} AS person_id,
            {some(many["organizations"], "organization", 57, 2)} AS organization_id,
            {one_of(["member", "chair", "lawyer", "director", "adviser"], 58, 2)} AS role,
            {began}::text AS start_date,
            CASE WHEN n % 3 > 0 THEN ({began} + {number(5_000, 55)}::int)::text ELSE '' END AS end_date
        FROM {series(many["affiliations"])}""",
    )


def of_dialogues(many):
    held = day(32)
    pairs = f"""SELECT DISTINCT {number(many["dialogues"], 61, 1.3)} AS d,
    {number(many["people"], 62, 1.3)} AS p
        FROM {series(many["participations"] * 5 // 4)}"""
    yield (
        "dialogues.Dialogue",
        f"""
        SELECT {key("dialogue")} AS id, 'dialogue-' || n AS slug, {words(4, 8, 33)} AS title,
            {sentence(34)} AS summary, 'public' AS disclosure,
            {key("conflict", conflict_of("n"))} AS conflict_id,
            {held}::text AS start_date,
            CASE WHEN n % 2 = 0 THEN ({held} + (n % 5)::int)::text ELSE '' END AS end_date,
            {one_of(["track_1", "track_1_5", "track_2", "track_3"], 35)} AS track,
            {one_of(["round_table", "meeting", "forum", "workshop", "summit"], 36, 2)} AS classification
        FROM {series(many["dialogues"])}""",
    )
    yield (
        "dialogues.Participation",
        f"""
        SELECT {key("participation")} AS id, {key("dialogue", "d")} AS dialogue_id,
            {key("person", "p")} AS person_id,
            {key("side", f"({conflict_of('d')} * 2 - p % 2)")} AS side_id,
            {one_of(["participant", "speaker", "moderator", "observer", "organizer"], 63, 2)} AS role,
            {one_of(["official", "personal", "expert", "journalist"], 64, 2)} AS capacity
        FROM (SELECT row_number() OVER (ORDER BY d, p) AS n, d, p FROM ({pairs}) AS pairs
            ORDER BY 1 LIMIT {many["participations"]}) AS numbered""",
    )
    yield (
        "dialogues.Assessment",
        f"""
        SELECT {key("assessment")} AS id, {key("person")} AS person_id, 'alignment' AS attribute,
            {some(many["organizations"], "organization", 71, 2)} AS assessor_organization_id,
            {day(73)}::text AS date,
            {one_of(["independent", "government_aligned", "opposition", "international"], 72)} AS value
        FROM {series(many["people"])}""",
    )
    yield (
        "dialogues.Statement",
        f"""
        SELECT {key("statement")} AS id, 'statement-' || n AS slug, {words(6, 12, 91)} AS title,
            {sentence(92)} AS summary, {day(94)}::text AS date,
            CASE WHEN n % 3 > 0 THEN {some(many["dialogues"], "dialogue", 93, 1.3)} END AS said_at_id,
            {one_of(["claim", "statement", "demand", "accusation", "assessment"], 95, 2)} AS kind
        FROM {series(many["statements"])}""",
    )
    yield (
        "dialogues.Speaker",
        f"""
        SELECT {key("speaker")} AS id, {key("statement")} AS record_id,
            {some(many["people"], "person", 96, 1.5)} AS person_id
        FROM {series(many["statements"])}""",
    )


def of_cases(many):
    cases, country = many["cases"], number(COUNTRIES, 21, 2)
    case = f"(1 + (n - 1) % {cases})"
    offences = ["extremism", "terrorism", "treason", "defamation", "incitement", "false_information"]
    begins, goes_on = ["arrest", "summons", "exile"], ["release", "sentence", "hearing"]
    later = f"CASE WHEN n > {cases} THEN {number(1_500, 90)}::int ELSE 0 END"
    yield (
        "people.PersecutionCase",
        f"""
        SELECT {key("case")} AS id, 'case-' || n AS slug, 'Case of ' || {words(2, 3, 81)} AS title,
            {some(many["people"], "person", 82, 1.2)} AS person_id, (ARRAY{CODES})[{country}] AS jurisdiction,
            {key("conflict", country)} AS conflict_id, {sentence(83)} AS summary,
            ARRAY[{one_of(["peace_advocacy", "criticism", "protest"], 84)}] AS impugned_activities
        FROM {series(cases)}""",
    )
    yield (
        "people.Charge",
        f"""
        SELECT {key("charge")} AS id, {key("case")} AS case_id, {one_of(offences, 86, 2)} AS offence,
            {one_of(["accused", "charged", "indicted", "convicted", "acquitted", "dropped"], 87)} AS stage,
            {day(85)}::text AS date
        FROM {series(cases)}""",
    )
    yield (
        "people.CaseEvent",
        f"""
        SELECT {key("event")} AS id, {key("case", case)} AS case_id, {key("place", country)} AS place_id,
            CASE WHEN n <= {cases} THEN {one_of(begins, 88, 2)} ELSE {one_of(goes_on, 89)} END AS kind,
            ({day(85, case)} + {later})::text AS date
        FROM {series(cases * 3 // 2)}""",
    )


def citations(many):
    for model, owner, rows in (
        ("dialogues.DialogueCitation", "dialogue", many["dialogues"]),
        ("dialogues.ParticipationCitation", "participation", many["participations"] * 3 // 10),
        ("dialogues.StatementCitation", "statement", many["statements"]),
        ("people.AffiliationCitation", "affiliation", many["affiliations"]),
        ("people.PersecutionCaseCitation", "case", many["cases"]),
    ):
        yield (
            model,
            f"""
            SELECT {key(f"cites {owner}")} AS id, {key(owner)} AS record_id,
                {some(many["sources"], "source", 101, 1.7)} AS source_id,
                CASE WHEN n % 5 < 2 THEN (n % 400)::text ELSE '' END AS locator,
                CASE WHEN n % 5 < 2 THEN 'page' ELSE '' END AS locator_kind
            FROM {series(rows)}""",
        )


def links(size):
    """(table of a many-to-many relation with its columns, its rows as SQL)."""
    many = counts(size)
    place, about = key("place", conflict_of("n")), some(many["dialogues"], "dialogue", 93, 1.3)
    yield (
        "dialogues_dialogue_places (dialogue_id, place_id)",
        f"SELECT {key('dialogue')}, {place} FROM {series(many['dialogues'])}",
    )
    yield (
        "dialogues_statement_about_dialogues (statement_id, dialogue_id)",
        f"SELECT {key('statement')}, {about} FROM {series(many['statements'])} WHERE n % 3 > 0",
    )
