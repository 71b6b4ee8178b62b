"""How much of what is published is sourced."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from django.test import TestCase

from tests import make
from tests.generate import World
from tracker.figures.overviews.coverage import NUMBERS

COVERAGE = "/api/v1/coverage/"


class CoverageTest(TestCase):
    def kinds(self, **given):
        answer = self.client.get(COVERAGE, given)
        self.assertEqual(answer.status_code, 200, answer.content)
        return {row["kind"]: row for row in answer.json()["kinds"]}

    def dialogue(self, *sources, **fields):
        row = make.dialogue(cited=False)
        for source in sources:
            make.citation(row, source=source, **fields)
        return row

    def number(self, name):
        return self.kinds()["dialogues"][name]

    def test_stated_or_inferred(self):
        self.dialogue(make.source())
        both = self.dialogue(make.source(), basis="inferred", reasoning="It follows.")
        self.assertEqual((self.number("stated"), self.number("inferred")), (1, 1))
        make.citation(both)
        self.assertEqual((self.number("stated"), self.number("inferred")), (2, 0))

    def test_what_contradicts_or_only_mentions_does_not_support(self):
        uncited = self.dialogue(make.source(), stance="mentions")
        contradicted = self.dialogue(make.source())
        make.citation(contradicted, stance="contradicts")
        row = self.kinds()["dialogues"]
        self.assertEqual((row["cited"], row["uncited"], row["contradicted"]), (1, 1, 1))
        for name, one in (("uncited_url", uncited), ("contradicted_url", contradicted)):
            found = self.client.get(row[name].partition("8000")[2]).json()["results"]
            self.assertEqual([each["id"] for each in found], [str(one.pk)])

    def test_independent_sources_have_another_publisher_and_another_text(self):
        text = make.source(publisher="First")
        copy = make.source(publisher="Second", republication_of=text)
        hidden = make.source(publication="draft")
        for sources, several in (
            ((text, make.source(publisher="FIRST")), 0),
            ((text, copy), 0),
            ((text, make.source(publisher="Third", republication_of=copy)), 0),
            ((text, make.source(republication_of=hidden)), 1),
            ((make.source(), make.source()), 1),
            ((copy, make.source(publisher="Second")), 1),
        ):
            row = self.dialogue(*sources)
            with self.subTest([str(one) for one in sources]):
                self.assertEqual(self.number("several_sources"), several)
                self.assertEqual(self.number("one_source"), 1 - several)
            row.citations.all().delete()
            row.delete()

    def test_no_percentage_of_fewer_than_ten(self):
        for number in range(10):
            self.assertIsNone(self.number("cited_percent"))
            self.dialogue(*[make.source()] * (number > 0))
        self.assertEqual(self.number("cited_percent"), 90)

    def test_of_a_conflict(self):
        conflict = make.conflict()
        make.dialogue(conflict=conflict)
        make.dialogue()
        row = self.kinds(conflict=conflict.slug)["dialogues"]
        self.assertEqual(row["records"], 1)
        self.assertEqual(self.client.get(row["url"].partition("8000")[2]).json()["total"], 1)
        self.assertEqual(self.client.get(COVERAGE, {"conflict": "!"}).status_code, 400)

    def test_fields(self):
        place = make.place()
        conflict = make.conflict(publication="draft")
        both = self.dialogue(make.source(), field="title", stance="supports")
        both.conflict, both.track = conflict, "2"
        both.save()
        make.citation(both, field="track")
        make.citation(both, field="title", stance="contradicts", value="Another title")
        self.dialogue(make.source())
        event = make.context_event(cited=False, place=place, title="Something")
        fields = {(row["kind"], row["field"]): row for row in self.client.get(COVERAGE).json()["fields"]}
        for key, numbers in (
            (("dialogues", "title"), (2, 1, 1, 0, 1)),
            (("dialogues", "track"), (1, 1, 0, 0, 0)),
            (("dialogues", "conflict"), (0, 0, 0, 0, 0)),  # the reader does not see it
            (("context-events", "place"), (1, 0, 0, 1, 0)),
        ):
            with self.subTest(key):
                row = fields[key]
                names = ("filled", "cited", "with_record", "uncited", "contradicted")
                self.assertEqual(tuple(row[name] for name in names), numbers)
        address = fields["dialogues", "title"]["url"].partition("8000")[2]
        self.assertEqual(self.client.get(address).json()["total"], 2)
        self.assertEqual(event.citations.count(), 0)

    def test_sources_with_what_they_support(self):
        first, second = make.source(title="First"), make.source(title="", publisher="Gazette")
        row = self.dialogue(first, second)
        make.citation(row, source=first, stance="contradicts")
        self.dialogue(first, basis="inferred", reasoning="It follows.")
        rows = self.client.get(COVERAGE).json()["by_source"]
        wanted = [("First", 2, 2, 1, 1), ("[Gazette]", 1, 1, 1, 0)]
        names = ("records", "supported", "stated", "contradicted")
        found = [(one["source"]["title"], *(one[name] for name in names)) for one in rows]
        self.assertEqual(found, wanted)
        for one in rows:
            listed = self.client.get(one["url"].partition("8000")[2]).json()["total"]
            self.assertEqual(listed, one["records"])

    def test_who_was_held_when_last_reported_long_ago(self):
        today = datetime.now(UTC).date()
        days = [today - timedelta(days=days) for days in (181, 180)]
        people = [make.case_event(kind="arrest", date=str(day)).case.person for day in days]
        make.case_event(kind="health", confidentiality="public")
        found = self.client.get(COVERAGE).json()["custody"]
        self.assertEqual((found["held_when_last_reported"]["count"], found["oldest"]), (2, str(days[0])))
        for name, wanted in (("held_when_last_reported", people), ("more_than_180_days_ago", people[:1])):
            rows = self.client.get(found[name]["url"].partition("8000")[2]).json()["results"]
            self.assertEqual({row["id"] for row in rows}, {str(one.pk) for one in wanted})

    def test_hidden_rows_change_nothing(self):
        row = make.dialogue()
        before = self.client.get(COVERAGE).content
        make.dialogue(publication="draft")
        make.citation(row, source=make.source(publication="draft"), stance="contradicts")
        event = make.case_event(publication="draft")
        event.case.publication = event.case.person.publication = "draft"
        event.case.save()
        event.case.person.save()
        self.assertEqual(self.client.get(COVERAGE).content, before)


class GeneratedCoverageTest(TestCase):
    def test_the_numbers_are_those_of_the_records_and_add_up(self):
        World(11).build()
        answer = self.client.get(COVERAGE).json()
        rows = answer["kinds"]
        for row in rows:
            self.assertEqual(row["cited"] + row["uncited"], row["records"])
            self.assertEqual(row["stated"] + row["inferred"], row["cited"])
            self.assertEqual(row["one_source"] + row["several_sources"], row["cited"])
        total, *kinds = rows
        for name in ("records", *NUMBERS):
            self.assertEqual(total[name], sum(row[name] for row in kinds))
        for row in kinds:
            with self.subTest(row["kind"]):
                self.check(row, answer["fields"])

    def check_fields(self, kind, records, fields):
        """The same numbers of fields, from the records as the API shows them."""
        for row in (one for one in fields if one["kind"] == kind):
            name, numbers = row["field"], Counter()
            for record in records:
                cited = [one for one in record["citations"] if one["stance"] == "supports"]
                numbers["contradicted"] += any(
                    one["stance"] == "contradicts" and one["field"] == name for one in record["citations"]
                )
                if not says(name, record[name]):
                    continue
                own = any(one["field"] == name for one in cited)
                whole = any(not one["field"] for one in cited)
                numbers[["uncited", "with_record", "cited"][2 if own else whole]] += 1
                numbers["filled"] += 1
            for number in ("filled", "cited", "with_record", "uncited", "contradicted"):
                self.assertEqual((name, number, row[number]), (name, number, numbers[number]))

    def check(self, row, fields):
        """The same numbers, from the records as the API shows them."""
        names = [one["field"] for one in fields if one["kind"] == row["kind"]]
        asked = f"page_size=200&expand=citations&fields={','.join(['id', 'citations', *names])}"
        address = f"/api/v1/{row['kind']}/?{asked}"
        records = self.client.get(address).json()["results"]
        supports = [[one for one in record["citations"] if one["stance"] == "supports"] for record in records]
        self.assertEqual(row["records"], len(records))
        self.assertEqual(row["cited"], len([one for one in supports if one]))
        states = [any(one["basis"] == "stated" for one in cited) for cited in supports]
        self.assertEqual(row["stated"], sum(states))
        against = [any(one["stance"] == "contradicts" for one in record["citations"]) for record in records]
        self.assertEqual(row["contradicted"], sum(against))
        several = [len({self.origin(one["source"]["id"]) for one in cited}) > 1 for cited in supports]
        self.assertEqual(row["several_sources"], sum(several))
        self.check_fields(row["kind"], records, fields)

    def origin(self, key):
        source = self.client.get(f"/api/v1/sources/{key}/").json()
        for _ in range(2):
            if source["republication_of"]:
                source = self.client.get(f"/api/v1/sources/{source['republication_of']['id']}/").json()
        return source["publisher"].lower() or source["id"]


def says(name, value):
    """Whether a field of the API says something. A zero does, and a "no" where "unknown" is possible."""
    return value is True if name == "no_side" else value not in (None, "", [], "unknown", "not_stated")
