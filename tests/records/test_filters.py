"""What several filters say together: those that lead through the same rows speak of one of them."""

from django.db import connection
from django.test import TestCase

from dialogues.api.filters import ABSENTEES, CAME
from people.models import PersonIdentifier
from tests import catalog, make
from tracker.records.shapes.reader import Reader
from tracker.records.shapes.urls import resource


class TogetherTest(TestCase):
    def found(self, place, **query):
        answer = self.client.get(f"/api/v1/{place}/", query).json()
        return {row["id"] for row in answer["results"]}

    def ids(self, *records):
        return {str(record.pk) for record in records}

    def test_the_kind_and_the_date_are_those_of_one_event(self):
        arrested, searched = make.case(), make.case()
        for case, kind, date in (
            (arrested, "arrest", "2024-06-01"),
            (searched, "arrest", "2021"),
            (searched, "search", "2024-06-01"),
        ):
            make.case_event(case=case, kind=kind, date=date)
        asked = {"event_kind": "arrest", "event_date_overlaps": "2024"}
        self.assertEqual(self.found("cases", **asked), self.ids(arrested))
        people = {"case_event_kind": "arrest", "case_event_date_overlaps": "2024"}
        self.assertEqual(self.found("people", **people), self.ids(arrested.person))
        self.assertEqual(self.found("cases", event_date_overlaps="2024"), self.ids(arrested, searched))

    def test_a_case_and_its_events_are_one_case(self):
        person, conflict = make.person(), make.conflict()
        make.case(person=person, conflict=conflict)
        other = make.case(person=person)
        make.case_event(case=other, kind="arrest")
        asked = {"case_conflict": conflict.slug, "case_event_kind": "arrest"}
        self.assertEqual(self.found("people", **asked), set())
        make.case_event(case=make.case(person=person, conflict=conflict), kind="arrest")
        self.assertEqual(self.found("people", **asked), self.ids(person))

    def test_two_hidden_halves_are_no_row(self):
        case = make.case()
        make.case_event(case=case, kind="arrest", date="2021")
        make.case_event(case=case, kind="arrest", date="2024", publication="draft")
        self.assertEqual(self.found("cases", event_kind="arrest", event_date_overlaps="2024"), set())

    def test_filters_about_different_rows_are_met_by_different_rows(self):
        row, person = make.statement(speakers=[make.person()]), make.person()
        row.about_people.add(person)
        speaker = row.speakers.get().person
        asked = {"speaker": speaker.slug, "about_people": person.slug, "kind": "claim"}
        self.assertEqual(self.found("statements", **asked), self.ids(row))

    def test_people_and_organizations_that_are_asked_for_together_are_two_rows(self):
        judge, court = make.person(), make.organization()
        case, other = make.case(), make.case()
        for row, who in (
            (case, {"person": judge}),
            (case, {"organization": court}),
            (other, {"person": judge}),
        ):
            make.case_actor(case=row, role="judge", **who)
        both = {"actor_person": judge.slug, "actor_organization": court.slug}
        self.assertEqual(self.found("cases", **both), self.ids(case))
        statement = make.statement(speakers=[judge])
        make.speaker(statement, "The authorities")
        both = {"speaker": judge.slug, "speaker_label": "The authorities"}
        self.assertEqual(self.found("statements", **both), self.ids(statement))

    def test_whatever_else_is_asked_is_asked_of_each_of_them(self):
        person, club, dialogue = make.person(), make.organization(), make.dialogue()
        make.participation(dialogue=dialogue, person=person, role="speaker")
        row = make.participation(dialogue=dialogue, person=None, organization=club, role="organizer")
        both = {"participant": person.slug, "organization": club.slug}
        self.assertEqual(self.found("dialogues", **both), self.ids(dialogue))
        self.assertEqual(self.found("dialogues", **both, participant_role="speaker"), set())
        type(row).objects.filter(pk=row.pk).update(role="speaker")
        self.assertEqual(self.found("dialogues", **both, participant_role="speaker"), self.ids(dialogue))
        member = {"participant_organization": club.slug}
        self.assertEqual(self.found("dialogues", participant=person.slug, **member), set())
        affiliation = make.affiliation(person=person, organization=club)
        dialogue.participations.filter(person=person).update(affiliation=affiliation)
        self.assertEqual(self.found("dialogues", participant=person.slug, **member), self.ids(dialogue))

    def test_any_two_filters_through_one_relation_are_about_one_row(self):
        """Every pair in every list: their paths lead through the same rows, unless no row can meet both."""
        pairs = 0
        for view in catalog.RECORDS:
            filters, model = view.filterset_class.base_filters, view.model()
            through = {
                name: one.path for name, one in filters.items() if one.condition and to_many(model, one.path)
            }
            for first in through:
                for second in (
                    other for other in through if first < other and through[other][0] == through[first][0]
                ):
                    pairs += 1
                    with self.subTest(list=resource(model), filters=(first, second)):
                        self.assert_one_row(
                            view,
                            {
                                name: catalog.valid(filters[name].form_field, EXAMPLE)
                                for name in (first, second)
                            },
                        )
        self.assertGreater(pairs, 300)

    def assert_one_row(self, view, query):
        filters = view.filterset_class(query, view.model().objects.all(), Reader.today(None))
        self.assertTrue(filters.is_valid(), filters.errors)
        ways = {
            ".".join(path[:2]) if path[1:] and path[1].endswith("()") else path[0]
            for path, _ in filters.path_conditions()
        }
        self.assertTrue(len(ways) == 1 or ways == {CAME, ABSENTEES}, ways)


EXAMPLE = "8f1d2c3b-4a5e-4f60-9b7a-0c1d2e3f4a5b"


def to_many(model, path):
    """Whether a path leads through several rows."""
    return bool(path) and not model._meta.get_field(path[0]).many_to_one


class RoleTest(TogetherTest):
    """The role of a participant is that of those who are asked for beside it."""

    def setUp(self):
        self.dialogue = make.dialogue()
        self.came, self.missed = make.person(), make.person()
        make.participation(dialogue=self.dialogue, person=self.came, role="speaker")
        make.participation(dialogue=self.dialogue, person=self.missed, role="excluded")

    def assert_found(self, found, **query):
        wanted = self.ids(self.dialogue) if found else set()
        self.assertEqual(self.found("dialogues", **query), wanted, query)

    def test_of_one(self):
        came, missed = {"participant": self.came.slug}, {"did_not_take_part": self.missed.slug}
        for who, roles, found in (
            (came, "speaker", True),
            (came, "excluded", False),
            (came, "excluded,speaker", True),
            (came, "excluded,prevented", False),
            (missed, "excluded", True),
            (missed, "speaker", False),
            (missed, "excluded,speaker", True),
            (missed, "prevented,speaker", False),
            ({**came, **missed}, "excluded,speaker", True),
            ({**came, **missed}, "excluded,moderator", False),
            ({**came, **missed}, "speaker,moderator", True),
        ):
            self.assert_found(found, **who, participant_role__in=roles)
            if "," not in roles:
                self.assert_found(found, **who, participant_role=roles)


class IdentifierTest(TestCase):
    def find(self, place, **query):
        answer = self.client.get(f"/api/v1/{place}/", query)
        self.assertEqual(answer.status_code, 200, answer.content)
        return [row["id"] for row in answer.json()["results"]]

    def test_whatever_has_identifiers_is_found_by_them(self):
        identified = [view.model() for view in catalog.RECORDS if "identifiers" in view.shape.names()]
        self.assertGreater(len(identified), 5)
        for model in identified:
            row, other = make.one(model), make.one(model)
            row.identifiers.create(scheme="wikidata", identifier="Q1:a")
            other.identifiers.create(scheme="viaf", identifier="Q1:a")
            place = resource(model)
            with self.subTest(place=place):
                self.assertEqual(self.find(place, identifier="wikidata:Q1:a"), [str(row.pk)])
                both = self.find(place, identifier__in="wikidata:Q1:a,viaf:Q1:a,viaf:none")
                self.assertEqual({*both}, {str(row.pk), str(other.pk)})
                for absent in ("wikidata:Q1", "wikidata:Q1:A", "wiki:Q1:a"):
                    self.assertEqual(self.find(place, identifier=absent), [])

    def test_what_is_hidden_is_not_found(self):
        for hidden in ({"publication": "draft"}, {"confidentiality": "restricted"}):
            make.person(**hidden).identifiers.create(scheme="wikidata", identifier="Q1")
        self.assertEqual(self.find("people", identifier="wikidata:Q1"), [])

    def test_one_without_a_scheme_or_a_name_is_refused(self):
        for wrong in ("Q1", ":Q1", "wikidata:", ":"):
            answer = self.client.get("/api/v1/people/", {"identifier": wrong})
            (error,) = answer.json()["errors"]
            self.assertEqual((error["parameter"], "wikidata:Q9036" in error["detail"]), ("identifier", True))

    def test_they_are_found_by_an_index(self):
        person = make.person()
        PersonIdentifier.objects.bulk_create(
            [PersonIdentifier(record=person, scheme="viaf", identifier=str(number)) for number in range(5000)]
        )
        rows = PersonIdentifier.objects.filter(scheme="viaf", identifier="17")
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {PersonIdentifier._meta.db_table}")
        self.assertIn("personidentifier_key", rows.explain())


class ConflictTest(TestCase):
    """Every list that can tell which conflict its rows are about is filtered by it."""

    CANNOT = {
        "conflicts": "it is one",
        "places": "of no conflict by themselves",
        "sources": "of no conflict by themselves",
        "citations": "by what they are cited for",
    }

    @classmethod
    def setUpTestData(cls):
        cls.conflict, cls.other = make.conflict(), make.conflict()
        cls.case, cls.dialogue = make.case(conflict=cls.conflict), make.dialogue(conflict=cls.conflict)
        cls.row = make.participation(dialogue=cls.dialogue)
        cls.judge, cls.court = make.person(), make.organization()
        make.case_actor(case=cls.case, person=cls.judge, role="judge")
        make.recognition(case=cls.case, organization=cls.court)

    def found(self, place, conflict):
        answer = self.client.get(f"/api/v1/{place}/", {"conflict": conflict.pk, "page_size": 200})
        self.assertEqual(answer.status_code, 200, answer.content)
        return {row["id"] for row in answer.json()["results"]}

    def test_every_list_has_the_filter_or_says_why_not(self):
        for view in catalog.VIEWS:
            name = resource(view.model()) if view in catalog.RECORDS else "citations"
            with self.subTest(list=name):
                self.assertNotEqual("conflict" in view.filterset_class.base_filters, name in self.CANNOT)

    def test_people_and_organizations_of_a_case_or_a_dialogue(self):
        people = {str(one.pk) for one in (self.case.person, self.row.person, self.judge)}
        self.assertEqual(self.found("people", self.conflict), people)
        self.assertEqual(self.found("people", self.other), set())
        member = make.affiliation(person=self.row.person)
        self.row.affiliation = member
        self.row.save()
        self.assertEqual(
            self.found("organizations", self.conflict), {str(self.court.pk), str(member.organization.pk)}
        )
        self.assertEqual(self.found("affiliations", self.conflict), {str(member.pk)})
        occupation = make.occupation(person=self.judge)
        make.occupation()
        self.assertEqual(self.found("occupations", self.conflict), {str(occupation.pk)})

    def test_statements_about_anything_of_it_and_their_parts(self):
        about, said = make.statement(), make.statement(said_at=self.dialogue)
        about.about_cases.add(self.case)
        part, apart = make.statement(part_of=about), make.statement()
        self.assertEqual(
            self.found("statements", self.conflict), {str(one.pk) for one in (about, said, part)}
        )
        relation = make.statement_relation(statement=apart, related_statement=said)
        self.assertEqual(self.found("statement-relations", self.conflict), {str(relation.pk)})

    def test_assessments_of_a_group_and_of_people(self):
        group = make.group(dialogue=self.dialogue)
        rows = [
            make.assessment(person=None, organization=None, participation=group),
            make.assessment(person=self.judge, organization=None),
        ]
        make.assessment()
        self.assertEqual(self.found("assessments", self.conflict), {str(one.pk) for one in rows})

    def test_what_is_hidden_ties_nobody_to_a_conflict(self):
        for hidden in ({"publication": "draft"}, {"confidentiality": "restricted"}):
            person = make.person()
            make.case(person=person, conflict=self.other, **hidden)
            make.participation(dialogue=make.dialogue(conflict=self.other, **hidden), person=person)
            make.participation(dialogue=make.dialogue(conflict=self.other), person=person, **hidden)
        self.assertEqual(self.found("people", self.other), set())
        hidden = make.conflict(publication="draft")
        make.case(conflict=hidden)
        self.assertEqual(self.found("people", hidden), set())
