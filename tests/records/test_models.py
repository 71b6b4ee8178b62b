"""Citations, sources, places and the words that names are found by."""

from django.db import connection
from django.test import TestCase

from people.models import Organization, Person, PersonCitation, PersonName
from tests import make
from tests.rules import RuleTest
from tracker.records.base.citations import citable_fields
from tracker.records.base.places import Place
from tracker.records.base.sources import Source
from tracker.records.policy.search_words import Token
from tracker.records.values.constraints import CountStated


class CitationTest(RuleTest):
    @classmethod
    def setUpTestData(cls):
        cls.person, cls.source = make.person(cited=False), make.source()

    def row(self, **fields):
        return PersonCitation(record=self.person, source=self.source, **fields)

    def test_a_quotation_has_at_most_twenty_five_words(self):
        self.row(quotation=" word" * 25).full_clean()
        self.row(quotation="one\ntwo\tthree " * 8).full_clean()
        self.assert_invalid(self.row(quotation="word " * 26), "quotation", "25")

    def test_what_is_inferred_says_how(self):
        for reasoning, right in (("It follows.", True), ("", False)):
            row = self.row(basis="inferred", reasoning=reasoning)
            if right:
                self.assert_valid(row)
            else:
                self.assert_invalid(row, "follows")
                self.assert_impossible(row)
        self.assert_valid(self.row(basis="stated"))

    def test_the_field_it_supports_is_one_of_the_record(self):
        for name in ("name", "gender", "birth_date", "nationality", "other_names", "identifiers"):
            self.row(field=name).full_clean()
        wrong = (
            "nonsense",
            "id",
            "slug",
            "notes",
            "publication",
            "citations",
            "name_folded",
            "birth_date_earliest",
        )
        for name in (*wrong, "created_by", "version", "affiliations", "Name"):
            with self.subTest(name=name):
                self.assert_invalid(self.row(field=name), "field")

    def test_every_field_that_can_be_cited_is_one_that_the_api_shows(self):
        for model in make.BUILDERS:
            if model.cited:
                detail = self.client.get(f"{self.url_of(make.one(model))}").json()
                with self.subTest(model=model.__name__):
                    self.assertLessEqual(citable_fields(model), set(detail))

    def url_of(self, row):
        listed = type(row)._meta.verbose_name_plural.replace(" ", "-")
        return f"/api/v1/{listed}/{row.pk}/"

    def test_a_locator_has_its_kind_and_its_value(self):
        self.row(locator_kind="paragraph", locator="3").full_clean()
        self.row().full_clean()
        for wrong in ({"locator_kind": "paragraph"}, {"locator": "3"}):
            self.assert_invalid(self.row(**wrong), "locator")

    def test_a_record_that_is_cited_cannot_be_deleted_with_its_source(self):
        row = self.row()
        row.save()
        self.person.delete()
        self.assertFalse(PersonCitation.objects.filter(pk=row.pk).exists())


class SourceTest(RuleTest):
    def test_an_address_that_is_none_is_refused(self):
        for wrong in ("nonsense", "ftp:/x", "javascript:alert(1)", "http://[", "http://"):
            with self.subTest(wrong=wrong):
                self.assert_invalid(Source(title="A", source_url=wrong), "source_url")

    def test_two_published_sources_cannot_have_the_same_address(self):
        make.source(source_url="https://example.org/a")
        double = Source(title="A", source_url="https://example.org/a", publication="published")
        self.assert_invalid(double, "source_url")
        self.assert_impossible(double)
        for state in ("draft", "withdrawn"):
            self.assert_valid(Source(title="A", source_url="https://example.org/a", publication=state))

    def test_what_is_hidden_is_not_compared_before_it_is_public(self):
        hidden = make.source(source_url="https://example.org/a", confidentiality="restricted")
        make.source(source_url="https://example.org/a", publication="draft").publish(make.superuser())
        hidden.confidentiality = "public"
        self.assert_invalid(hidden, "source_url")

    def test_many_may_have_no_address(self):
        for _ in range(2):
            self.assert_valid(Source(title="A", publication="published"))

    def test_a_draft_with_the_address_of_a_published_one_is_not_published(self):
        make.source(source_url="https://example.org/a")
        draft = make.source(source_url="https://example.org/a", publication="draft")
        with self.assertRaisesMessage(Exception, "source_url"):
            draft.publish(make.superuser())
        draft.refresh_from_db()
        self.assertEqual(draft.publication, "draft")

    def test_a_source_is_no_republication_of_itself(self):
        row = make.source()
        row.republication_of = row
        self.assert_invalid(row, "republication_of")

    def test_what_has_no_title_is_called_by_what_is_known_in_brackets(self):
        titles = [
            ({"title": "A title", "authors": "A. Author"}, "A title"),
            (
                {"title": "", "authors": "A. Author", "publisher": "The Paper", "date": "2025"},
                "[A. Author, The Paper, 2025]",
            ),
            ({"title": "", "publisher": "The Paper"}, "[The Paper]"),
            ({"title": "", "kind": "law"}, "[Law or official decision]"),
        ]
        for fields, title in titles:
            row = make.source(**fields)
            with self.subTest(title=title):
                self.assertEqual(Source.objects.get(pk=row.pk).display_title, title)


class PlaceTest(RuleTest):
    def test_it_has_both_coordinates_or_none(self):
        for half in ({"latitude": "40"}, {"longitude": "40"}):
            row = Place(name="A", **half)
            self.assert_invalid(row, "latitude", "longitude")
            self.assert_impossible(row)
        self.assert_valid(Place(name="A", latitude="40.18", longitude="-44.5"))

    def test_coordinates_are_on_the_globe(self):
        for wrong in ({"latitude": "90.1", "longitude": "0"}, {"latitude": "0", "longitude": "-180.1"}):
            self.assert_invalid(
                Place(name="A", **wrong), *[name for name, value in wrong.items() if value != "0"]
            )

    def test_it_does_not_lie_in_itself(self):
        row = make.place()
        row.parent = row
        self.assert_invalid(row, "parent")


class SaidTest(TestCase):
    """Counts what says something."""

    def test_exactly_so_many_keys_and_texts_say_something(self):
        for number, texts in ((0, ["", ""]), (1, ["a", ""]), (1, ["", "b"]), (2, ["a", "b"])):
            row = Place.objects.create(name=texts[0], country=texts[1])
            for wanted in (0, 1, 2):
                condition = CountStated.exactly(wanted, texts=["name", "country"])
                found = Place.objects.filter(condition, pk=row.pk).exists()
                with self.subTest(texts=texts, wanted=wanted):
                    self.assertEqual(found, wanted == number)
        with_parent = Place.objects.create(name="", parent=row)
        self.assertTrue(
            Place.objects.filter(CountStated.exactly(1, "parent", texts=["name"]), pk=with_parent.pk).exists()
        )


class TokenTest(TestCase):
    """The words of names follow the names, whoever writes them."""

    def words(self, row):
        return sorted(Token.objects.filter(name_id=row.pk).values_list("token", flat=True))

    def test_words_follow_a_name_that_is_saved_changed_and_deleted(self):
        person = Person.objects.create(name="Anna Anna Berg")
        self.assertEqual(self.words(person), ["ana", "bark"])
        person.name = "Carl"
        person.save()
        self.assertEqual(self.words(person), ["carl"])
        other = make.name(person, "Dora")
        self.assertEqual([self.words(other), self.words(person)], [["dora"], ["carl"]])
        other.delete()
        self.assertEqual(self.words(other), [])
        person.delete()
        self.assertFalse(Token.objects.exists())

    def test_words_follow_whatever_way_rows_are_written(self):
        one, two = Person.objects.bulk_create([Person(name="Anna"), Person(name="Berta")])
        self.assertEqual([self.words(one), self.words(two)], [["ana"], ["barta"]])
        one.name, two.name = "Carl", "Dora"
        Person.objects.bulk_update([one, two], ["name"])
        self.assertEqual([self.words(one), self.words(two)], [["carl"], ["dora"]])
        Person.objects.update_or_create(pk=one.pk, defaults={"name": "Emil"})
        self.assertEqual(self.words(one), ["amil"])
        with connection.cursor() as cursor:
            cursor.execute("UPDATE people_person SET name_folded = 'frida' WHERE id = %s", [one.pk])
        self.assertEqual(self.words(one), ["frida"])
        Person.objects.all().delete()
        self.assertFalse(Token.objects.exists())

    def test_a_part_takes_its_words_along_when_its_record_is_deleted(self):
        person = Person.objects.create(name="Anna")
        make.name(person, "Berta")
        person.delete()
        self.assertFalse(Token.objects.exists())

    def test_each_word_says_who_may_search_by_it(self):
        person = make.person(name="Anna")
        name = make.name(person, "Berta", confidentiality="restricted")
        levels = dict(Token.objects.filter(record_id=person.pk).values_list("token", "confidentiality"))
        self.assertEqual(levels, {"ana": "public", "barta": "restricted"})
        PersonName.objects.filter(pk=name.pk).update(confidentiality="public")
        self.assertEqual(Token.objects.get(name_id=name.pk).confidentiality, "public")


class SearchTest(TestCase):
    """q finds by the beginnings of words, in every spelling and script."""

    @classmethod
    def setUpTestData(cls):
        cls.person = make.person(name="Bəhruz Səmədov")
        make.name(cls.person, "Бахруз Самедов", lang="ru", script="Cyrl")
        make.name(cls.person, "The Hidden One", confidentiality="confidential")
        make.name(cls.person, "Veiled", confidentiality="restricted")
        make.person(name="Somebody Else")

    def found(self, text):
        rows = self.client.get("/api/v1/people/", {"q": text}).json()["results"]
        return [row["id"] for row in rows] == [str(self.person.pk)]

    def test_every_spelling_and_script_finds(self):
        for text in (
            "Bəhruz Səmədov",
            "bahruz samadov",
            "Bahruz",
            "Самедов",
            "samed",
            "sAMED bah",
            "Samadov, Bahruz",
        ):
            with self.subTest(text=text):
                self.assertTrue(self.found(text))

    def test_each_word_must_be_the_beginning_of_a_word(self):
        for text in ("amadov", "bahruz else", "samadovx", "bahruz x", "!", "%", "_", "'", "*"):
            with self.subTest(text=text):
                self.assertFalse(self.found(text))

    def test_a_name_that_is_not_public_finds_nothing_for_the_public(self):
        for text in ("hidden", "veiled", "bahruz hidden"):
            self.assertFalse(self.found(text))
        self.client.force_login(make.superuser())
        for text in ("hidden", "veiled", "bahruz hidden"):
            self.assertTrue(self.found(text))

    def test_a_hidden_record_is_not_found_by_a_public_name(self):
        hidden = make.organization(name="The Paper", publication="draft")
        self.assertNotIn(hidden, Organization.objects.visible_to(None).matching("paper", None))
        self.assertEqual(self.client.get("/api/v1/organizations/", {"q": "paper"}).json()["results"], [])

    def test_a_source_without_a_title_is_found_by_what_it_is_called(self):
        source = make.source(title="", publisher="Global Voices")
        self.assertEqual(list(Source.objects.matching("global voices", None)), [source])

    def test_more_words_than_eight_are_not_asked_for(self):
        self.assertTrue(self.found("bahruz samadov " * 10))
