"""The census of a day: the situations of all people with recorded cases, counted."""

from collections import defaultdict
from datetime import timedelta
from random import Random
from unittest import mock

import pytest
from django.db import connection
from django.test import TestCase

from people.api.case_facts import ANSWERS
from people.models import CaseEvent, PersecutionCase
from tests import make
from tests.figures.asking import FigureAsking
from tests.people.facts import store
from tests.people.random_people import BEGINNING, random_day, random_person
from tests.sampling import some
from tracker.records.values.dates.partial_dates import understand

SEED = 20251210
PEOPLE = 40


class CensusOfRandomPeopleTest(FigureAsking, TestCase):
    """Each number is computed again from what the API says about each person."""

    @classmethod
    def setUpTestData(cls):
        rng = Random(SEED)
        drawn = [random_person(rng) for _ in range(PEOPLE)]
        cls.people = store(drawn)
        cls.days = [random_day(rng, histories).isoformat() for histories, _ in drawn[:3]]
        cls.conflicts = [make.conflict(), make.conflict()]
        for case in PersecutionCase.objects.order_by("pk"):
            case.conflict = rng.choice([*cls.conflicts, None])
            case.impugned_activities = rng.choice([[], ["journalism"], ["journalism", "peace_advocacy"]])
            case.save()
        for event in CaseEvent.objects.order_by("pk"):
            day = BEGINNING + timedelta(days=rng.randrange(60))
            if rng.random() < 0.6:
                make.citation(event, source=make.source(date=day.isoformat()))
        make.person()  # without a case
        make.case(organization=make.organization())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def known_people(self, cases, known_on):
        """The people of these cases; with known_on, only of cases that a source had mentioned by that day."""
        found = defaultdict(set)
        for case in cases:
            dates = [
                cited.source.date
                for record in (case, *case.events.all(), *case.charges.all())
                for cited in record.citations.all()
            ]
            if not known_on or any(date and date <= known_on for date in dates):
                found[str(case.person_id)].add(str(case.pk))
        return found

    def situations(self, **days):
        """{person: the situation} of everyone, from the list of people."""
        return {
            row["id"]: row["as_of"] for row in self.asked("people", page_size=200, **days).json()["results"]
        }

    def assert_census(self, cases, days, **filters):
        found = self.asked("census", **days, **filters).json()
        people, situations = self.known_people(cases, days.get("known_on")), self.situations(**days)
        self.assert_leads_to(found["total"], people)
        self.assertEqual(len(found["answers"]), 24)
        for row in found["answers"]:
            track, answer = row["track"], row["answer"]
            with self.subTest(track=track, answer=answer, **days, **filters):
                same = {pk for pk in people if situations[pk][track]["answer"] == answer}
                self.assert_leads_to(row["people"], same)
                self.assert_words(row["people"], len(people))
                self.assert_reports(row, [situations[pk][track]["last_reported"] for pk in same], days)
                self.assert_house_arrest(row, [situations[pk]["house_arrest"]["answer"] for pk in same])
        for track in ANSWERS:
            rows = [row["people"]["count"] for row in found["answers"] if row["track"] == track]
            self.assertEqual(sum(rows), len(people))
        self.assert_open(found, {case for one in people.values() for case in one}, days)
        self.assert_list(found, people, situations)

    def assert_words(self, number, everyone):
        if number["count"]:
            self.assertTrue(number["words"].startswith(f"{number['count']} of {everyone} "))
        else:
            self.assertRegex(number["words"], "^none recorded in the [0-9]+ sources? read$")

    def assert_reports(self, row, dates, days):
        if not dates or not row["answer"].endswith("_when_last_reported"):
            self.assertIsNone(row["reports"])
            return
        first = understand(days["as_of"]).earliest
        moments = [(understand(date["edtf"]).possible[1], date["edtf"]) for date in dates]
        known = [(day, edtf) for day, edtf in moments if day]
        old = [edtf for day, edtf in known if (first - day).days > 180 and not {*"?%"} & {*edtf}]
        self.assertEqual(row["reports"]["old"], len(old))
        oldest = understand(row["reports"]["oldest"]["edtf"]).possible[1]
        self.assertEqual(oldest, min(day for day, _ in known))

    def assert_house_arrest(self, row, answers):
        if row["track"] != "custody":
            self.assertIsNone(row["house_arrest"])
            return
        counted = {answer: count for answer, count in row["house_arrest"].items() if count}
        self.assertEqual(counted, {answer: answers.count(answer) for answer in answers})

    def assert_open(self, found, cases, days):
        rows = self.asked("cases", page_size=200, **days).json()["results"]
        answers = {row["id"]: row["as_of"]["open"] for row in rows}
        for row in found["open"]:
            with self.subTest(open=row["open"], **days):
                self.assert_leads_to(row["cases"], {pk for pk in cases if answers[pk] == row["open"]})

    def assert_list(self, found, people, situations):
        self.assertEqual(len(found["people"]) + found["more"], len(people))
        for row in found["people"]:
            self.assertEqual(row["as_of"], situations[row["id"]])
            self.assert_leads_to(row["cases"], people[row["id"]])
        ranks = [
            [-list(ANSWERS[track]).index(row["as_of"][track]["answer"]) for track in ANSWERS]
            for row in found["people"]
        ]
        self.assertEqual(ranks, sorted(ranks))

    @pytest.mark.broad
    def test_of_days_of_a_period_and_long_after(self):
        cases = PersecutionCase.objects.exclude(person=None)
        for day in some((*self.days, "2020-01", "2021-06-01")):
            self.assert_census(cases, {"as_of": day})

    def test_of_a_conflict_and_of_an_activity(self):
        cases, first = PersecutionCase.objects.exclude(person=None), self.conflicts[0]
        days = {"as_of": self.days[0]}
        self.assert_census(cases.filter(conflict=first), days, conflict=first.slug)
        self.assert_census(cases.filter(conflict__in=self.conflicts), days, conflict__in=self.both())
        peace = cases.filter(conflict=first, impugned_activities__contains=["peace_advocacy"])
        self.assert_census(peace, days, conflict=first.slug, impugned_activities="peace_advocacy")

    def both(self):
        return ",".join(str(one.pk) for one in self.conflicts)

    @pytest.mark.broad
    def test_of_what_was_known_by_a_day(self):
        cases, first = PersecutionCase.objects.exclude(person=None), self.conflicts[0]
        for known_on in some(("2020-01-15", "2020-02-10")):
            days = {"as_of": self.days[1], "known_on": known_on}
            self.assert_census(cases, days)
            self.assert_census(cases.filter(conflict=first), days, conflict=first.slug)


class CensusTest(FigureAsking, TestCase):
    def row(self, track, answer, **given):
        rows = self.asked("census", **given).json()["answers"]
        return next(row for row in rows if (row["track"], row["answer"]) == (track, answer))

    def test_held_is_apart_from_held_when_last_reported(self):
        event = make.case_event(date="2024-05")
        make.case_event(date="2025-01-01", case=make.case(person=make.person()))
        confirmed = make.case_event(date="2020-01-01")
        make.case_event(case=confirmed.case, kind="in_custody", date="2026-01-01")
        self.assert_leads_to(
            self.row("custody", "held", as_of="2025-01-31")["people"], {confirmed.case.person}
        )
        last = self.row("custody", "held_when_last_reported", as_of="2025-01-31")
        self.assertEqual(last["people"]["count"], 2)
        self.assertEqual(last["reports"]["old"], 1)
        self.assertEqual(last["reports"]["oldest"]["edtf"], "2024-05")
        self.assertEqual(event.date, "2024-05")

    def test_a_report_is_old_after_180_days_and_not_before(self):
        make.case_event(date="2025-01-01")
        for day, old in (("2025-06-30", 0), ("2025-07-01", 1)):
            with self.subTest(day):
                row = self.row("custody", "held_when_last_reported", as_of=day)
                self.assertEqual(row["reports"]["old"], old)

    def test_not_held_has_house_arrest_beside_it(self):
        event = make.case_event(date="2025-01-01")
        make.case_event(case=event.case, kind="house_arrest", date="2025-02-01")
        row = self.row("custody", "not_held", as_of="2025-03-01")
        self.assertEqual(row["people"]["count"], 1)
        self.assertEqual(row["house_arrest"]["in_force_when_last_reported"], 1)

    def test_the_time_of_a_dialogue(self):
        event = make.case_event(date="2025-01-01")
        dialogue = make.dialogue(start_date="2025-01-01")
        row = self.row("custody", "held", during=dialogue.slug)
        self.assert_leads_to(row["people"], {event.case.person})
        answer = self.client.get("/api/v1/census/", {"during": make.dialogue(publication="draft").pk})
        self.assertEqual(answer.status_code, 404)

    def test_the_list_says_how_many_more_there_are(self):
        for _ in range(3):
            make.case_event()
        with mock.patch("tracker.figures.cases.census.MOST_PEOPLE", 2):
            found = self.asked("census").json()
        self.assertEqual((len(found["people"]), found["more"]), (2, 1))

    def test_sources_are_those_of_cases_events_and_charges(self):
        case = make.case(source=make.source())
        make.case_event(case=case, source=make.source())
        make.charge(case=case, source=make.source())
        make.case(organization=make.organization(), source=make.source())
        self.assertEqual(self.asked("census").json()["sources"]["count"], 3)

    def test_hidden_rows_change_nothing(self):
        case = make.case_event(date="2025-01-01").case
        conflict = make.conflict()
        asked = [{}, {"as_of": "2025-02-01"}, {"known_on": "2025-12-31"}, {"conflict": conflict.slug}]
        before = [self.asked("census", **given).content for given in asked]
        draft = {"publication": "draft"}
        make.case_event(case=case, kind="release", date="2025-01-15", **draft)
        make.case_event(case=make.case(person=case.person, conflict=conflict, **draft))
        make.case_event(case=make.case(person=make.person(confidentiality="restricted"), conflict=conflict))
        make.charge(case=case, **draft)
        make.citation(case, source=make.source(date="2025-01-02", **draft))
        self.assertEqual([self.asked("census", **given).content for given in asked], before)

    def test_only_filters_that_lists_of_people_have_too(self):
        answer = self.client.get("/api/v1/census/", {"custody": "held"})
        self.assertEqual(answer.status_code, 400)
