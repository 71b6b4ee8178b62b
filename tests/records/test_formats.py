"""What is true of every format, and follows from the registry."""

from django.conf import settings
from django.db import OperationalError
from django.test import SimpleTestCase, TestCase, override_settings

from tests import make
from tests.catalog import FILES
from tests.packages import values_in
from tests.test_schema import OFFERED
from tracker.records.api.sources_places import PlaceViewSet
from tracker.records.audit.access_log import Reading
from tracker.records.protocol.rate_limits import Tally
from tracker.records.read.formats.csv_tables import Table
from tracker.records.read.formats.format import Format
from tracker.records.read.formats.registry import FORMATS, JSON, NESTED, OF_ONE, OPTIONS

LIST, WITHOUT_DAYS = "/api/v1/dialogues/", "/api/v1/places/"  # the first has every format
ALL = (*FORMATS, *OF_ONE[1:])


class RegistryTest(SimpleTestCase):
    def test_each_format_says_what_it_is(self):
        for one in ALL:
            self.assertRegex(one.slug, r"\A[a-z]+\Z")
            self.assertRegex(one.media_type, r"\A[a-z]+/[a-z.+-]+\Z")
            self.assertRegex(one.extension, r"\A[a-z]+\Z")
        for name in ("slug", "media_type"):
            self.assertEqual(len({getattr(one, name) for one in ALL}), len(ALL), name)
        self.assertIs(FORMATS[0], JSON, "who asks for nothing gets the first")

    def test_each_format_is_listed(self):
        found = {one.slug for one in values_in("tracker.records.read.formats") if isinstance(one, Format)}
        self.assertEqual(found, {one.slug for one in ALL}, "List it in FORMATS or OF_ONE.")

    def test_no_option_is_named_like_another_parameter(self):
        self.assertNotIn(NESTED, {name for one in FORMATS for name in one.options})
        self.assertEqual(len(OPTIONS), len({*OPTIONS}))

    def test_a_file_that_breaks_off_does_not_look_complete(self):
        def records():
            yield {"id": "1"}
            raise OperationalError("Secret")

        for one in FILES:
            with self.assertLogs("tracker", "ERROR"):
                told = b"".join(one.write(Table([("id",)]) if one.flat else None, records()))
            self.assertIn(b"Incomplete.", told.splitlines()[-1], one.slug)
            self.assertNotIn(b"Secret", told)


class EveryFormatTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.officer, cls.dialogue = make.member("case_officer"), make.dialogue()

    def get(self, address=LIST, query=None, **how):
        """The answer and its content: a file that is not read to its end would hold the connection."""
        answer = self.client.get(address, query, **how)
        return answer, answer.getvalue()

    def answers(self):
        for one in FORMATS:
            yield one, *self.get(query={"format": one.slug})

    def test_it_can_be_asked_for_by_its_name_and_by_its_type(self):
        for one, answer, content in self.answers():
            self.assertEqual(answer["Content-Type"].partition(";")[0], one.media_type)
            self.assertEqual(self.get(headers={"Accept": one.media_type})[1], content)

    def test_a_file_is_named_after_the_list(self):
        for one, answer, _ in self.answers():
            named = f'attachment; filename="dialogues.{one.extension}"' if one.write else None
            self.assertEqual(answer.get("Content-Disposition"), named)

    def test_no_other_is_taken_and_the_refusal_names_those_that_are(self):
        refused = self.client.get(LIST, headers={"Accept": "application/xml"})
        types = " or ".join(one.media_type for one in FORMATS)
        self.assertEqual(refused.json()["detail"], f"This format is not available here. Ask for {types}.")
        one = self.client.get(f"{LIST}{self.dialogue.pk}/", headers={"Accept": "application/xml"})
        types = " or ".join(one.media_type for one in OF_ONE)
        self.assertEqual(one.json()["detail"], f"This format is not available here. Ask for {types}.")
        wrong = self.client.get(LIST, {"format": "xml"}).json()["errors"]
        slugs = ", ".join(one.slug for one in FORMATS)
        self.assertEqual(wrong, [{"parameter": "format", "detail": f"Give one of {slugs}."}])

    def test_a_list_does_not_have_what_it_has_no_fields_for(self):
        self.assertEqual([one.slug for one in FORMATS if not one.fits(PlaceViewSet.shape)], ["ics"])
        answer = self.client.get(WITHOUT_DAYS, {"format": "ics"})
        self.assertEqual(
            answer.json()["errors"], [{"parameter": "format", "detail": "Give one of json, csv, atom."}]
        )
        self.assertEqual(self.client.get(WITHOUT_DAYS, headers={"Accept": "text/calendar"}).status_code, 406)

    def test_a_page_of_another_format_has_an_etag_and_fields_of_its_own(self):
        for one in FORMATS:
            if one.pages:
                answer, _ = self.get(query={"format": one.slug})
                again = self.client.get(LIST, {"format": one.slug}, headers={"If-None-Match": answer["ETag"]})
                self.assertEqual((again.status_code, answer["Cache-Control"]), (304, "no-cache"))
                for name in ("fields", "omit", "expand"):
                    wrong = self.client.get(LIST, {"format": one.slug, name: "citations"}).json()
                    detail = "This only works with format=json."
                    self.assertEqual(wrong["errors"], [{"parameter": name, "detail": detail}])

    def test_the_document_offers_it(self):
        described = self.client.get(OFFERED).json()["paths"][LIST]["get"]
        self.assertEqual(list(described["responses"]["200"]["content"]), [one.media_type for one in FORMATS])
        for one in FORMATS:
            for name in one.options:
                (told,) = (each for each in described["parameters"] if each["name"] == name)
                self.assertIn(f"format={one.slug}", told["description"])

    def test_an_option_is_refused_where_it_means_nothing(self):
        for one in FORMATS:
            for name in {*OPTIONS} - {*one.options} - ({NESTED} if one.flat else set()):
                answer, _ = self.get(query={"format": one.slug, name: "true"})
                self.assertEqual(answer.status_code, 400)

    def test_the_access_log_names_it(self):
        secret = make.dialogue(confidentiality="confidential", start_date="2025-10-31")
        secret.cleared.add(self.officer)
        self.client.force_login(self.officer)
        for one, _, content in self.answers():
            self.assertIn(str(secret.pk).encode(), content)
            entry = Reading.objects.latest("pk")
            self.assertEqual(entry.through, f"API, {one.label}" if one.write else "API")

    def test_a_file_counts_as_an_export(self):
        limits = {"EXPORTS_PER_HOUR": 1}
        for one in FORMATS:
            with override_settings(LIMITS={**dict.fromkeys(settings.LIMITS, 0), **limits}):
                codes = [
                    self.get(query={"format": one.slug}, REMOTE_ADDR="198.51.100.7")[0].status_code
                    for _ in range(2)
                ]
            self.assertEqual(codes, [200, 429 if one.write else 200], one.slug)
            Tally.objects.all().delete()

    def test_whoever_wants_anything_gets_the_first(self):
        for accepted in ("*/*", "application/*"):
            self.assertEqual(
                self.client.get(LIST, headers={"Accept": accepted})["Content-Type"], "application/json"
            )
