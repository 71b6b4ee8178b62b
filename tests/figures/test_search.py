"""Everything with a name or title in one list."""

from unittest import mock

from django.test import TestCase

from tests import make
from tracker.figures.overviews import search

SEARCH = "/api/v1/search/"


class SearchTest(TestCase):
    def get(self, q):
        answer = self.client.get(SEARCH, {"q": q})
        self.assertEqual(answer.status_code, 200, answer.content)
        return answer

    def found(self, q):
        return [(row["kind"], row["id"]) for row in self.get(q).json()["results"]]

    def test_all_kinds_with_a_name_or_title(self):
        made = [
            make.one(model, **{model.label_field: "Zangezur"})
            for model in search.NAMED
            if model is not search.Source
        ]
        made.append(make.source(title="Zangezur"))
        found = {key for _, key in self.found("zangezur")}
        self.assertEqual(found, {str(one.pk) for one in made})
        kinds = {kind for kind, _ in self.found("zangezur")}
        self.assertEqual(len(kinds), len(search.NAMED))

    def test_each_number_leads_to_its_records(self):
        make.person(name="Samadov")
        rows = {row["kind"]: row for row in self.get("samad").json()["kinds"]}
        self.assertEqual((rows["people"]["count"], rows["dialogues"]["count"]), (1, 0))
        self.assertEqual(self.client.get(rows["people"]["url"].partition("8000")[2]).json()["total"], 1)

    def test_exact_names_come_first_in_any_script(self):
        longer, exact = make.person(name="Aliyev"), make.place(name="Əli")
        found = self.get("Али").json()["results"]
        self.assertEqual([row["id"] for row in found], [str(exact.pk), str(longer.pk)])
        self.assertEqual([row["matched"]["how"] for row in found], ["exact", "begins"])

    def test_it_says_by_which_name(self):
        person = make.person(name="Ada Lovelace")
        make.name(person, "Augusta Byron")
        (row,) = self.get("byron").json()["results"]
        self.assertEqual((row["name"], row["matched"]["name"]), ("Ada Lovelace", "Augusta Byron"))
        event = make.context_event(title="The war of 2020", other_titles=["Iron Fist"])
        (row,) = self.get("iron fist").json()["results"]
        self.assertEqual((row["id"], row["matched"]), (str(event.pk), {"name": "Iron Fist", "how": "exact"}))

    def test_at_most_fifty_and_exact_ones_among_them(self):
        for name in ("Aa Bc", "Aa Bd", "Zz Bb"):
            make.person(name=name)
        other = make.person(name="Zz Zz")
        make.name(other, "Bb")
        with mock.patch.object(search, "MOST_FOUND", 1):
            self.assertEqual(self.found("bb"), [("people", str(other.pk))])

    def test_hidden_records_and_names_are_not_found(self):
        person = make.person(name="Ada")
        before = self.get("zz").content
        make.name(person, "Zz", confidentiality="confidential")
        make.dialogue(title="Zz", publication="draft")
        make.case(title="Zz", person=make.person(name="Bo", publication="draft"))
        self.assertEqual(self.get("zz").content, before)

    def test_without_words_nothing_is_found(self):
        make.person()
        found = self.client.get(SEARCH).json()
        self.assertEqual((found["results"], {row["url"] for row in found["kinds"]}), ([], {None}))
        self.assertEqual(self.client.get(SEARCH, {"q": "a " * 400}).status_code, 400)
