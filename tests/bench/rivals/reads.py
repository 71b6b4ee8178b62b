"""The least that the answers can cost: one statement written by hand for each request, sent as it comes.

Each gives the same JSON as the product, but for `as_of` of people and cases, `next` and `previous`. `raw`
passes the text on.
"""

import datetime
import os
import uuid

API = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000") + "/api/v1"
CITATION = "k id locator_kind locator field quotation translation stance basis reasoning directness"
PARTICIPATION = "group_label pseudonym count_min count_max count_basis women_min women_max"
TERM = "term_months term_days suspended_months suspended_days life"
DIALOGUE_LINKS = {
    "assessments": "assessments/?dialogue",
    "dialogues": "dialogues/?parent",
    "participations": "participations/?took_part=true&dialogue",
    "did_not_take_part": "participations/?took_part=false&dialogue",
    "statements": "statements/?said_at",
    "statements_about_dialogues": "statements/?about_dialogues",
    "citations": "citations/?record",
}
PERSON_LINKS = {
    **{name: f"{name}/?person" for name in ("organizations", "occupations", "affiliations", "assessments")},
    "assessments_assessor_person": "assessments/?assessor_person",
    "cases": "cases/?person",
    "cases_actor_person": "cases/?actor_person",
    "charges": "charges/?person",
    "case_events": "case-events/?person",
    "case_actors": "case-actors/?person",
    "recognitions": "recognitions/?person",
    "dialogues": "dialogues/?participant",
    "dialogues_did_not_take_part": "dialogues/?did_not_take_part",
    "participations": "participations/?took_part=true&person",
    "did_not_take_part": "participations/?took_part=false&person",
    "statements": "statements/?speaker",
    "statements_about_people": "statements/?about_people",
    "statement_relations": "statement-relations/?speaker",
    "statement_relations_related_speaker": "statement-relations/?related_speaker",
    "citations": "citations/?record",
}
CASE_LINKS = {
    "cases": "cases/?related_case",
    "case_relations": "case-relations/?case",
    "case_relations_related_case": "case-relations/?related_case",
    "charges": "charges/?case",
    "case_events": "case-events/?case",
    "case_actors": "case-actors/?case",
    "recognitions": "recognitions/?case",
    "statements": "statements/?about_cases",
    "statements_responds_to_cases": "statements/?responds_to_cases",
    "citations": "citations/?record",
}


def made(*columns, **pairs):
    """A JSON object of expressions. Of `row name name ...`, the columns of a row have their own names."""
    found = [f"'{name}', {value}" for name, value in pairs.items()]
    for row, *names in map(str.split, columns):
        found += [f"'{name}', {row}.{name}" for name in names]
    return f"json_build_object({', '.join(found)})"


def listed(json, source, order="id"):
    """A JSON list."""
    return f"(SELECT coalesce(json_agg({json} ORDER BY {order}), '[]') FROM {source})"


def url(kind, row):
    return f"'{API}/{kind}/' || {row}.id || '/'"


def linked(kind, row, links):
    made_of = {name: f"'{API}/{path}=' || {row}.id" for name, path in links.items()}
    return made(**made_of, corrections=f"'{API}/{kind}/' || {row}.id || '/corrections/'")


def day(row, name):
    """A partial date."""
    bounds = {part: f"{row}.{name}_{part}" for part in ("earliest", "latest")}
    return f"CASE WHEN {row}.{name} <> '' THEN {made(edtf=f'{row}.{name}', **bounds)} END"


def days(row, *names):
    return {name: day(row, name) for name in names}


def moment(row, name):
    form = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
    return f"to_char({row}.{name} AT TIME ZONE 'UTC', '{form}')"


def moments(row):
    return {name: moment(row, name) for name in ("published_at", "changed_at")}


def reference(kind, row, label="name", **more):
    """A related record; null if the join found none."""
    own = {"title" if label == "display_title" else label: f"{row}.{label}", **more, "url": url(kind, row)}
    return f"CASE WHEN {row}.id IS NOT NULL THEN {made(f'{row} id slug', **own)} END"


def small(row, *names):
    """A related part; null if the join found none."""
    return f"CASE WHEN {row}.id IS NOT NULL THEN {made(f'{row} id ' + ' '.join(names))} END"


def cited(table, row, full=False):
    """What every cited record says of its citations."""
    of_row = (
        f"{table} k JOIN records_source s ON s.id = k.source_id WHERE k.record_id = {row}.id AND k.is_public"
    )
    supports = f"{of_row} AND k.stance = 'supports' GROUP BY k.field HAVING bool_and(k.basis = 'inferred')"
    fields = f"SELECT CASE k.field WHEN '' THEN '*' ELSE k.field END AS field FROM {supports}"
    found = {
        "inferred": listed("field", f"({fields}) f", "field"),
        "citation_count": f"(SELECT count(*) FROM {table} k WHERE k.record_id = {row}.id AND k.is_public)",
    }
    source = reference("sources", "s", "display_title", language="s.language")
    return found | (
        {"citations": listed(made(CITATION, source=source, value="k.value_said"), of_row, "k.id")}
        if full
        else {}
    )


def responses(row):
    json = made("r id slug title kind", url=url("statements", "r"))
    table = """dialogues_statement_responds_to_cases m
        JOIN dialogues_statement r ON r.id = m.statement_id AND r.is_public"""
    return listed(json, f"{table} WHERE m.persecutioncase_id = {row}.id", "r.id")


def participations(came, full):
    organization = reference("organizations", "ao")
    affiliation = made(
        "af id role",
        organization=organization,
        inferred=cited("people_affiliationcitation", "af")["inferred"],
        url=url("affiliations", "af"),
    )
    json = made(
        f"p id naming {PARTICIPATION} no_side role capacity selection described_as note",
        url=url("participations", "p"),
        person=reference("people", "pe"),
        organization=reference("organizations", "og"),
        selected_by=reference("organizations", "sb"),
        side=small("sd", "name"),
        affiliation=f"CASE WHEN af.id IS NOT NULL THEN {affiliation} END",
        member_of="NULL",
        **cited("dialogues_participationcitation", "p", full),
    )
    absent = "('invited_absent', 'excluded', 'prevented')"
    return listed(
        json,
        f"""dialogues_participation p
        LEFT JOIN people_person pe ON pe.id = p.person_id AND pe.is_public
        LEFT JOIN people_organization og ON og.id = p.organization_id AND og.is_public
        LEFT JOIN people_organization sb ON sb.id = p.selected_by_id AND sb.is_public
        LEFT JOIN people_side sd ON sd.id = p.side_id AND sd.is_public
        LEFT JOIN people_affiliation af ON af.id = p.affiliation_id AND af.is_public
        LEFT JOIN people_organization ao ON ao.id = af.organization_id
        WHERE p.dialogue_id = d.id AND p.is_public AND p.role {"NOT IN" if came else "IN"} {absent}""",
        "p.id",
    )


def identifiers(table, row):
    return listed(
        made("i id scheme identifier"), f"{table} i WHERE i.record_id = {row}.id AND i.is_public", "i.id"
    )


def dialogue(full):
    detail = {"identifiers": identifiers("dialogues_dialogueidentifier", "d")} if full else {}
    places = "dialogues_dialogue_places m JOIN records_place pl ON pl.id = m.place_id AND pl.is_public"
    return made(
        "d id slug title classification status meetings_min meetings_max track mediation",
        "d venue_relation disclosure",
        *(["d stated_purpose agenda outcome summary"] if full else []),
        url=url("dialogues", "d"),
        **days("d", "start_date", "end_date"),
        places=listed(reference("places", "pl"), f"{places} WHERE m.dialogue_id = d.id", "pl.id"),
        conflict=reference("conflicts", "cf", "title"),
        parent=reference("dialogues", "pa", "title"),
        venue_side=small("vs", "name"),
        participations=participations(True, full),
        did_not_take_part=participations(False, full),
        **detail,
        **cited("dialogues_dialoguecitation", "d", full),
        **moments("d"),
        links=linked("dialogues", "d", DIALOGUE_LINKS),
    )


DIALOGUE_JOINS = """LEFT JOIN people_conflict cf ON cf.id = d.conflict_id AND cf.is_public
    LEFT JOIN dialogues_dialogue pa ON pa.id = d.parent_id AND pa.is_public
    LEFT JOIN people_side vs ON vs.id = d.venue_side_id AND vs.is_public"""


def page(row, rows, order, json, joins="", size=50):
    """A page of a list with its total, exact up to 1,000."""
    return f"""WITH {row} AS MATERIALIZED (SELECT {row}.* FROM {rows} ORDER BY {order} LIMIT {size})
        SELECT json_build_object(
        'total', (SELECT least(count(*), 1000) FROM (SELECT FROM {rows} LIMIT 1001) c),
        'results', {listed(json, f"{row} {joins}", order)})::text"""


def in_place():
    """Dialogues that were certainly held in a place and a year."""
    return """dialogues_dialogue d WHERE d.is_public AND d.id IN (
        SELECT m.dialogue_id FROM dialogues_dialogue_places m JOIN records_place p ON p.id = m.place_id
        WHERE p.slug = $1 AND p.is_public) AND d.start_date_earliest >= make_date($2, 1, 1)
        AND d.start_date_latest <= make_date($2, 12, 31)"""


def active():
    """Whether an affiliation exists today, and what it is judged by."""
    return """CASE WHEN a.start_date_earliest > current_date OR a.end_date_latest < current_date
        OR p.death_date_latest < current_date OR o.dissolution_date_latest < current_date
        OR o.founding_date_earliest > current_date THEN 'no'
        WHEN a.start_date_latest <= current_date AND a.end_date_earliest >= current_date THEN 'certain'
        WHEN a.attested_date <> '' OR v.id IS NOT NULL THEN 'attested' ELSE 'possible' END"""


def affiliations(full):
    newest = """LEFT JOIN LATERAL (SELECT s.id, s.date_earliest AS first, s.date_latest AS last
        FROM people_affiliationcitation k JOIN records_source s ON s.id = k.source_id
        WHERE k.record_id = a.id AND k.is_public AND k.stance <> 'contradicts' AND s.date <> ''
        ORDER BY s.date_sort DESC, k.id LIMIT 1) v ON true"""
    first, last = (
        f"(CASE WHEN a.attested_date <> '' THEN a.attested_date_{bound} ELSE v.{edge} END)"
        for bound, edge in (("earliest", "first"), ("latest", "last"))
    )
    least = f"greatest(0, {first} - current_date, current_date - {last})"
    most = f"greatest(abs(current_date - {first}), abs(current_date - {last}))"
    known, unknown = made(min=least, max=most), made(min="NULL", max="NULL")
    known = f"CASE WHEN num_nulls({first}, {last}) = 0 THEN {known} ELSE {unknown} END"
    distance = f"CASE WHEN {active()} = 'attested' THEN {known} END"
    json = made(
        "a id role",
        url=url("affiliations", "a"),
        organization=reference("organizations", "o"),
        on_behalf_of=reference("organizations", "ob"),
        **days("a", "start_date", "end_date", "attested_date"),
        as_of=made(day="current_date", active=active(), distance_days=distance),
        **cited("people_affiliationcitation", "a", full),
    )
    return listed(
        json,
        f"""people_affiliation a JOIN people_organization o ON o.id = a.organization_id {newest}
        LEFT JOIN people_organization ob ON ob.id = a.on_behalf_of_id AND ob.is_public
        WHERE a.person_id = p.id AND a.is_public""",
        "a.start_date_sort, a.id",
    )


def occupations():
    return listed(made("c id"), "people_occupation c WHERE c.person_id = p.id AND c.is_public", "c.id")


def case(full):
    """A case inside its person, or in a list of cases."""
    return {
        "conflict": reference("conflicts", "cf", "title"),
        "responses": responses("c"),
        "url": url("cases", "c"),
        **cited("people_persecutioncasecitation", "c", full),
    }


def person(full):
    own = made("n id text lang script kind", **days("n", "start_date", "end_date"))
    cases = "people_persecutioncase c LEFT JOIN people_conflict cf ON cf.id = c.conflict_id AND cf.is_public"
    detail = {
        "other_names": listed(own, "people_personname n WHERE n.record_id = p.id AND n.is_public", "n.id"),
        "identifiers": identifiers("people_personidentifier", "p"),
        "cases": listed(
            made("c id slug title impugned_activities", **case(True)),
            f"{cases} WHERE c.person_id = p.id AND c.is_public",
            "c.id",
        ),
    }
    return made(
        "p id slug name description gender nationality",
        *(["p basis summary"] if full else []),
        url=url("people", "p"),
        **days("p", "birth_date", "death_date"),
        occupations=occupations(),
        affiliations=affiliations(full),
        **(detail if full else {}),
        **cited("people_personcitation", "p", full),
        **moments("p"),
        links=linked("people", "p", PERSON_LINKS),
    )


def named():
    return """(SELECT DISTINCT record_id FROM records_token
            WHERE token >= $1 AND token < $1 || '~' AND is_public) t
        JOIN people_person p ON p.id = t.record_id AND p.is_public"""


def charged():
    return """people_persecutioncase c WHERE c.is_public AND EXISTS (SELECT FROM people_charge h
        WHERE h.case_id = c.id AND h.offence = $1 AND h.stage = $2 AND h.is_public)"""


def cases():
    charge = made(
        "h id stage offence provision wording court proceeding_number",
        url=url("charges", "h"),
        date=day("h", "date"),
        **cited("people_chargecitation", "h"),
    )
    event = made(
        f"e id kind position circumstances outcome {TERM}",
        url=url("case-events", "e"),
        date=day("e", "date"),
        place=reference("places", "pl"),
        authority=reference("organizations", "au"),
        **cited("people_caseeventcitation", "e"),
    )
    events = """people_caseevent e LEFT JOIN records_place pl ON pl.id = e.place_id AND pl.is_public
        LEFT JOIN people_organization au ON au.id = e.authority_id AND au.is_public
        WHERE e.case_id = c.id AND e.is_public"""
    json = made(
        "c id slug title jurisdiction impugned_activities",
        person=reference("people", "p"),
        organization=reference("organizations", "o"),
        charges=listed(charge, "people_charge h WHERE h.case_id = c.id AND h.is_public", "h.date_sort, h.id"),
        events=listed(event, events, "e.date_sort, coalesce(e.position, 32768), e.id"),
        **case(False),
        **moments("c"),
        links=linked("cases", "c", CASE_LINKS),
    )
    joins = """LEFT JOIN people_person p ON p.id = c.person_id AND p.is_public
        LEFT JOIN people_organization o ON o.id = c.organization_id AND o.is_public
        LEFT JOIN people_conflict cf ON cf.id = c.conflict_id AND cf.is_public"""
    return page("c", charged(), "c.title_sort, c.id", json, joins)


def newest(where, offset):
    """A page of six columns of dialogues, the newest first, in the order for which there is an index."""
    sort = "coalesce(nullif(d.start_date_sort, date '9999-12-31'), date '0001-01-01')"
    places = "dialogues_dialogue_places m JOIN records_place pl ON pl.id = m.place_id AND pl.is_public"
    json = made(
        "d id slug title classification",
        start_date=day("d", "start_date"),
        places=listed(reference("places", "pl"), f"{places} WHERE m.dialogue_id = d.id", "pl.id"),
    )
    rows = f"dialogues_dialogue d WHERE d.is_public {where.format(sort=sort)}"
    kept = f"(SELECT d.*, {sort} AS sort FROM {rows} ORDER BY {sort} DESC, d.id DESC LIMIT 50 {offset}) d"
    total = f"(SELECT least(count(*), 1000) FROM (SELECT FROM {rows} LIMIT 1001) c)"
    counted = f"'total', {total}, " if offset else ""
    return (
        f"SELECT json_build_object({counted}'results', {listed(json, kept, 'd.sort DESC, d.id DESC')})::text"
    )


# {request: (statement, {parameter: what makes a value of its text})}
STATEMENTS = {
    "list": (
        page("d", in_place(), "d.start_date_sort, d.id", dialogue(False), DIALOGUE_JOINS),
        {"place": str, "year": int},
    ),
    "dialogue": (
        f"SELECT {dialogue(True)}::text FROM dialogues_dialogue d {DIALOGUE_JOINS}"
        " WHERE d.id = $1 AND d.is_public",
        {"id": uuid.UUID},
    ),
    "person": (
        f"SELECT {person(True)}::text FROM people_person p WHERE p.id = $1 AND p.is_public",
        {"id": uuid.UUID},
    ),
    "search": (page("p", named(), "p.name_sort, p.id", made("p id slug name"), size=20), {"folded": str}),
    "cases": (cases(), {"offence": str, "stage": str}),
    "cursor": (
        newest("AND ({sort}, d.id) < ($1, $2)", ""),
        {"day": datetime.date.fromisoformat, "id": uuid.UUID},
    ),
    "offset": (newest("", "OFFSET $1"), {"offset": int}),
    "people": (page("p", "people_person p WHERE p.is_public", "p.name_sort, p.id", person(False)), {}),
}
