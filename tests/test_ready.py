"""What publication/ calls ready can be published, and nothing else can: for every kind of record."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from people.models import Consent
from tests import make
from tests.sampling import some
from tests.writing import WritingTest, path

OWN_CONSENT = {"scope": "name", "form": "oral"}


def states(model):
    """What a draft may be besides, and whether it can be published then."""
    later = timezone.now() + timedelta(days=2)
    return (
        ({}, True),
        ({"cited": False}, not model.cited),
        ({"publication": "in_review"}, True),
        ({"publication": "withdrawn"}, True),
        ({"publication": "taken_down"}, False),
        ({"publication": "published"}, False),
        ({"publish_at": later}, True),
        ({"publish_at": later - timedelta(days=4)}, True),
        ({"confidentiality": "restricted"}, True),
    )


def doubles(editor):
    """Drafts of what is published already, by address, identifier, name and slug."""
    for build in (make.source, make.person, make.organization, make.dialogue, make.case):
        public = build()
        named = {public.label_field: public.label} if public.label_field != "display_title" else {}
        twin = build(publication="draft", **named)
        type(twin).objects.filter(pk=twin.pk).update(slug=public.slug)
        if hasattr(public, "identifiers"):
            one = make.identifier(public)
            make.identifier(twin, one.scheme, one.identifier)
        yield twin
    for state in ("published", "draft", "withdrawn"):
        make.source(source_url=f"https://example.org/{state}", publication=state)
        yield make.source(source_url=f"https://example.org/{state}", publication="draft")
    make.source(source_url="https://example.org/hidden", confidentiality="confidential")
    yield make.source(source_url="https://example.org/hidden", publication="draft")


def below_hidden(editor):
    """Drafts of what belongs to something hidden."""
    for hidden in ({"publication": "draft"}, {"confidentiality": "confidential", "cleared": [editor]}):
        person, dialogue = make.person(**hidden), make.dialogue(**hidden)
        yield make.affiliation(person=person, publication="draft")
        yield make.case(person=person, publication="draft")
        yield make.participation(person=person, publication="draft")
        yield make.participation(dialogue=dialogue, publication="draft")
        yield make.assessment(person=person, publication="draft")
        yield make.statement(speakers=[person], publication="draft")
        statement = make.statement(**hidden)
        yield make.statement_relation(statement=statement, publication="draft")
        yield make.statement(part_of=statement, publication="draft")


def undisclosed(editor):
    """Drafts that say who took part in what was perhaps not open, alone and with their dialogue."""
    for disclosure in ("closed", "secret", "unknown"):
        dialogue = make.dialogue(disclosure=disclosure)
        yield make.participation(dialogue=dialogue, publication="draft")
        draft = make.dialogue(disclosure=disclosure, publication="draft")
        make.participation(dialogue=draft, publication="draft")
        yield draft
    yield make.participation(publication="draft")
    row = make.participation(dialogue=dialogue, publication="draft", cited=False)
    make.citation(row, stance="mentions")
    yield row


def consenting(editor):
    """People who are published by consent, with none, with one, and with more than it covers."""
    for consents in ((), (OWN_CONSENT,)):
        person = make.person(basis="consent", publication="draft")
        for one in consents:
            Consent.objects.create(record=person, **one)
        yield person
        yield make.affiliation(person=person, publication="draft")
    for hidden in ({}, {"publication": "draft"}, {"confidentiality": "confidential"}):
        person = make.person(basis="consent", publication="draft")
        Consent.objects.create(record=person, **OWN_CONSENT)
        make.affiliation(person=person, organization=make.organization(**hidden))
        yield person


def with_cases(editor):
    """People whose published cases become public with them, and have an identifier that is taken."""
    for state in ({}, {"publication": "draft"}, {"confidentiality": "restricted"}):
        public, person = make.case(), make.person(publication="draft")
        for case in (public, make.case(person=person, **state)):
            make.identifier(case, "court", f"A-{person.pk}")
        yield person
    person = make.person(publication="draft")
    for _ in range(2):
        make.identifier(make.case(person=person), "court", f"B-{person.pk}")
    yield person


def with_drafts(editor):
    """Drafts that are published with others, some of which lack something."""
    for cited in (True, False):
        dialogue, person, case = (
            build(publication="draft") for build in (make.dialogue, make.person, make.case)
        )
        make.participation(dialogue=dialogue, publication="draft", cited=cited)
        make.affiliation(person=person, publication="draft", cited=cited)
        for build in (make.charge, make.case_event, make.case_actor, make.recognition):
            build(case=case, publication="draft", cited=cited)
        yield from (dialogue, person, case)


def wrong_in_themselves(editor):
    """Drafts that were stored though no form would take them."""
    yield make.person(gender="nonsense", publication="draft")
    yield make.person(name="", publication="draft")
    place = make.place(publication="draft")
    type(place).objects.filter(pk=place.pk).update(parent=place)
    yield place


KINDS = (doubles, below_hidden, undisclosed, consenting, with_cases, with_drafts, wrong_in_themselves)


@override_settings(FOUR_EYES=False)
class ReadyTest(WritingTest):
    def assert_foretold(self, row, user=None):
        user = user or self.editor
        row.refresh_from_db()
        shown = self.done(200, user, "GET", path(row, "publication"))
        lists = [shown["missing"], *(one["missing"] for one in shown["drafts"])]
        ready = not any(lists) and shown["publication"] != "published"
        answer = self.send(user, "POST", path(row, "publish"), {}, row.version)
        said = (type(row).__name__, lists, answer.status_code, answer.content)
        self.assertEqual(answer.status_code == 200, ready, said)
        return ready

    @pytest.mark.broad
    def test_each_kind_in_each_state(self):
        each = [(model, *state) for model in make.BUILDERS for state in states(model)]
        for model, state, ready in some(each, one_in=6):
            row = make.one(model, **{"publication": "draft", **state})
            with self.subTest(model=model.__name__, state=state):
                self.assertEqual(self.assert_foretold(row), ready)

    def test_whatever_stands_against_it(self):
        for kind in KINDS:
            found = [self.assert_foretold(row) for row in kind(self.editor)]
            self.assertEqual({*found}, {False} if kind is wrong_in_themselves else {True, False}, kind)

    @override_settings(FOUR_EYES=True)
    def test_who_wrote_it(self):
        for build in make.BUILDERS.values():
            own = build(publication="draft", created_by=self.editor)
            self.assertFalse(self.assert_foretold(own))
            self.assertTrue(self.assert_foretold(build(publication="draft", created_by=self.contributor)))

    def test_what_is_refused_says_what_was_foretold(self):
        make.source(source_url="https://example.org/")
        row = make.source(source_url="https://example.org/", publication="draft")
        shown = self.done(200, self.editor, "GET", path(row, "publication"))
        (error,) = self.done(409, self.editor, "POST", path(row, "publish"), {}, 1)["errors"]
        self.assertEqual([error["detail"]], shown["missing"])
