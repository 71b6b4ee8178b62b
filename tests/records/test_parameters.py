"""Every parameter of every list: a right value answers, a wrong one is named with what would be right."""

from uuid import uuid4

import pytest
from django import forms
from django.test import TestCase

from tests import catalog, make
from tests.sampling import some
from tracker.api import ENDPOINTS
from tracker.records.read.filters import values
from tracker.records.shapes.urls import resource

NAME = "Somebody Whose Name Nobody May Repeat"
NO_TEXT = ("%00", "a%00b", "%ff", "%ED%A0%80", "a%0Ab", "%7f", "x" * 2_001)
WRONG = {
    values.KeyField: ("x" * 91, "x" * 300, "Two_Words", "a--b", "-", NAME, "1.5"),
    values.IdentifierField: (f"x:{'x' * 240}", "wikidata", ":Q1", "wikidata:", ":", NAME),
    values.DatesField: (
        "11.12.2025",
        "2025-13",
        "2024-02-30",
        "12/11/2025",
        NAME,
        "2025-10/2024",
        "x" * 61,
        "..",
        "1",
    ),
    values.MomentField: (
        "2025-10-31",
        "2025-10-31T10:00:00",
        "2025-02-30T00:00:00Z",
        "0001-01-01T00:00:00%2B14:00",
        "9999-12-31T23:59:59-12:00",
        "now",
        NAME,
        "1730000000",
    ),
    values.ChoiceField: ("nonsense", "UNKNOWN", "x" * 300, NAME, "1"),
    values.TruthField: ("True", "1", "yes", "none", NAME),
    forms.IntegerField: ("-1", "1.5", "ten", "1e3", "2000000001", "9" * 400, NAME, "0x10"),
    forms.UUIDField: ("1", "x" * 32, str(uuid4())[:-1], NAME),
    values.CodeFilterField: ("ZZZZ", "x" * 300, NAME, "1.5"),
    forms.CharField: ("x" * 201,),
}
RIGHT = {
    values.KeyField: (str(uuid4()), "a-slug", "x" * 90, uuid4().hex),
    values.IdentifierField: ("wikidata:Q9036", "isni:0000:1", f"x:{'x' * 200}", "x:a'b", "x:%F0%9F%95%8A"),
    values.DatesField: (
        "2025-10-31",
        "2025",
        "2024-24",
        "199X",
        "2025-10/..",
        "../2025",
        "summer 2024",
        "2025?",
    ),
    values.MomentField: (
        "2025-10-31T00:00:00Z",
        "2025-10-31T00:00:00.5%2B04:00",
        "0001-01-01T00:00:00Z",
        "7362-11-12T18:01:22-21:43",
    ),
    values.TruthField: ("true", "false"),
    forms.IntegerField: ("0", "1", "32768", "2000000000"),
    forms.UUIDField: (str(uuid4()),),
    forms.CharField: ("word", "x" * 200, "a'b", "100%25", "ə", "_", "%5C", "%F0%9F%95%8A", "%E2%80%A8"),
}
LOOKUPS = ("gte", "lte", "icontains")
SAYS = {
    values.KeyField: "an id",
    values.IdentifierField: "scheme:identifier",
    values.DatesField: "2025-12-10",
    values.MomentField: "2025-12-10T00:00:00Z",
    values.ChoiceField: "Give one of",
    values.TruthField: "true or false",
    forms.IntegerField: "",
    forms.UUIDField: "id",
    values.CodeFilterField: "by its English name",
    forms.CharField: "at most",
}


def kind(field):
    """The entry of the tables above for a form field."""
    return next(one for one in WRONG if isinstance(field, one))


def wrong(field):
    """Values that are not right, as they stand in a query."""
    if isinstance(field, values.Values):
        first = next(iter(right(field.one)))
        return [*WRONG[kind(field.one)], ",", f"{first},", f",{first}", ",".join([first] * 51)]
    return WRONG[kind(field)]


def right(field):
    if isinstance(field, values.Values):
        several = list(right(field.one))
        return [several[0], ",".join(several[:50])]
    if isinstance(field, values.ChoiceField):
        return [slug for slug, _ in field.choices if slug]
    if isinstance(field, values.KeyField) and not field.slugged:
        return RIGHT[forms.UUIDField]
    if isinstance(field, values.CodeFilterField):
        return [field.registry.example, field.registry.example.lower(), *field.registry.listed()[3]]
    return RIGHT[kind(field)]


class ParameterTest(TestCase):
    """Generated from the filters of each list."""

    @classmethod
    def setUpTestData(cls):
        for view in ENDPOINTS[:-1]:
            make.one(view.model())

    def each(self):
        """Address, name and form field of every filter."""
        for view in ENDPOINTS:
            for name, one in view.filterset_class.base_filters.items():
                yield f"/api/v1/{resource(view.model())}/", name, one.form_field

    def distinct(self):
        """As `each`, but each kind of field once."""
        seen = {}
        for url, name, field in self.each():
            inner = getattr(field, "one", field)
            key = (
                type(field),
                type(inner),
                getattr(inner, "slugged", None),
                name.rpartition("__")[2] in LOOKUPS,
            )
            seen.setdefault(key, (url, name, field))
        return seen.values()

    def assert_refused(self, url, name, value):
        """The sentence of the 400 that names the parameter and does not repeat the value."""
        answer = self.client.get(f"{url}?{name}={value}")
        self.assertEqual(answer.status_code, 400, answer.content[:300])
        self.assertEqual(answer["Content-Type"], "application/problem+json")
        (error,) = answer.json()["errors"]
        self.assertEqual(error["parameter"], name)
        self.assertNotIn(NAME.encode(), answer.content)
        self.assertNotIn(b"xxxxx", answer.content)
        return error["detail"]

    def test_every_filter_has_a_kind_that_this_test_knows(self):
        for url, name, field in self.each():
            with self.subTest(url=url, name=name):
                self.assertTrue(kind(getattr(field, "one", field)))

    def test_a_wrong_value_of_every_filter_is_named_with_what_would_be_right(self):
        for url, name, field in self.each():
            said = SAYS[kind(getattr(field, "one", field))]
            with self.subTest(url=url, name=name):
                self.assertIn(said, self.assert_refused(url, name, wrong(field)[0]))

    def test_no_wrong_value_of_any_kind_passes(self):
        for url, name, field in self.distinct():
            for value in wrong(field):
                with self.subTest(url=url, name=name, value=value[:80]):
                    self.assertTrue(self.assert_refused(url, name, value).strip())

    def test_a_value_that_is_no_text_is_refused_in_every_parameter(self):
        for view in ENDPOINTS:
            url = f"/api/v1/{resource(view.model())}/"
            for name in (*catalog.SHARED, *view.filterset_class.base_filters):
                value = NO_TEXT[len(name) % len(NO_TEXT)]
                with self.subTest(url=url, name=name, value=value[:80]):
                    self.assertIn("characters", self.assert_refused(url, name, value))

    def test_every_value_that_is_no_text_is_refused(self):
        for name in ("q", "gender", "birth_date_overlaps", "page", "as_of", "organization", "id__in"):
            for value in NO_TEXT:
                with self.subTest(name=name, value=value[:80]):
                    self.assertIn("characters", self.assert_refused("/api/v1/people/", name, value))

    @pytest.mark.broad
    def test_a_right_value_of_every_filter_answers(self):
        for url, name, field in some(self.each()):
            with self.subTest(url=url, name=name):
                answer = self.client.get(f"{url}?{name}={right(field)[-1]}&page_size=1&fields=id")
                self.assertEqual(answer.status_code, 200, answer.content[:300])

    def test_every_right_value_of_each_kind_answers(self):
        for url, name, field in self.distinct():
            for value in right(field):
                with self.subTest(url=url, name=name, value=value[:80]):
                    answer = self.client.get(f"{url}?{name}={value}&page_size=1&fields=id")
                    self.assertEqual(answer.status_code, 200, answer.content[:300])

    @pytest.mark.broad
    def test_a_key_that_leads_to_nothing_visible_is_an_empty_list(self):
        hidden = make.person(publication="draft", slug="a-draft")
        for url, name, field in some(self.each()):
            if isinstance(field, values.KeyField):
                for value in (
                    "nothing-here" if field.slugged else str(uuid4()),
                    str(uuid4()),
                    str(hidden.pk),
                ):
                    with self.subTest(url=url, name=name, value=value):
                        answer = self.client.get(url, {name: value})
                        self.assertEqual((answer.status_code, answer.json()["results"]), (200, []))
                        self.assertEqual(answer.json()["total"], 0)

    def test_a_hidden_record_is_found_by_no_key(self):
        hidden = make.person(publication="draft", slug="a-draft")
        make.affiliation(person=hidden)
        for key in (hidden.pk, "a-draft"):
            answer = self.client.get("/api/v1/organizations/", {"person": key})
            self.assertEqual(answer.json()["results"], [])
