"""Dialogues, events, statements and context on one axis."""

from django.test import TestCase

from tests import make
from tests.generate import PUBLIC, World

TIMELINE = "/api/v1/timeline/"


class TimelineTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.conflict, cls.person = make.conflict(), make.person()
        cls.case = make.case(person=cls.person, conflict=cls.conflict)
        cls.dialogue = make.dialogue(start_date="2025-10", conflict=cls.conflict)
        make.participation(dialogue=cls.dialogue, person=cls.person)
        cls.event = make.case_event(case=cls.case, kind="arrest", date="2025-02-10")
        cls.said = make.statement(date="2025-11-02", speakers=[cls.person], about_dialogues=[cls.dialogue])
        cls.war = make.context_event(start_date="2020-09-27", end_date="", conflict=cls.conflict)
        cls.other = make.dialogue(start_date="2024", end_date="")

    def get(self, **given):
        answer = self.client.get(TIMELINE, given)
        self.assertEqual(answer.status_code, 200, answer.content)
        return answer

    def ids(self, **given):
        return [row["id"] for row in self.get(**given).json()["events"]]

    def test_all_kinds_in_the_order_of_their_dates(self):
        order = (self.war, self.other, self.event, self.dialogue, self.said)
        self.assertEqual(self.ids(), [str(one.pk) for one in order])

    def test_each_has_its_possible_days_and_what_it_belongs_to(self):
        rows = {row["id"]: row for row in self.get().json()["events"]}
        for one, first, last, title in (
            (self.dialogue, "2025-10-01", "2025-10-31", self.dialogue.title),
            (self.event, "2025-02-10", "2025-02-10", "Arrest"),
            (self.war, "2020-09-27", None, self.war.title),
        ):
            row = rows[str(one.pk)]
            self.assertEqual((row["first"], row["last"], row["title"]), (first, last, title))
            self.assertEqual(row["conflict"]["id"], str(self.conflict.pk))
        self.assertEqual(rows[str(self.event.pk)]["case"]["id"], str(self.case.pk))

    def test_filters(self):
        for given, wanted in (
            ({"kind": "statements"}, [self.said]),
            ({"overlaps": "2025-10-31/2025-11-30"}, [self.war, self.dialogue, self.said]),
            ({"person": self.person.slug}, [self.event, self.dialogue, self.said]),
            ({"conflict": self.conflict.slug}, [self.war, self.event, self.dialogue, self.said]),
            (
                {"conflict": self.conflict.slug, "person": self.person.slug, "kind": "case-events"},
                [self.event],
            ),
            ({"person": "nobody"}, []),
        ):
            with self.subTest(**given):
                self.assertEqual(self.ids(**given), [str(one.pk) for one in wanted])

    def test_a_wrong_value_is_refused_by_its_own_name(self):
        for name, value in (("overlaps", "soon"), ("kind", "people"), ("person", "!"), ("cursor", "x")):
            answer = self.client.get(TIMELINE, {name: value})
            self.assertEqual((answer.status_code, answer.json()["errors"][0]["parameter"]), (400, name))

    def test_what_has_no_date_is_counted_apart(self):
        make.statement(date="", speakers=[self.person])
        found = self.get(conflict=self.conflict.slug).json()["without_date"]
        self.assertEqual([row["count"] for row in found], [0, 0, 0, 0])
        found = {row["kind"]: row for row in self.get().json()["without_date"]}
        self.assertEqual(found["statements"]["count"], 1)
        answer = self.client.get(found["statements"]["url"].partition("8000")[2])
        self.assertEqual(answer.json()["total"], 1)

    def test_hidden_rows_change_nothing(self):
        before = self.get().content
        hidden = make.conflict(publication="draft")
        make.dialogue(publication="draft", conflict=self.conflict)
        make.case_event(case=self.case, confidentiality="confidential")
        make.citation(self.dialogue, source=make.source(publication="draft"))
        self.assertEqual(self.get().content, before)
        self.other.conflict = hidden
        self.other.save()
        self.assertEqual(self.get().content, before)


class GeneratedTimelineTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        World(5, states=[PUBLIC] * 6 + [("draft", "public")] * 2).build()

    def test_pages_give_each_dated_record_once_in_order(self):
        wanted = {}
        for name, start in (
            ("dialogues", "start_date"),
            ("case-events", "date"),
            ("statements", "date"),
            ("context-events", "start_date"),
        ):
            for row in self.client.get(f"/api/v1/{name}/?page_size=200").json()["results"]:
                if row[start]:
                    wanted[row["id"]] = row[start]["earliest"] or row[start]["latest"]
        expected = sorted(wanted, key=lambda key: (wanted[key], key))
        for size in (1, 4, 200):
            seen, url = [], f"{TIMELINE}?page_size={size}"
            while url:
                found = self.client.get(url).json()
                seen += [row["id"] for row in found["events"]]
                url = found["next"] and found["next"].partition("8000")[2]
            with self.subTest(size=size):
                self.assertEqual(seen, expected)
