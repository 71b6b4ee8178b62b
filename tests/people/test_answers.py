"""What the API says of people and cases on a day: the histories, the filters, periods, dialogues, readers."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest
from django.db import transaction
from django.test import TestCase

from people.situations.effects import TRACKS
from tests import make
from tests.people.facts import store
from tests.people.histories import Fact, History
from tests.people.random_people import random_day, random_person
from tests.people.worlds import case_answer, person_answer

TOGETHER = 40  # people whose rows are there at once
CASES = json.loads((Path(__file__).parent / "situations.json").read_text())


def history(facts):
    return History(tuple(Fact(**fact) for fact in facts))


def with_acquittal(history):
    """A history with the acquittal that nothing but the stages of its charges tells, as an event."""
    over = {"acquitted": "acquittal", "dropped": "charges_dropped"}
    stages = {charge.stage for charge in history.charges}
    if not stages or not stages <= {*over} or {fact.kind for fact in history.facts} & {*over.values()}:
        return history
    last = max(history.charges, key=lambda charge: charge.date or "9999")
    return replace(history, facts=(*history.facts, Fact(over[last.stage], last.date)))


class AskedTest(TestCase):
    def get(self, path, **given):
        answer = self.client.get(f"/api/v1/{path}/", given)
        self.assertEqual(answer.status_code, 200, answer.content[:300])
        return answer.json()

    def known(self, person, track, **given):
        return self.get(f"people/{person.pk}", fields="as_of", **given)["as_of"][track]

    def found(self, path, **given):
        return {row["id"] for row in self.get(path, page_size=200, **given)["results"]}


class HistoriesTest(AskedTest):
    def test_each_answer_of_each_history(self):
        people = store([([history(facts) for facts in case["cases"]], "") for case in CASES])
        for case, person in zip(CASES, people, strict=True):
            for day, wanted in case["answers"].items():
                with self.subTest(case["name"], day=day):
                    self.assertEqual(self.known(person, case["track"], as_of=day)["answer"], wanted)
                    filtered = self.found("people", as_of=day, **{case["track"]: wanted})
                    self.assertIn(str(person.pk), filtered)

    def assert_agree(self, numbers):
        """The API tells what the possible worlds tell, of people and of each of their cases."""
        for begin in range(0, numbers, TOGETHER):
            with transaction.atomic():
                self.assert_some_agree(range(begin, begin + TOGETHER))
                transaction.set_rollback(True)

    def assert_some_agree(self, numbers):
        people = [random_person(Random(number)) for number in numbers]
        for (histories, death), person in zip(people, store(people), strict=True):
            day = random_day(Random(str(person.name)), histories)
            histories = tuple(map(with_acquittal, histories))
            answer = self.get(f"people/{person.pk}", as_of=day, fields="as_of")
            cases = self.get("cases", person=person.pk, as_of=day, fields="as_of")["results"]
            wanted = {track: person_answer(histories, death, track, day) for track in TRACKS}
            got = {track: answer["as_of"][track]["answer"] for track in TRACKS}
            with self.subTest(
                person=person.name, first=numbers[0], histories=histories, death=death, day=day
            ):
                self.assertEqual(got, wanted)
                for track in TRACKS:
                    told = sorted(case["as_of"][track]["answer"] for case in cases)
                    worlds = [case_answer(histories, n, death, track, day) for n in range(len(histories))]
                    self.assertEqual(told, sorted(worlds), track)

    def test_random_people(self):
        self.assert_agree(TOGETHER)

    @pytest.mark.long
    def test_many_random_people(self):
        self.assert_agree(20_000)


class DaysTest(AskedTest):
    @classmethod
    def setUpTestData(cls):
        cls.person, cls.silent = store(
            [([history([{"kind": "arrest", "date": "2025-10-31"}])], ""), ([], "")]
        )
        cls.case = cls.person.cases.get()

    def dialogue(self, start, end=""):
        return make.dialogue(start_date=start, end_date=end, classification="meeting", status="held")

    def test_a_person_without_a_case(self):
        answer = self.known(self.silent, "custody", as_of="2025-11-01")
        nothing = {"answer": "not_recorded", "last_reported": None, "last_event": None, "inferred": []}
        self.assertEqual(answer, nothing)
        self.assertIn(str(self.silent.pk), self.found("people", custody="not_recorded"))
        self.assertNotIn(str(self.silent.pk), self.found("people", custody__in="held,possibly,not_held"))

    def test_the_fact_that_an_answer_rests_on_is_shown_with_it(self):
        answer = self.known(self.person, "custody", as_of="2026-01-01")
        day = "2025-10-31"
        wanted = {"edtf": day, "earliest": day, "latest": day}
        self.assertEqual(answer["answer"], "held_when_last_reported")
        self.assertEqual((answer["last_reported"], answer["last_event"]), (wanted, "arrest"))

    def test_a_period_has_the_strongest_answer_of_its_days(self):
        answer = self.get(f"cases/{self.case.pk}", as_of="2025-10")["as_of"]
        self.assertEqual((answer["period"], answer["custody"]["answer"]), ("2025-10", "held"))
        self.assertEqual(self.known(self.person, "custody", as_of="2025-09")["answer"], "not_recorded")
        self.assertEqual(self.found("cases", as_of="2025-10", custody="held"), {str(self.case.pk)})
        self.assertEqual(self.found("cases", as_of="2025-09", custody="held"), set())

    def test_what_is_no_day_and_no_period_is_refused(self):
        for text in ("2025-13", "October 2025", "2025-10/..", "2025-10~", "x"):
            answer = self.client.get("/api/v1/people/", {"as_of": text})
            self.assertEqual(answer.status_code, 400, text)
            self.assertIn("2025-10", answer.json()["errors"][0]["detail"])

    def test_a_dialogue_of_which_the_day_is_not_known_makes_nobody_held(self):
        """A meeting in October does not make somebody held who was arrested on its last day."""
        october, late = self.dialogue("2025-10"), self.dialogue("2025-11-02")
        answer = self.known(self.person, "custody", during=october.pk)
        days = [{"first": "2025-10-31", "last": "2025-10-31", "answer": "held"}]
        self.assertEqual((answer["answer"], answer["days"]), ("possibly", days))
        answer = self.known(self.person, "custody", during=late.slug)
        self.assertEqual(answer["answer"], "held_when_last_reported")
        self.assertEqual(self.found("people", during=october.pk, custody="held"), set())
        self.assertEqual(self.found("people", during=october.pk, custody="possibly"), {str(self.person.pk)})

    def test_the_period_of_a_dialogue_is_as_far_as_it_may_have_lasted(self):
        for start, end, kind, told in (
            ("2025-11-02", "", "meeting", {"day": "2025-11-02"}),
            ("2025-11-02", "", "visit", {"period": "2025-11-02/.."}),
            ("2025-11", "2025-11", "visit", {"period": "2025-11"}),
            ("2025-11-02", "2025-11-04", "visit", {"period": "2025-11-02/2025-11-04"}),
            ("", "", "meeting", {"period": "../.."}),
        ):
            row = self.dialogue(start, end)
            type(row).objects.filter(pk=row.pk).update(classification=kind)
            given = {"during": row.pk, "fields": "as_of"}
            answer = self.get(f"people/{self.person.pk}", **given)["as_of"]
            shown = {name: answer[name] for name in ("day", "period") if name in answer}
            self.assertEqual(shown, told, (start, end, kind))

    def test_a_dialogue_that_is_hidden_or_absent_finds_nobody(self):
        hidden = self.dialogue("2025-11")
        hidden.publication = "draft"
        hidden.save()
        bodies = []
        for key in (hidden.pk, "no-such-dialogue"):
            answer = self.get("people", during=key)
            bodies.append((answer["total"], answer["results"]))
            url = f"/api/v1/people/{self.person.pk}/"
            self.assertEqual(self.client.get(url, {"during": key}).status_code, 404)
        self.assertEqual(bodies, [(0, [])] * 2)
        self.assertEqual(self.client.get("/api/v1/people/", {"during": "?"}).status_code, 400)
        both = {"during": hidden.pk, "as_of": "2025-10"}
        self.assertEqual(self.client.get("/api/v1/people/", both).status_code, 400)


class InferredTest(AskedTest):
    """What of the fact that an answer rests on no source states is marked beside the answer."""

    def marks(self, person, track="custody", **given):
        return self.known(person, track, **{"as_of": "2022-01-01", **given})["inferred"]

    def infer(self, record, field, **more):
        return make.citation(record, field=field, basis="inferred", reasoning="It follows.", **more)

    def test_the_date_and_the_kind_of_the_event(self):
        event = make.case_event(kind="arrest", date="2020-01-05", cited=False)
        person = event.case.person
        make.citation(event, field="circumstances")
        self.assertEqual(self.marks(person), [])
        for field, marks in (
            ("place", []),
            ("date", ["last_reported"]),
            ("kind", ["last_event"]),
            ("", ["*"]),
        ):
            row = self.infer(event, field)
            with self.subTest(field=field):
                self.assertEqual(self.marks(person), marks)
            row.delete()
        self.infer(event, "date")
        case = self.get(f"cases/{event.case.pk}", as_of="2022-01-01")
        self.assertEqual(case["as_of"]["custody"]["inferred"], ["last_reported"])
        self.assertEqual(self.marks(person, "travel_ban"), [])
        make.citation(event, field="date")
        self.assertEqual(self.marks(person), [])

    def test_a_hidden_source_and_one_of_a_later_time_infer_nothing(self):
        event = make.case_event(kind="arrest", date="2020-01-05", cited=False)
        make.citation(event, source=make.source(date="2020-02"))
        self.infer(event, "date", source=make.source(confidentiality="restricted"))
        self.assertEqual(self.marks(event.case.person), [])
        self.infer(event, "date", source=make.source(date="2021-02"))
        self.assertEqual(self.marks(event.case.person), ["last_reported"])
        self.assertEqual(self.marks(event.case.person, known_on="2020-12-01"), [])

    def test_a_death_and_a_charge(self):
        person = make.person(death_date="2021-05-05")
        event = make.case_event(case=make.case(person=person), kind="arrest", date="2020-01-05")
        self.infer(person, "death_date")
        self.assertEqual(self.marks(person), ["last_reported"])
        charge = make.charge(case=event.case, stage="acquitted", date="2020-09-09")
        self.infer(charge, "stage")
        self.assertEqual(self.marks(person, as_of="2020-10-01"), ["last_event"])

    def test_that_an_event_was_by_the_day_of_its_source(self):
        event = make.case_event(kind="left_country", date="", cited=False)
        make.citation(event, source=make.source(date="2021-02-03"))
        self.assertEqual(self.marks(event.case.person, "abroad"), ["last_reported"])


class KnownOnTest(AskedTest):
    def test_only_what_sources_of_the_time_say_counts(self):
        (person,) = store([([history([{"kind": "arrest", "date": "2020-01-05"}])], "")])
        case = person.cases.get()
        make.citation(case.events.get(), source=make.source(date="2020-02"))
        release = make.case_event(case=case, kind="release", date="2021-03-03", cited=False)
        make.citation(release, source=make.source(date="2021-04"))
        undated = make.case_event(case=case, kind="arrest", date="2019-01-01", cited=False)
        make.citation(undated, source=make.source(date=""))
        for known_on, wanted in {
            "2020-02-28": "not_recorded",
            "2020-02-29": "held_when_last_reported",
            "2021-04-29": "held_when_last_reported",
            "2021-04-30": "not_held",
        }.items():
            answer = self.known(person, "custody", as_of="2022-01-01", known_on=known_on)
            self.assertEqual(answer["answer"], wanted, known_on)
            found = self.found("people", as_of="2022-01-01", known_on=known_on, custody=wanted)
            self.assertIn(str(person.pk), found)
        for wrong in ("2020-02", "20200201", "2020-W05-6", "x"):
            self.assertEqual(self.client.get("/api/v1/people/", {"known_on": wrong}).status_code, 400, wrong)

    def test_a_date_counts_once_a_source_gives_it(self):
        """Until then the event is one without a date, of the day of its source."""
        event = make.case_event(kind="arrest", date="2020-01-05", cited=False)
        make.citation(event, field="kind", source=make.source(date="2020-02-02"))
        make.citation(event, field="date", source=make.source(date="2021-04-04"))
        for known_on, edtf, wanted in (
            ("2020-03-01", "../2020-02-02", "undated"),
            ("2021-05-01", "2020-01-05", "held_when_last_reported"),
        ):
            given = {"as_of": "2020-01-20", "known_on": known_on}
            answer = self.known(event.case.person, "custody", **given)
            self.assertEqual((answer["answer"], answer["last_reported"]["edtf"]), (wanted, edtf))

    def test_an_affiliation_that_no_source_of_the_time_tells_of_is_possible(self):
        row = make.affiliation(start_date="2019", end_date="2022", cited=False)
        for appeared in ("2020-02", "2021-04"):
            make.citation(row, source=make.source(date=appeared))
        later = make.affiliation(person=row.person, start_date="2019", end_date="2022", cited=False)
        make.citation(later, source=make.source(date="2021-04"))
        for known_on, wanted in (("2019-01-01", "possible"), ("2020-12-01", "certain")):
            given = {"as_of": "2020-06-01", "known_on": known_on}
            rows = self.get(f"people/{row.person.pk}", **given)["affiliations"]
            told = {one["id"]: one["as_of"]["active"] for one in rows}
            self.assertEqual(told, {str(row.pk): wanted, str(later.pk): "possible"})


class ReadersTest(AskedTest):
    def test_each_reader_gets_answers_from_what_they_see(self):
        (person,) = store([([history([{"kind": "arrest", "date": "2020-01-05"}])], "")])
        case = person.cases.get()
        make.case_event(case=case, kind="release", date="2021-03-03", publication="draft")
        self.assertEqual(self.known(person, "custody")["answer"], "held_when_last_reported")
        self.assertEqual(self.found("people", custody="not_held"), set())
        self.client.force_login(make.member("editor"))
        self.assertEqual(self.known(person, "custody")["answer"], "not_held")
        self.assertEqual(self.found("people", custody="not_held"), {str(person.pk)})

    def test_an_acquittal_that_the_charges_alone_tell_counts(self):
        (person,) = store([([history([{"kind": "arrest", "date": "2020-01-05"}])], "")])
        make.charge(case=person.cases.get(), stage="acquitted", date="2020-09-09")
        for day, wanted in {"2020-09-01": "held_when_last_reported", "2020-10-01": "possibly"}.items():
            self.assertEqual(self.known(person, "custody", as_of=day)["answer"], wanted)

    def test_an_event_without_a_date_happened_by_the_date_of_its_newest_source(self):
        (person,) = store([([History((Fact("arrest", reported=date(2020, 5, 5)),))], "")])
        for day, wanted in {"2019-01-01": "undated", "2020-05-06": "held_when_last_reported"}.items():
            answer = self.known(person, "custody", as_of=day)
            self.assertEqual(answer["answer"], wanted)
            self.assertEqual(answer["last_reported"]["edtf"], "../2020-05-05")
