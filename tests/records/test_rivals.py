"""What another source has instead: given in the type of the contradicted field, and shown as it is."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import SimpleTestCase, TestCase

from dialogues.models import ContextEvent, Dialogue, DialogueCitation, Participation
from people.models import CaseEvent, Person
from tests import make
from tests.site.test_admin import EditingTest
from tests.writing import API, WritingTest, path
from tracker.records.api.citation_views import TABLES
from tracker.records.base.citations import citable_fields
from tracker.records.base.rival_values import column_of, json_value, normalized
from tracker.records.shapes.fields import registry

DAYS = {"edtf": "2025-01-22/2025-01-24", "earliest": "2025-01-22", "latest": "2025-01-24"}
RIGHT = (  # model, field, what is written, what is shown
    (
        Dialogue,
        "start_date",
        "22 January 2025",
        {"edtf": "2025-01-22", "earliest": "2025-01-22", "latest": "2025-01-22"},
    ),
    (Dialogue, "start_date", "2025-01-22/2025-01-24", DAYS),
    (Dialogue, "start_date", "2025/..", {"edtf": "2025/..", "earliest": "2025-01-01", "latest": None}),
    (Dialogue, "classification", "round_table", "round_table"),
    (Dialogue, "classification", "Round table", "round_table"),
    (Dialogue, "meetings_max", "7", 7),
    (Dialogue, "title", "The  other\u200b title", "The other title"),
    (Participation, "no_side", "yes", True),
    (Participation, "no_side", "false", False),
    (CaseEvent, "life", "true", True),
    (CaseEvent, "term_months", "0", 0),
    (Person, "nationality", "AM, AZ", ["AM", "AZ"]),
    (ContextEvent, "other_titles", "The war,The 44 days", ["The war", "The 44 days"]),
)
WRONG = (  # model, field, what is written, what is said to it
    (Dialogue, "start_date", "11.12.2025", "Write 2025-12-10"),
    (Dialogue, "classification", "party", "Give one of meeting, visit"),
    (Dialogue, "meetings_max", "seven", "Give a whole number."),
    (Dialogue, "meetings_max", "-1", "Give a whole number."),
    (Dialogue, "meetings_max", "9" * 19, "less than or equal"),
    (Dialogue, "title", "x" * 301, "300"),
    (Participation, "no_side", "perhaps", "Give true or false."),
    (Person, "nationality", "Nowhere", "country"),
)


class ValueTest(SimpleTestCase):
    def test_it_is_kept_in_one_form_and_shown_as_the_field(self):
        for model, name, text, shown in RIGHT:
            with self.subTest(field=name, text=text):
                column = column_of(model, name)
                kept = normalized(column, text)
                self.assertEqual(json_value(column, kept), shown)
                self.assertEqual(normalized(column, kept), kept)

    def test_what_the_field_does_not_take_is_refused_and_no_text_is_repeated(self):
        for model, name, text, sentence in WRONG:
            with self.subTest(field=name, text=text[:20]), self.assertRaises(ValidationError) as raised:
                normalized(column_of(model, name), text)
            told = " ".join(raised.exception.messages)
            self.assertIn(sentence, told)
            if text[0].isalpha():  # a date and a number may be repeated
                self.assertNotIn(text, told)

    def test_each_field_that_has_a_value_of_its_own_is_shown(self):
        """Otherwise nobody could say in the API what another source has instead."""
        for table in TABLES:
            model = table.cited_model()
            own = {name for name in citable_fields(model) if column_of(model, name)}
            self.assertLessEqual(own, set(registry.whole[model].names()), model)


class CitationTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.dialogue = make.dialogue(start_date="2025-01-23/2025-01-25")

    def citation(self, **fields):
        given = {"stance": "contradicts", "field": "start_date", "value": "2025-01-22/2025-01-24"}
        return DialogueCitation(record=self.dialogue, **{"source": make.shared_source(), **given, **fields})

    def refused(self, sentence, **fields):
        with self.assertRaises(ValidationError) as raised:
            self.citation(**fields).full_clean()
        self.assertIn(sentence, str(raised.exception.message_dict["value"]))

    def test_only_what_contradicts_a_field_has_one(self):
        for wrong in ({"stance": "supports"}, {"stance": "mentions"}, {"field": ""}):
            with self.subTest(wrong=wrong):
                self.refused("contradicts a field", **wrong)
                with self.assertRaises(IntegrityError), transaction.atomic():
                    self.citation(**wrong).save()
        self.citation().full_clean()
        self.citation(value="").full_clean()

    def test_a_field_that_leads_to_other_records_has_none(self):
        for name in ("places", "conflict", "identifiers"):
            self.refused("refers to other records", field=name, value=str(make.place().pk))

    def test_it_is_short(self):
        self.refused("25 words", field="summary", value="word " * 26)

    def test_it_is_shown_with_its_citation(self):
        row = self.citation()
        row.full_clean()
        row.save()
        (shown,) = (
            one
            for one in self.client.get(path(self.dialogue)).json()["citations"]
            if one["stance"] == "contradicts"
        )
        self.assertEqual((shown["field"], shown["value"]), ("start_date", DAYS))
        listed = self.client.get(f"{API}citations/{row.pk}/").json()
        self.assertEqual(listed["value"], DAYS)
        table = (
            self.client.get(f"{API}citations/", {"format": "csv", "fields": "id,value"}).getvalue().decode()
        )
        self.assertIn("2025-01-22/2025-01-24", table)

    def test_it_is_hidden_with_its_source(self):
        row = self.citation(source=make.source(publication="draft"))
        row.save()
        for place in (path(self.dialogue), f"{API}citations/"):
            self.assertNotIn("2025-01-22/2025-01-24", self.client.get(place).content.decode())

    def test_it_follows_what_is_written_whoever_writes_it(self):
        row = self.citation(field="meetings_min", value="5")
        DialogueCitation.objects.bulk_create([row])
        row = DialogueCitation.objects.get(pk=row.pk)
        row.value = "6"
        row.save(update_fields=["value"])
        kept = DialogueCitation.objects.filter(pk=row.pk).values_list("value_said", flat=True).get()
        self.assertEqual(kept, 6)


class WriteTest(WritingTest):
    """Written as the field itself is written, and refused in the same words."""

    def document(self, field, value, **more):
        source = make.shared_source()
        said = {"source": source.slug, "field": field, "value": value, "stance": "contradicts", **more}
        return {"title": "A dialogue", "citations": [said]}

    def post(self, *said, place="dialogues", **more):
        return self.send(self.editor, "POST", f"{API}{place}/", self.document(*said, **more))

    def test_each_type(self):
        for field, value, shown in (
            ("start_date", "22 to 24", None),
            ("start_date", "2025-01-22/2025-01-24", DAYS),
            ("start_date", DAYS, DAYS),
            ("classification", "visit", "visit"),
            ("meetings_min", 5, 5),
            ("summary", "Three met.", "Three met."),
            ("summary", None, None),
        ):
            with self.subTest(field=field, value=value):
                answer = self.post(field, value)
                if value is not None and shown is None:
                    self.assert_errors(answer, "/citations/0/value")
                    continue
                self.assertEqual(answer.status_code, 201, answer.content)
                self.assertEqual(answer.json()["citations"][0]["value"], shown)

    def test_what_is_wrong_is_pointed_at(self):
        for field, value in (
            ("start_date", 2025),
            ("start_date", "11.12.2025"),
            ("classification", "Visit!"),
            ("meetings_min", "5"),
            ("meetings_min", True),
            ("meetings_min", {"edtf": "5"}),
            ("summary", 5),
            ("summary", ["a"]),
            ("places", "yerevan"),
            ("conflict", str(make.conflict().pk)),
            ("nothing", "x"),
            ("", "x"),
        ):
            with self.subTest(field=field, value=str(value)):
                answer = self.post(field, value)
                self.assertEqual(answer.status_code, 400)
                (error,) = answer.json()["errors"]
                self.assertIn(error["pointer"], ("/citations/0/value", "/citations/0/field"))
        self.assert_errors(self.post("summary", "x", stance="supports"), "/citations/0/value")

    def test_a_list_is_one_of_entries(self):
        source = make.shared_source()
        said = {"source": source.slug, "field": "nationality", "stance": "contradicts"}
        for value, right in (
            (["AM", "AZ"], True),
            (["AM,AZ"], False),
            (["Nowhere"], False),
            (["Armenia"], True),
            ("AM", False),
        ):
            document = {"name": "A person", "citations": [{**said, "value": value}]}
            answer = self.send(self.editor, "POST", f"{API}people/", document)
            with self.subTest(value=value):
                self.assertEqual(answer.status_code, 201 if right else 400, answer.content)

    def test_it_is_written_as_it_is_read(self):
        row = make.dialogue()
        make.citation(row, field="start_date", stance="contradicts", value="2025-01-22/2025-01-24")
        read = self.done(200, self.editor, "GET", path(row))
        change = {"citations": read["citations"], "reason": "A test."}
        shown = self.done(200, self.editor, "PATCH", path(row), change, read_version(row))
        self.assertEqual(shown["citations"], read["citations"])
        kept = [{**one, "value": None} for one in read["citations"]]
        change = {"citations": kept, "reason": "A test."}
        shown = self.done(200, self.editor, "PATCH", path(row), change, read_version(row))
        self.assertEqual({one["value"] for one in shown["citations"]}, {None})

    def test_it_names_nobody_whom_we_do_not_name(self):
        make.person(name="Zahra Quliyeva-Beispiel", confidentiality="confidential")
        row = make.dialogue()
        said = self.document("summary", "Zahra Quliyeva-Beispiel spoke.")["citations"]
        change = {"citations": said, "reason": "A test."}
        answer = self.send(self.editor, "PATCH", path(row), change, read_version(row))
        self.assert_errors(answer, "/citations/0/value")
        self.assertNotIn(b"Zahra", answer.content)


class FormTest(EditingTest):
    """In the admin it is typed as the field is."""

    def cite(self, field, value, stance="contradicts"):
        row = make.dialogue()
        said = {"field": field, "stance": stance, "value": value}
        answer = self.change(row, **self.row("citations", 0, **said))
        return answer, row.citations.get()

    def test_it_is_understood_as_the_field_is(self):
        for field, value, kept in (
            ("start_date", "22 January 2025", "2025-01-22"),
            ("classification", "Round table", "round_table"),
            ("meetings_min", "5", "5"),
        ):
            with self.subTest(field=field):
                self.assertEqual(self.cite(field, value)[1].value, kept)

    def test_what_is_wrong_is_said_beside_it(self):
        for field, value, sentence in (
            ("start_date", "11.12.2025", "Write 2025-12-10"),
            ("meetings_min", "five", "Give a whole number."),
            ("places", "Yerevan", "refers to other records"),
        ):
            answer, citation = self.cite(field, value)
            with self.subTest(field=field):
                self.assertContains(answer, sentence)
                self.assertEqual(citation.value, "")
        self.assertContains(self.cite("title", "Other", "supports")[0], "contradicts a field")


def read_version(record):
    return type(record).objects.get(pk=record.pk).version
