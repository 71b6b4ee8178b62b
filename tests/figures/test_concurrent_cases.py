"""People with a recorded case of the conflict of a dialogue, and what is recorded about them on its days."""

from random import Random
from unittest import mock

import pytest
from django.test import TestCase

from people.choices import ChargeStage, Offence
from people.models import PersecutionCase
from tests import make
from tests.figures.asking import FigureAsking
from tests.people.facts import store
from tests.people.random_people import random_person
from tests.sampling import some
from tracker.figures.cases.attribution import accusation
from tracker.figures.cases.concurrent import ConcurrentCases

TRACKS = ("custody", "house_arrest", "travel_ban", "abroad")
NOTHING = ("not_recorded", "not_held", "not_in_force", "not_abroad")
NO_RECORD = "No published record says whether this person was invited or would have come."


class ConcurrentAsking(FigureAsking):
    def found(self, dialogue=None, **given):
        return self.asked(f"dialogues/{(dialogue or self.dialogue).pk}/concurrent-cases", **given).json()

    def row(self, person, **given):
        return next(row for row in self.found(**given)["people"] if row["id"] == str(person.pk))


class ConcurrentCasesTest(ConcurrentAsking, TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.conflict = make.conflict(title="A conflict")
        cls.dialogue = cls.meeting("2025-10-14")
        cls.case = make.case(
            conflict=cls.conflict,
            stated_reason="He wrote to the enemy.",
            impugned_activities=["peace_advocacy"],
            source=make.source(title="A daily", date="2025-06-20"),
        )
        cls.person = cls.case.person
        cls.arrest = make.case_event(case=cls.case, date="2024-08-21", source=make.source(date="2024-08-30"))

    @classmethod
    def meeting(cls, day, **given):
        return make.dialogue(**{"conflict": cls.conflict, "start_date": day, "disclosure": "public", **given})

    def answer(self, answer):
        rows = self.found()["answers"]
        return next(row for row in rows if (row["track"], row["answer"]) == ("custody", answer))

    def test_who_was_held_when_last_reported(self):
        row = self.row(self.person)
        self.assertEqual(row["as_of"]["custody"]["answer"], "held_when_last_reported")
        self.assertEqual(row["as_of"]["custody"]["last_reported"]["edtf"], "2024-08-21")
        self.assertEqual(row["as_of"]["custody"]["last_event"], "arrest")
        number = self.answer("held_when_last_reported")
        self.assert_leads_to(number["people"], {self.person})
        self.assertEqual((number["reports"]["old"], number["reports"]["oldest"]["edtf"]), (1, "2024-08-21"))
        self.assertEqual(self.answer("held")["people"]["count"], 0)
        self.assertIn("none recorded in the ", self.answer("held")["people"]["words"])

    def test_people_of_other_conflicts_are_not_in_it(self):
        make.case_event(date="2025-10-14")
        make.case_event(case=make.case(conflict=make.conflict()), date="2025-10-14")
        found = self.found()
        self.assertEqual([row["id"] for row in found["people"]], [str(self.person.pk)])
        self.assert_leads_to(found["total"], {self.person})

    def test_a_case_that_began_later_is_not_listed_but_counted(self):
        later = make.case_event(case=make.case(conflict=self.conflict), date="2026-01-01").case.person
        found = self.found()
        self.assertEqual([row["id"] for row in found["people"]], [str(self.person.pk)])
        self.assert_leads_to(found["others"], {later})
        self.assertEqual(found["others"]["words"], "1 of 2")

    def test_reasons_say_who_gives_them(self):
        make.charge(case=self.case, stage="convicted", offence="treason", date="2025-06")
        found = self.found()
        (case,) = found["cases"]
        self.assertEqual(
            case["of_authorities"],
            "according to the authorities, as reported in A daily: He wrote to the enemy.",
        )
        self.assertEqual(case["of_sources"], "according to A daily, because of peace advocacy")
        self.assertEqual(case["open"], "certain")
        self.assertEqual([row["source"]["title"] for row in case["citations"]], ["A daily"])
        (charge,) = found["charges"]
        self.assertEqual(charge["words"], "accused by the authorities of treason; convicted")
        self.assertEqual([row["kind"] for row in found["events"]], ["arrest"])

    def test_a_reason_is_attributed_to_the_sources_that_support_it(self):
        make.citation(self.case, source=make.source(title="A monitor"), field="impugned_activities")
        denied = {"field": "impugned_activities", "stance": "contradicts"}
        make.citation(self.case, source=make.source(title="A denial"), **denied)
        (case,) = self.found()["cases"]
        self.assertEqual(case["of_sources"], "according to A monitor, because of peace advocacy")

    def test_an_accusation_of_each_kind_has_words(self):
        for stage in ChargeStage.values:
            for offence in Offence.values:
                for wording in ("", "high crimes"):
                    words = accusation({"stage": stage, "offence": offence, "wording": wording})
                    self.assertTrue(words.startswith("accused"), words)
                    self.assertNotIn(" for ", words)

    def test_the_authorities_accuse_only_where_the_record_says_so(self):
        charge = {"stage": "accused", "offence": "treason", "wording": ""}
        self.assertEqual(accusation(charge), "accused of treason; by whom is not recorded")
        for more in ({"court": "A court"}, {"provision": "Article 274"}):
            self.assertEqual(accusation(charge | more), "accused by the authorities of treason")
        charged = "accused by the authorities of treason; charged"
        self.assertEqual(accusation(charge | {"stage": "charged"}), charged)

    def test_that_nobody_recorded_whether_they_were_invited(self):
        row = self.row(self.person)
        self.assertEqual((row["says"], row["participation"]), (NO_RECORD, None))

    def test_who_was_invited_excluded_or_took_part_has_that_row(self):
        for role, words in (
            ("invited_absent", "Recorded: Invited, did not come"),
            ("prevented", "Recorded: Prevented from coming"),
            ("speaker", "Took part. Recorded role: Speaker"),
        ):
            with self.subTest(role):
                part = make.participation(dialogue=self.dialogue, person=self.person, role=role)
                row = self.row(self.person)
                self.assertEqual(row["says"], words)
                self.assertEqual(
                    (row["participation"]["id"], row["participation"]["role"]), (str(part.pk), role)
                )
                part.citations.all().delete()
                part.delete()

    def test_a_participation_without_a_name_is_nobodys(self):
        part = make.participation(dialogue=self.dialogue, person=None, naming="withheld")
        make.identity(part, person=self.person)
        self.assertEqual(self.row(self.person)["says"], NO_RECORD)

    def test_earlier_dialogues_and_statements(self):
        earlier = self.meeting("2023-01-01")
        others = [
            self.meeting("2026-01-01"),
            self.meeting("2023-02-01", disclosure="secret"),
            self.meeting("2023-03-01", disclosure="unknown"),
            self.meeting("2023-04-01", status="canceled"),
            self.meeting("2023-05-01", conflict=None),
        ]
        for one in (earlier, *others):
            make.participation(dialogue=one, person=self.person, already_public=True)
        refused = self.meeting("2023-06-01")
        make.participation(dialogue=refused, person=self.person, role="excluded")
        statement = make.statement(speakers=[self.person])
        make.statement()
        row = self.row(self.person)
        self.assert_leads_to(row["earlier_dialogues"], {earlier})
        self.assert_leads_to(row["statements"], {statement})

    def test_nothing_recorded_is_not_a_lone_zero(self):
        row = self.row(self.person)
        for name in ("earlier_dialogues", "statements"):
            self.assertEqual(row[name]["count"], 0)
            self.assertRegex(row[name]["words"], "^none recorded in the [0-9]+ sources? read$")

    def test_a_dialogue_that_was_not_open_connects_nobody(self):
        for disclosure in ("closed", "secret", "unknown"):
            one = self.meeting("2025-10-20", disclosure=disclosure)
            make.participation(dialogue=one, person=self.person, role="prevented", already_public=True)
            row = next(iter(self.found(one)["people"]))
            with self.subTest(disclosure):
                self.assertEqual((row["participation"], row["earlier_dialogues"]), (None, None))
                self.assertIn("not recorded that this dialogue was open", row["says"])

    def test_a_dialogue_of_no_recorded_conflict(self):
        found = self.found(self.meeting("2025-10-14", conflict=None))
        self.assertEqual((found["people"], found["total"]["count"], found["total"]["url"]), ([], 0, None))
        self.assertEqual({row["people"]["url"] for row in found["answers"]}, {None})

    def test_what_was_known_by_a_day(self):
        found = self.found(known_on="2025-01-01")
        (case,) = found["cases"]
        self.assertEqual(
            (case["stated_reason"], case["impugned_activities"], case["citations"]), ("", [], [])
        )
        self.assertEqual((case["of_authorities"], case["of_sources"], found["charges"]), ("", "", []))
        self.assertEqual(found["known_on"], "2025-01-01")
        self.assertEqual(len(found["events"]), 1)
        self.assert_leads_to(found["total"], {self.person})
        self.assertEqual(self.found(known_on="2024-01-01")["total"]["count"], 0)
        self.assertEqual(
            self.found(known_on="2025-12-31")["cases"][0]["stated_reason"], "He wrote to the enemy."
        )

    def test_the_list_says_how_many_more_there_are(self):
        make.case_event(case=make.case(conflict=self.conflict), date="2025-10-01")
        with mock.patch.object(ConcurrentCases, "most", 1):
            found = self.found()
        self.assertEqual((len(found["people"]), len(found["cases"]), found["more"]), (1, 1, 1))

    def test_hidden_rows_change_nothing(self):
        asked = [{}, {"known_on": "2025-12-31"}]
        before = [self.found(**given) for given in asked]
        draft = {"publication": "draft"}
        make.case_event(case=self.case, kind="release", date="2025-01-15", **draft)
        make.case(conflict=self.conflict, **draft)
        make.case(conflict=self.conflict, person=make.person(confidentiality="restricted"))
        make.charge(case=self.case, **draft)
        make.citation(self.case, source=make.source(date="2025-01-02", **draft))
        make.participation(dialogue=self.dialogue, person=self.person, role="excluded", **draft)
        make.participation(dialogue=self.meeting("2023-01-01", **draft), person=self.person)
        make.statement(speakers=[self.person], **draft)
        self.assertEqual([self.found(**given) for given in asked], before)

    def test_a_day_cannot_be_asked(self):
        address = f"/api/v1/dialogues/{self.dialogue.pk}/concurrent-cases/"
        for name in ("as_of", "during"):
            self.assertEqual(self.client.get(address, {name: "2025-10-01"}).status_code, 400)


class RandomPeopleTest(ConcurrentAsking, TestCase):
    """The figure of random people equals what the API says about each of them."""

    @classmethod
    def setUpTestData(cls):
        rng = Random(20251014)
        cls.conflict = make.conflict()
        store([random_person(rng) for _ in range(30)])
        for case in PersecutionCase.objects.order_by("pk"):
            case.conflict = rng.choice([cls.conflict, None])
            case.save()
        cls.dialogues = [
            make.dialogue(conflict=cls.conflict, start_date=start, end_date=end, classification="forum")
            for start, end in (("2020-01-20", "2020-01-22"), ("2020-01", ""), ("2020-02-01~", ""), ("", ""))
        ]

    @pytest.mark.broad
    def test_it_equals_the_situations_of_its_people(self):
        ours = PersecutionCase.objects.filter(conflict=self.conflict).exclude(person=None)
        people = {str(pk) for pk in ours.values_list("person", flat=True)}
        for dialogue in some(self.dialogues):
            asked = {"during": str(dialogue.pk), "page_size": 200}
            situations = {row["id"]: row["as_of"] for row in self.asked("people", **asked).json()["results"]}
            opened = {
                row["id"]: row["as_of"]["open"] for row in self.asked("cases", **asked).json()["results"]
            }
            shown = {
                pk
                for pk in people
                if any(situations[pk][track]["answer"] not in NOTHING for track in TRACKS)
                or any(opened[str(one.pk)] != "no" for one in ours.filter(person=pk))
            }
            found = self.found(dialogue)
            with self.subTest(dialogue.start_date):
                self.assertEqual(
                    {row["id"]: row["as_of"] for row in found["people"]}, {pk: situations[pk] for pk in shown}
                )
                self.assert_leads_to(found["total"], people)
                self.assert_leads_to(found["others"], people - shown)
                for row in found["answers"]:
                    same = {pk for pk in people if situations[pk][row["track"]]["answer"] == row["answer"]}
                    self.assert_leads_to(row["people"], same)
                for row in found["cases"]:
                    self.assertEqual(row["open"], opened[row["id"]])
