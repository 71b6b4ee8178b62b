"""Languages, scripts and countries: chosen by name, kept as codes, in the API, the admin and loaddata."""

from django.core import serializers
from django.core.exceptions import ValidationError
from django.test import SimpleTestCase

from people.models import Organization, PersecutionCase, Person, PersonName
from tests import make
from tests.rules import RuleTest
from tests.site.test_admin import EditingTest
from tests.test_admin import address
from tests.writing import API, WritingTest
from tracker.records.base.places import Place
from tracker.records.base.sources import Source
from tracker.records.policy.visibility import kinds
from tracker.records.values.codes.code_fields import CodeField, CodesField
from tracker.records.values.codes.registries import COUNTRIES, LANGUAGES, REGISTRIES, SCRIPTS

UNDERSTOOD = {
    COUNTRIES: {
        "GB": [
            "GB",
            "gb",
            "GBR",
            "826",
            "UK",
            "United Kingdom",
            " united  kingdom ",
            "Great Britain",
            "Britain",
            "U.K.",
        ],
        "AM": ["Armenia", "ARM", "am"],
        "TR": ["Turkey", "Türkiye", "turkiye"],
        "RU": ["Russia", "Russian Federation"],
        "CI": ["Côte d’Ivoire", "Cote d'Ivoire", "Ivory Coast"],
        "BA": ["Bosnia and Herzegovina", "Bosnia & Herzegovina"],
        "GM": ["The Gambia", "Gambia"],
        "LC": ["Saint Lucia", "St. Lucia"],
        "US": ["USA", "U.S.", "United States"],
        "KR": ["South Korea", "Republic of Korea"],
        "GN": ["Guinea"],
        "XK": ["Kosovo", "XK"],
        "SU": ["SU", "USSR", "Soviet Union", "SUN"],
        "YU": ["YU", "Yugoslavia", "YUG"],
        "DD": ["DD", "East Germany", "German Democratic Republic", "GDR"],
        "CSHH": ["Czechoslovakia", "CSHH", "CSK"],
        "CSXX": ["Serbia and Montenegro", "csxx", "SCG"],
        "MM": ["Burma", "Myanmar"],
        "CD": ["DRC", "DR Congo", "Democratic Republic of the Congo", "COD"],
        "KP": ["North Korea", "DPRK"],
        "VA": ["Holy See", "Vatican City"],
        "MO": ["Macau", "Macao"],
        "ST": ["ST"],  # though it begins the names of saints
    },
    LANGUAGES: {
        "en": ["English", "english", "EN", "eng"],
        "en-GB": ["en_GB", "en-UK", "EN-gb", "British English"],
        "az": ["Azerbaijani", "Azeri", "aze"],
        "az-Latn": ["az-latn", "AZ_LATN"],
        "hy": ["Armenian", "arm", "hye"],
        "fa": ["Farsi", "Persian", "per"],
        "he": ["iw", "Hebrew"],
        "uk": ["UK", "Ukrainian"],
        "sh": ["sh", "hbs", "Serbo-Croatian"],  # not one of the languages that it is called since
        "cnr": ["cnr", "Montenegrin"],
        "prs": ["prs", "Dari"],
        "ru-SU": ["ru-SU"],
        "es-419": ["es-419"],
        "zh-Hans-CN": ["zh-hans-cn"],
        "mul": ["mul"],
        "zxx": ["zxx"],
    },
    SCRIPTS: {"Latn": ["Latin", "latn", "LATN"], "Cyrl": ["Cyrillic"], "Armn": ["Armenian"]},
}
REFUSED = {
    COUNTRIES: {
        **dict.fromkeys(
            ("ZZ", "XX", "AA", "QM", "XA", "EU", "UN", "BU", "001", "Europe", "NTZ", "A", "nonsense"), ""
        ),
        **dict.fromkeys(("Somaliland", "Abkhazia", "Republic of China", "England"), ""),
        "CS": "Czechoslovakia (CSHH) or Serbia and Montenegro (CSXX)",
        "Congo": "Congo - Brazzaville (CG) or Congo - Kinshasa (CD)",
        "Korea": "North Korea (KP) or South Korea (KR)",
        "Azerbaijann": "Azerbaijan (AZ)",
        "Vatican": "Vatican City (VA)",
    },
    LANGUAGES: {
        **dict.fromkeys(
            ("xx", "ZZ", "qq", "und", "mis", "qaa", "x-own", "en-x-own", "en-QQ", "en-ZZ", "sr-CS"), ""
        ),
        **dict.fromkeys(
            ("az-Qaaa", "az-Xxxx", "e", "-", "en-", "en--GB", "a-b-c", "nonsense", "русский"), ""
        ),
        "Englsh": "English (en)",
    },
    SCRIPTS: dict.fromkeys(("Zzzz", "Qaaa", "Xxxx", "Lat", "nonsense"), ""),
}


class ReadTest(SimpleTestCase):
    def test_names_and_codes_are_understood(self):
        for registry, codes in UNDERSTOOD.items():
            for code, texts in codes.items():
                for text in (code, *texts):
                    self.assertEqual(registry.read(text), code, text)

    def test_what_is_none_or_has_two_readings_is_refused_with_what_would_be_right(self):
        for registry, texts in REFUSED.items():
            for text, meant in texts.items():
                with self.subTest(text=text), self.assertRaises(ValidationError) as refused:
                    registry.read(text)
                (sentence,) = refused.exception.messages
                self.assertTrue(sentence.startswith(registry.right))
                self.assertEqual(
                    sentence.removeprefix(registry.right), f" Did you mean {meant}?" if meant else ""
                )

    def test_a_long_text_is_refused_at_once(self):
        for registry in REGISTRIES.values():
            with self.assertRaises(ValidationError):
                registry.read("a" * 1_000_000)

    def test_whatever_is_offered_is_understood_by_its_name_and_its_code(self):
        for registry in REGISTRIES.values():
            listed = registry.listed()
            self.assertGreater(len(listed), 150)
            for code, name in listed:
                self.assertEqual((registry.read(name), registry.read(code)), (code, code))
                self.assertNotIn("nknown", name)
            self.assertEqual(len({name for _, name in listed}), len(listed))


class ModelTest(RuleTest):
    def test_every_field_of_the_kind_is_one(self):
        named = {"country", "jurisdiction", "nationality", "language", "lang", "script"}
        for model in [*kinds(), PersonName]:
            for field in model._meta.concrete_fields:
                if field.name in named:
                    self.assertIsInstance(field, CodeField | CodesField, field)

    def test_validation_keeps_the_code(self):
        place = Place(name="A", country="United Kingdom")
        self.assert_valid(place)
        self.assertEqual(place.country, "GB")
        person = Person(name="A", nationality=["UK", "Armenia", "GB"])
        self.assert_valid(person)
        self.assertEqual(person.nationality, ["GB", "AM"])
        source = Source(title="A", language="English")
        self.assert_valid(source)
        self.assertEqual(source.language, "en")
        case = PersecutionCase(title="A", person=person, jurisdiction="ZZ")
        self.assert_invalid(case, "jurisdiction", "ISO 3166-1")
        self.assert_invalid(Person(name="A", nationality=["AM", "ZZ"]), "nationality", "ISO 3166-1")
        self.assert_invalid(PersonName(record=person, text="A", script="Xxxx"), "script", "ISO 15924")
        self.assert_invalid(Organization(name="A", country="xx"), "country")

    def test_loaddata_keeps_the_code(self):
        row = {"model": "records.place", "fields": {"name": "A", "country": "UK"}}
        (loaded,) = serializers.deserialize("python", [row])
        self.assertEqual(loaded.object.country, "GB")

    def test_what_a_registry_knew_once_can_still_be_withdrawn(self):
        place = make.place()
        Place.objects.filter(pk=place.pk).update(country="ZZ")
        place.refresh_from_db()
        place.withdraw(make.superuser(), "A test.")


class ApiTest(WritingTest):
    def test_a_name_is_written_and_a_code_is_read(self):
        document = {
            "name": "A",
            "nationality": ["UK", "Soviet Union"],
            "other_names": [{"text": "B", "lang": "Armenian", "script": "armenian"}],
        }
        person = self.done(201, self.contributor, "POST", f"{API}people/", document)
        self.assertEqual(person["nationality"], ["GB", "SU"])
        (name,) = person["other_names"]
        self.assertEqual((name["lang"], name["script"]), ("hy", "Armn"))
        place = self.done(201, self.contributor, "POST", f"{API}places/", {"name": "A", "country": "UK"})
        self.assertEqual(place["country"], "GB")

    def test_each_wrong_place_is_pointed_at(self):
        document = {
            "name": "A",
            "nationality": ["AM", "ZZ"],
            "other_names": [{"text": "B", "lang": "xx", "script": "Zzzz"}],
        }
        answer = self.send(self.contributor, "POST", f"{API}people/", document)
        self.assert_errors(answer, "/nationality/1", "/other_names/0/lang", "/other_names/0/script")
        for resource, name in (
            ("sources", "language"),
            ("statements", "language"),
            ("organizations", "country"),
        ):
            document = {"title" if name == "language" else "name": "A", name: "ZZ"}
            self.assert_errors(self.send(self.contributor, "POST", f"{API}{resource}/", document), f"/{name}")

    def test_filters_understand_the_same(self):
        place, person = make.place(country="GB"), make.person(nationality=["SU", "AM"])
        for asked in ("country=UK", "country=gb", "country__in=AM,United Kingdom"):
            self.assertEqual(self.ids(f"places/?{asked}"), [str(place.pk)], asked)
        for asked in ("nationality=USSR", "nationality__in=GB,Armenia"):
            self.assertEqual(self.ids(f"people/?{asked}"), [str(person.pk)], asked)
        answer = self.client.get(f"{API}places/", {"country": "ZZ"})
        self.assertEqual(answer.status_code, 400)
        self.assertIn("ISO 3166-1", answer.json()["errors"][0]["detail"])

    def ids(self, query):
        return [row["id"] for row in self.done(200, None, "GET", f"{API}{query}")["results"]]


class AdminTest(EditingTest):
    def test_a_name_is_chosen_and_a_code_is_kept(self):
        place = make.place(country="AM")
        page = self.client.get(address(Place, "change", place.pk))
        self.assertContains(page, 'value="Armenia"')
        self.assertContains(page, 'list="codes-territory"')
        self.change(place)
        self.assertEqual(place.country, "AM")
        self.change(place, country="United Kingdom")
        self.assertEqual(place.country, "GB")
        answer = self.change(place, country="ZZ")
        self.assertContains(answer, COUNTRIES.right)
        self.assertContains(answer, 'value="ZZ"')
        self.assertEqual(Place.objects.get(pk=place.pk).country, "GB")

    def test_a_list_has_boxes_and_one_more(self):
        person = make.person(nationality=["AM", "SU", "AZ"])
        field = self.client.get(address(Person, "change", person.pk)).context["adminform"].form["nationality"]
        self.assertEqual(str(field).count("<input"), 4)
        self.assertIn('aria-label="Nationality 4"', str(field))
        self.change(person)
        self.assertEqual(person.nationality, ["AM", "SU", "AZ"])
        self.change(person, nationality=["", "Azerbaijan", "UK", ""])
        self.assertEqual(person.nationality, ["AZ", "GB"])
        self.assertContains(self.change(person, nationality=["UK", "ZZ"]), COUNTRIES.right)
        self.change(person, nationality=[""])
        self.assertEqual(person.nationality, [])

    def test_what_was_left_as_it_is_was_not_changed(self):
        person = make.person(nationality=["AM"])
        form = self.client.get(address(Person, "change", person.pk)).context["adminform"].form
        field, stored = form.fields["nationality"], form.initial["nationality"]
        for sent, changed in ((["Armenia"], False), (["Georgia"], True), (["ZZ"], True), ([], True)):
            self.assertEqual(field.has_changed(stored, sent), changed, sent)

    def test_the_lists_of_names(self):
        for category, registry in REGISTRIES.items():
            answer = self.client.get(f"/admin/codes/{category}/").json()["results"]
            self.assertEqual([(row["code"], row["name"]) for row in answer], registry.listed())
        self.assertEqual(self.client.get("/admin/codes/nonsense/").status_code, 404)

    def test_a_list_is_searched_by_a_country(self):
        place = make.place(name="Somewhere", country="GB")
        for words in ("Somewhere UK", "gb"):
            page = self.client.get(address(Place, "changelist"), {"q": words})
            self.assertEqual([*page.context["cl"].queryset], [place], words)
