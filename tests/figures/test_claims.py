"""Who says what about a record, who answered, and who was held then."""

from itertools import chain
from random import Random

from django.test import TestCase

from people.models import Person
from tests import make
from tests.generate import PUBLIC, World
from tracker.figures.statements import replies

KINDS = ("accusation", "assessment", "criticism", "claim", "question")
HIDDEN = ("draft", "public")


class ClaimsTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.dialogue = make.dialogue(title="A meeting")
        cls.person = make.person(name="Ada")
        cls.case = make.case(person=cls.person)

    def about(self, **fields):
        return make.statement(**{"about_dialogues": [self.dialogue], **fields})

    def address(self, record):
        kinds = {"persecutioncase": "cases", "person": "people"}
        kind = kinds.get(record._meta.model_name, f"{record._meta.model_name}s")
        return f"/api/v1/{kind}/{record.pk}/claims/"

    def get(self, record=None, **given):
        answer = self.client.get(self.address(record or self.dialogue), given)
        self.assertEqual(answer.status_code, 200, answer.content)
        return answer

    def found(self, record=None):
        return self.get(record).json()

    def row(self, statement, record=None):
        found = self.found(record)
        return next(row for row in found["about"] + found.get("by", []) if row["id"] == str(statement.pk))

    def rows(self, number):
        """The ids of the records behind a number."""
        answer = self.client.get(number["url"].partition("8000")[2])
        self.assertEqual(answer.status_code, 200, answer.content)
        return {row["id"] for row in answer.json()["results"]}

    # Who says what.

    def test_speakers_are_named_as_they_are_and_withheld_ones_as_withheld(self):
        statement = self.about(speakers=(self.person, "the authorities"))
        make.speaker(statement, "Bird", naming="pseudonym", position=2)
        statement.speakers.create(naming="withheld", position=3)
        said_by = ["Ada", "the authorities", "Bird (a pseudonym)", "withheld"]
        self.assertEqual(self.row(statement)["said_by"], said_by)

    def test_a_question_or_a_hypothesis_is_no_assertion(self):
        for kind, form in (("claim", "assertion"), ("question", "question"), ("hypothetical", "hypothesis")):
            with self.subTest(kind):
                self.assertEqual(self.row(self.about(kind=kind))["form"], form)

    def test_about_a_person_and_by_them_are_apart(self):
        about, by = make.statement(about_people=[self.person]), make.statement(speakers=[self.person])
        found = self.found(self.person)
        for name, statement in (("about", about), ("by", by)):
            with self.subTest(name):
                self.assertEqual([row["id"] for row in found[name]], [str(statement.pk)])
                self.assertEqual(self.rows(found["total"][name]), {str(statement.pk)})

    def test_a_case_includes_its_events_and_a_question_its_positions(self):
        question = make.question()
        event = make.case_event(case=self.case)
        first, second = make.statement(about_cases=[self.case]), make.statement(about_case_events=[event])
        third = make.statement(questions=[question])
        for record, wanted in ((self.case, {first, second}), (question, {third})):
            found = self.found(record)
            ids = {str(one.pk) for one in wanted}
            self.assertEqual({row["id"] for row in found["about"]}, ids)
            self.assertEqual(self.rows(found["total"]["about"]), ids)

    def test_relations_are_shown_on_both_sides(self):
        statement = self.about()
        there = make.statement_relation(statement=statement, kind="supports").related_statement
        back = make.statement_relation(related_statement=statement, kind="qualifies").statement
        row = self.row(statement)
        self.assertEqual([one["related_statement"]["id"] for one in row["relations"]], [str(there.pk)])
        self.assertEqual([one["statement"]["id"] for one in row["relations_to"]], [str(back.pk)])

    def test_nothing_recorded_is_said_in_words(self):
        self.assertEqual(self.found()["total"]["about"]["words"], "none recorded in the 1 source cited")

    # Who answered.

    def accusation(self, **fields):
        return self.about(kind="accusation", about_people=[self.person], **fields)

    def test_a_judgment_without_an_answer_says_that_nobody_recorded_whether_they_were_asked(self):
        statement = self.accusation()
        found = self.found()
        self.assertEqual(self.row(statement)["answer"], replies.NO_ANSWER)
        self.assertEqual(self.rows(found["without_answer"]["statements"]), {str(statement.pk)})

    def test_only_those_who_are_judged_answer_it(self):
        statement = self.accusation()
        for speaker, answer in ((make.person(), replies.NO_ANSWER), (self.person, replies.ANSWERED)):
            reply = make.statement(speakers=[speaker])
            make.statement_relation(statement=reply, related_statement=statement, kind="denies")
            with self.subTest(speaker.name):
                self.assertEqual(self.row(statement)["answer"], answer)
        found = self.found()
        self.assertEqual([row["id"] for row in found["replies"]], [str(reply.pk)])
        self.assertEqual(found["without_answer"]["statements"], {"count": 0, "url": None})

    def test_support_is_no_answer(self):
        statement, reply = self.accusation(), make.statement(speakers=[self.person])
        make.statement_relation(statement=reply, related_statement=statement, kind="supports")
        self.assertEqual(self.row(statement)["answer"], replies.NO_ANSWER)

    def test_a_part_is_said_by_those_who_say_the_whole(self):
        statement, whole = self.accusation(), make.statement(speakers=[self.person])
        reply = make.statement(speakers=(), part_of=whole)
        make.statement_relation(statement=reply, related_statement=statement, kind="responds_to")
        self.assertEqual(self.row(statement)["answer"], replies.ANSWERED)

    def test_an_answer_to_the_case_answers_an_accusation_in_it(self):
        for kind, answer in (("accusation", replies.ANSWERED), ("criticism", replies.NO_ANSWER)):
            statement = self.about(kind=kind, about_cases=[self.case])
            make.statement(speakers=[self.person], responds_to_cases=[self.case])
            with self.subTest(kind):
                self.assertEqual(self.row(statement)["answer"], answer)

    def test_a_claim_judges_nobody(self):
        self.assertIsNone(self.row(self.about(about_people=[self.person]))["answer"])

    def test_anyone_answers_a_question(self):
        question, open_one = self.about(kind="question"), self.about(kind="question")
        make.statement_relation(related_statement=question, kind="responds_to")
        self.assertEqual(self.row(question)["answer"], replies.ANSWERED)
        self.assertEqual(self.rows(self.found()["without_answer"]["questions"]), {str(open_one.pk)})

    def test_what_the_accused_and_the_assessed_answered(self):
        assessment = make.assessment(person=self.person)
        alone = make.assessment(person=self.person)
        said = make.statement(
            speakers=[self.person], responds_to_assessments=[assessment], responds_to_cases=[self.case]
        )
        found = self.found(self.person)
        answers = {row["id"]: row["answer"] for row in found["assessments"] + found["cases"]}
        wanted = {str(one.pk): replies.ANSWERED for one in (assessment, self.case)}
        self.assertEqual(answers, {**wanted, str(alone.pk): replies.NO_ANSWER})
        self.assertEqual([row["id"] for row in found["replies"]], [str(said.pk)])
        self.assertEqual(self.rows(found["without_answer"]["assessments"]), {str(alone.pk)})

    # Who was held.

    def held(self, **fields):
        make.case_event(case=self.case, kind="arrest", date="2025-03-01")
        make.case_event(case=self.case, kind="in_custody", date="2025-05-01")
        make.case_event(case=self.case, kind="release", date="2025-08-01")
        return self.row(self.about(**{"about_people": [self.person], **fields}))["held_then"]

    def test_who_was_held_on_the_day_of_the_statement(self):
        (row,) = self.held(date="2025-04-10")
        self.assertEqual(row["person"]["id"], str(self.person.pk))
        self.assertEqual(row["custody"]["answer"], "held")
        self.assertEqual(row["custody"]["last_reported"]["edtf"], "2025-05-01")

    def test_nothing_is_said_of_other_days_or_without_a_date(self):
        for date in ("", "2025-01-01", "2025-02/2025-03", "2025", "2025-09-01"):
            with self.subTest(date):
                self.assertEqual(self.held(date=date), [])

    def test_a_month_of_custody_is_enough(self):
        self.assertEqual([row["custody"]["answer"] for row in self.held(date="2025-04")], ["held"])

    def test_speakers_and_the_people_of_cases_too(self):
        for fields in ({"speakers": [self.person]}, {"about_cases": [self.case]}):
            with self.subTest(**fields):
                self.assertEqual(len(self.held(date="2025-04-10", about_people=[], **fields)), 1)

    # Hidden rows.

    def test_hidden_rows_change_nothing(self):
        statement, question = self.accusation(date="2025-04-10"), self.about(kind="question")
        asked = [self.dialogue, self.person, self.case]
        before = [self.get(one).content for one in asked]
        hidden = make.statement(
            publication="draft", kind="accusation", speakers=[self.person], about_people=[self.person],
            about_dialogues=[self.dialogue], about_cases=[self.case], responds_to_cases=[self.case],
        )  # fmt: skip
        for relation in (
            {"statement": hidden, "related_statement": statement},
            {"related_statement": hidden},
        ):
            make.statement_relation(kind="denies", **relation)
        make.statement_relation(related_statement=question, kind="responds_to", publication="draft")
        make.assessment(person=self.person, publication="draft")
        make.case_event(case=self.case, kind="arrest", date="2025-04-10", publication="draft")
        secret = make.person(publication="draft")
        statement.about_people.add(secret)
        reply = make.statement(speakers=[])
        make.speaker(reply, secret)
        make.statement_relation(
            statement=reply, related_statement=statement, kind="denies", publication="draft"
        )
        self.assertEqual([self.get(one).content for one in asked], before)

    def test_a_judgment_of_someone_hidden_asks_for_no_answer(self):
        statement = self.about(kind="accusation", about_people=[make.person(publication="draft")])
        self.assertIsNone(self.row(statement)["answer"])


class GeneratedClaimsTest(TestCase):
    """The same numbers, computed in another way from generated records."""

    @classmethod
    def setUpTestData(cls):
        World(3, states=[PUBLIC, PUBLIC, HIDDEN]).build()
        random, people = Random(3), [*Person.objects.visible_to(None)]
        states = (*["published"] * 5, "draft")
        for _ in range(20):
            kind = random.choice(KINDS)
            judged = make.statement(kind=kind, about_people=people[:1], publication=random.choice(states))
            reply = make.statement(speakers=[random.choice(people)], publication=random.choice(states))
            relation = {
                "kind": random.choice(("denies", "qualifies", "responds_to", "supports")),
                "publication": random.choice(states),
            }
            make.statement_relation(statement=reply, related_statement=judged, **relation)

    def test_the_lists_are_those_of_the_api(self):
        self.met = set()
        for name, parameter in (
            ("dialogues", "about_dialogues"),
            ("people", "about_people"),
            ("questions", "questions"),
        ):
            for record in self.client.get(f"/api/v1/{name}/?page_size=5").json()["results"]:
                found = self.client.get(f"/api/v1/{name}/{record['id']}/claims/").json()
                listed = self.listed("statements", **{parameter: record["id"]})
                with self.subTest(name, id=record["id"]):
                    self.assertEqual({row["id"] for row in found["about"]}, {row["id"] for row in listed})
                    self.assertEqual(found["total"]["about"]["count"], len(listed))
                    self.check_answers(found)
        self.assertEqual(self.met, {None, replies.ANSWERED, replies.NO_ANSWER})

    def listed(self, name, **given):
        found = self.client.get(f"/api/v1/{name}/", {**given, "page_size": 200}).json()
        return found["results"]

    def check_answers(self, found):
        """Each answer again, from the records alone as the API shows them."""
        claims = {row["id"]: row for row in chain(found["about"], found.get("by", []))}
        alone = {"statements": 0, "questions": 0}
        for row in claims.values():
            expected = self.expected(row)
            self.met.add(expected)
            self.assertEqual(row["answer"], expected, row)
            if expected == replies.NO_ANSWER:
                alone["questions" if row["kind"] == "question" else "statements"] += 1
        for name, count in alone.items():
            self.assertEqual(found["without_answer"][name]["count"], count)

    def expected(self, row):
        if row["kind"] == "question":
            replied = any(one["kind"] == "responds_to" for one in row["relations_to"])
            return replies.ANSWERED if replied else replies.NO_ANSWER
        if row["kind"] not in ("accusation", "assessment", "criticism"):
            return None
        cases = [self.one("cases", one["id"]) for one in row["about_cases"]]
        cases += [self.one("case-events", one["id"])["case"] for one in row["about_case_events"]]
        cases = [self.one("cases", one["id"]) for one in cases]
        subjects = {one["id"] for one in row["about_people"] + row["about_organizations"]}
        subjects |= {one[key]["id"] for one in cases for key in ("person", "organization") if one[key]}
        if not subjects:
            return None
        answering = {"responds_to", "denies", "contradicts", "qualifies", "criticizes"}
        speakers = set()
        for relation in row["relations_to"]:
            if relation["kind"] in answering:
                reply = self.one("statements", relation["statement"]["id"])
                whole = [self.one("statements", reply["part_of"]["id"])] if reply["part_of"] else []
                for one in chain(*(said["speakers"] for said in [reply, *whole])):
                    speakers |= {one[key]["id"] for key in ("person", "organization") if one[key]}
        responded = row["kind"] == "accusation" and any(
            self.one("cases", one["id"])["responses"] for one in row["about_cases"]
        )
        return replies.ANSWERED if speakers & subjects or responded else replies.NO_ANSWER

    def one(self, name, key):
        return self.client.get(f"/api/v1/{name}/{key}/").json()
