"""Builders for tests: each returns a published, cited record unless told otherwise.

`make.participation(person=someone, publication="draft", cited=False)`: every field can be given, lists for
relations to many; `source` is what the record cites, by default one published source that all of them share.
"""

from datetime import timedelta
from itertools import count

from django.contrib.auth import get_user_model
from django.utils import timezone

from dialogues import models as dialogues
from people import models as people
from tracker.records.accounts.api_tokens import ApiToken
from tracker.records.accounts.staff import grant
from tracker.records.base import places, slugs, sources
from tracker.records.values.codes.vocabularies import Publication

PASSWORD = "correct horse battery staple"
numbers = count(1)


def user(username="", **fields):
    """Somebody who can log in with PASSWORD and may do nothing else."""
    name = username or f"user{next(numbers)}"
    return get_user_model().objects.create_user(name, password=PASSWORD, **fields)


def superuser(username="", **fields):
    """Somebody who may do everything except see confidential records they are not cleared for."""
    return user(username or f"admin{next(numbers)}", is_staff=True, is_superuser=True, **fields)


def member(*roles, **fields):
    """Somebody who works here, with these roles."""
    made = user(fields.pop("username", ""), **fields)
    grant(made, roles)
    return made


def token(owner, *scopes, **fields):
    """A new token and its text; for 30 days, unless told otherwise."""
    defaults = {"name": f"Token {next(numbers)}", "expires_at": timezone.now() + timedelta(days=30)}
    row = ApiToken(user=owner, scopes=list(scopes), **{**defaults, **fields})
    text = row.draw()
    row.save()
    return row, text


def record(model, *, source=None, cited=True, **fields):
    """A saved record of this model as its verbs would leave it, with one citation if it is to have any."""
    many = {field.name: fields.pop(field.name) for field in model._meta.many_to_many if field.name in fields}
    row = model(**{"publication": Publication.PUBLISHED, **fields})
    if row.publication in (Publication.PUBLISHED, Publication.WITHDRAWN):
        row.published_at = row.published_at or timezone.now()
    if row.publication == Publication.PUBLISHED and isinstance(row, slugs.Slugged) and not row.slug:
        row.slug = row.free_slug()
        row.claim_slug()
    row.save()
    for name, others in many.items():
        getattr(row, name).set(others)
    if cited and row.cited:
        citation(row, source=source)
    return row


def citation(of, **fields):
    """A citation of a record: the shared source, paragraph 1, unless told otherwise."""
    fields["source"] = fields.get("source") or shared_source()
    return type(of).citations.rel.related_model.objects.create(
        record=of, **{"locator_kind": "paragraph", "locator": "1", **fields}
    )


def shared_source():
    """The published source that records cite where the test does not care."""
    found = sources.Source.objects.filter(slug="shared-source", publication=Publication.PUBLISHED).first()
    return found or source(title="Shared source", slug="shared-source")


def source(**fields):
    return record(sources.Source, **{"title": f"Source {next(numbers)}", "kind": "article", **fields})


def place(**fields):
    return record(places.Place, **{"name": f"Place {next(numbers)}", **fields})


def conflict(*, sides=("North", "South"), **fields):
    """A conflict with its sides; `conflict.sides.all()` has them in order."""
    row = record(people.Conflict, **{"title": f"Conflict {next(numbers)}", **fields})
    for position, name in enumerate(sides):
        people.Side.objects.create(record=row, name=name, position=position)
    return row


def person(**fields):
    return record(people.Person, **{"name": f"Person {next(numbers)}", **fields})


def organization(**fields):
    return record(
        people.Organization, **{"name": f"Organization {next(numbers)}", "classification": "ngo", **fields}
    )


def name(of, text, **fields):
    """Another name of a person or an organization."""
    return type(of).other_names.rel.related_model.objects.create(record=of, text=text, **fields)


def identifier(of, scheme="wikidata", identifier="", **fields):
    model = type(of).identifiers.rel.related_model
    return model.objects.create(
        record=of, scheme=scheme, identifier=identifier or f"Q{next(numbers)}", **fields
    )


def occupation(**fields):
    return record(people.Occupation, **{"occupation": "journalist", **with_one(fields, person=person)})


def affiliation(**fields):
    wanted = with_one(fields, person=person, organization=organization)
    return record(people.Affiliation, **{"role": "member", **wanted})


def case(**fields):
    """A person's, unless an organization is given."""
    wanted = fields if fields.get("organization") else with_one(fields, person=person)
    return record(people.PersecutionCase, **{"title": f"Case {next(numbers)}", **wanted})


def case_relation(**fields):
    wanted = with_one(fields, case=case, related_case=case)
    return record(people.CaseRelation, **{"kind": "same_trial", **wanted})


def charge(**fields):
    wanted = with_one(fields, case=case)
    return record(people.Charge, **{"stage": "charged", "offence": "treason", **wanted})


def case_event(**fields):
    return record(people.CaseEvent, **{"kind": "arrest", "date": "2025-02-10", **with_one(fields, case=case)})


def case_actor(**fields):
    """A court, unless a person or another organization is given."""
    others = {} if fields.get("person") else {"organization": organization}
    return record(people.CaseActor, **{"role": "court", **with_one(fields, case=case, **others)})


def recognition(**fields):
    """A list of an organization, unless `recognized_by` is given."""
    others = {} if fields.get("recognized_by") else {"organization": organization}
    wanted = with_one(fields, case=case, **others)
    return record(people.Recognition, **{"kind": "political_prisoner_list", "date": "2025-06", **wanted})


def dialogue(**fields):
    """A meeting whose existence and participants were public."""
    defaults = {"classification": "meeting", "disclosure": "public", "start_date": "2025-10"}
    return record(dialogues.Dialogue, **{"title": f"Dialogue {next(numbers)}", **defaults, **fields})


def participation(**fields):
    """A named person's, unless an organization, a group or another naming is given."""
    others = {"organization", "group_label", "pseudonym", "naming"} & set(fields)
    wanted = with_one(fields, dialogue=dialogue, **({} if others else {"person": person}))
    return record(dialogues.Participation, **wanted)


def group(**fields):
    """The participation of a group."""
    return participation(**{"group_label": "a delegation", **fields})


def identity(of, **fields):
    """Who stands behind a pseudonymous or withheld participation."""
    return dialogues.ParticipationIdentity.objects.create(participation=of, **with_one(fields, person=person))


def assessment(**fields):
    """Of an organization by another one, unless another object or assessor is given."""
    about = {} if {"person", "participation"} & set(fields) else {"organization": organization}
    by = {} if "assessor_person" in fields else {"assessor_organization": organization}
    defaults = {"attribute": "alignment", "value": "independent", "date": "2025"}
    return record(dialogues.Assessment, **{**defaults, **with_one(fields, **about, **by)})


def question(**fields):
    return record(dialogues.Question, **{"title": f"Question {next(numbers)}", **fields})


def context_event(**fields):
    defaults = {"title": f"Context event {next(numbers)}", "kind": "war", "start_date": "2020"}
    return record(dialogues.ContextEvent, **{**defaults, **fields})


def statement(*, speakers=("the authorities",), **fields):
    """A claim by these speakers: people, organizations or labels."""
    defaults = {"title": f"Statement {next(numbers)}", "kind": "claim", "date": "2025-11"}
    row = record(dialogues.Statement, **{**defaults, **fields})
    for position, who in enumerate(speakers):
        speaker(row, who, position=position)
    return row


def speaker(of, who, **fields):
    """A speaker of a statement: a person, an organization or a label."""
    kinds = {people.Person: "person", people.Organization: "organization", str: "label"}
    return dialogues.Speaker.objects.create(record=of, **{kinds[type(who)]: who}, **fields)


def statement_relation(**fields):
    wanted = with_one(fields, statement=statement, related_statement=statement)
    return record(dialogues.StatementRelation, **{"kind": "contradicts", **wanted})


def with_one(fields, **builders):
    """These fields, with a new record for each that is not among them."""
    return {**fields, **{name: build() for name, build in builders.items() if name not in fields}}


BUILDERS = {
    sources.Source: source,
    places.Place: place,
    people.Conflict: conflict,
    people.Person: person,
    people.Organization: organization,
    people.Occupation: occupation,
    people.Affiliation: affiliation,
    people.PersecutionCase: case,
    people.CaseRelation: case_relation,
    people.Charge: charge,
    people.CaseEvent: case_event,
    people.CaseActor: case_actor,
    people.Recognition: recognition,
    dialogues.Dialogue: dialogue,
    dialogues.Participation: participation,
    dialogues.Assessment: assessment,
    dialogues.Statement: statement,
    dialogues.StatementRelation: statement_relation,
    dialogues.Question: question,
    dialogues.ContextEvent: context_event,
}


def one(model, **fields):
    """A record of any model."""
    return BUILDERS[model](**fields)
