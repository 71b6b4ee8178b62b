"""What several filters say together: those that lead through the same rows speak of one of them."""

from django.test import TestCase

from tests import make


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
