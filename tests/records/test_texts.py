"""Texts as they are kept, whoever writes them; keys that lead back; addresses; dates that cannot be."""

import json
import tempfile
import unicodedata
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.serializers.base import DeserializationError
from django.db import models
from django.test import SimpleTestCase
from django.urls import reverse
from django.utils import timezone

from dialogues.models import Dialogue, Statement
from people.models import Organization, Person
from tests import make
from tests.rules import RuleTest
from tests.writing import API, WritingTest, path
from tracker.records.base.places import Place
from tracker.records.base.record import Record
from tracker.records.base.sources import Source
from tracker.records.values.codes.code_fields import CodeField
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.values.texts.text import MOST_MARKS, Tidy, text_columns, tidied

PEOPLE = f"{API}people/"
UNSEEN = "\x01\x1b\x7f\x85\u00ad\u200b\u200e\u202e\u2066\u2069\u2060\u2800\u3164\ufeff\ufffe\U000e0041"
KEPT = (  # what languages and emoji are written with
    "می‌خواهم",
    "ශ්‍රී",
    "🏳️‍🌈 👩🏽‍⚖️",
    "Kəmalə Məmmədova, Ə. Şıxəliyev",
    "КамАЗ и ЯRUS",
    "Անի Հակոբյան",
    "שָׁלוֹם",
    "ཨོཾ་མ་ཎི",
    "O‘zbekiston",
    "naïve — “quoted” …",
)


class TidyTest(SimpleTestCase):
    def test_what_nobody_sees_is_taken_out(self):
        for letter in UNSEEN:
            with self.subTest(letter=hex(ord(letter))):
                self.assertEqual(tidied(f"Le{letter}yla", lines=False).replace(" ", ""), "Leyla")
        self.assertEqual(tidied("".join(UNSEEN)), "")

    def test_joiners_and_selectors_are_taken_out_where_nothing_joins(self):
        for text in (
            "Le\u200dyla",
            "Leyla\u200c",
            "\u200dLeyla",
            "Ley\ufe0fla",
            "Лей\u200cла",
            "L\U000e0100eyla",
        ):
            self.assertIn(tidied(text, lines=False), ("Leyla", "Лейла"))

    def test_what_is_spelled_with_them_stays(self):
        for text in KEPT:
            with self.subTest(text=text):
                self.assertEqual(tidied(text, lines=False), unicodedata.normalize("NFC", text))

    def test_there_is_one_form_of_each_letter(self):
        self.assertEqual(tidied("Zu\u0308rich"), "Zürich")

    def test_lines_stay_in_long_texts_and_become_spaces_in_short_ones(self):
        text = " one\r\ntwo\u2028three\tfour\u00a0 five\v"
        self.assertEqual(tidied(text), "one\ntwo\nthree\tfour\u00a0 five")
        self.assertEqual(tidied(text, lines=False), "one two three four five")

    def test_a_flood_of_marks_is_refused(self):
        self.assertEqual(tidied("x" + "\u0323" * MOST_MARKS), "x" + "\u0323" * MOST_MARKS)
        with self.assertRaisesRegex(ValidationError, "at most 8 accents"):
            tidied("x" + "\u0323" * (MOST_MARKS + 1))

    def test_letters_that_look_alike_are_not_mixed_in_a_word_of_a_name(self):
        for text in (
            "Mаmmadov",
            "Cамедов",
            "Bаku",
            "Әliyev",
        ):
            with self.subTest(text=text), self.assertRaisesRegex(ValidationError, "two alphabets"):
                tidied(text, lines=False)
        tidied("Mаmmadov", lines=True)  # a text may speak of it

    def test_a_text_has_an_end(self):
        tidied("x" * settings.MAX_TEXT)
        with self.assertRaisesRegex(ValidationError, f"at most {settings.MAX_TEXT}"):
            tidied("x" * (settings.MAX_TEXT + 1))

    def test_it_is_tidy_once_it_was_tidied(self):
        for text in (
            *KEPT,
            UNSEEN.join("abc"),
            "a\u200c\u200d\ufe0fb",
            "\u200c\u200d\ufe0f",
            "ش\u200c\u200dب",
        ):
            for lines in (True, False):
                once = tidied(text, lines)
                self.assertEqual(tidied(once, lines), once)

    def test_every_model_that_somebody_writes_into_is_tidy(self):
        ours = [
            model
            for model in apps.get_models()
            if model.__module__.split(".")[0] in ("tracker", "people", "dialogues")
        ]
        by_the_program = {
            "OldSlug",
            "Token",
            "KeptAnswer",
            "Entry",
            "Reading",
            "Tally",
            "Deed",
            "StoredAnswer",
        }
        by_the_program |= {"NameSearch", "AlsoHidden", "Touched", "Unannounced", "Announcement", "Feed"}
        by_a_form = {"SavedFilter", "Approval", "Homonym"}  # which tidies what is said
        for model in ours:
            name = model.__name__
            if not issubclass(model, Tidy) and name not in by_the_program | by_a_form and "Event" not in name:
                self.assertEqual(text_columns(model), [], model)

    def test_no_text_of_a_record_is_left_out(self):
        for model in apps.get_models():
            if issubclass(model, Record):
                for field in model._meta.concrete_fields:
                    column = field.base_field if isinstance(field, ArrayField) else field
                    if isinstance(column, models.TextField) and field.editable:
                        self.assertIn(field, text_columns(model))


class EveryFieldTest(WritingTest):
    """Each text of each kind of record, through each way in."""

    def places(self):
        """(row, field) of every free text of one record of each kind."""
        for model in make.BUILDERS:
            for field in text_columns(model):
                if (
                    not isinstance(field, PartialDateField | models.URLField | ArrayField | CodeField)
                    and not field.validators[1:]
                ):
                    yield make.one(model, publication="draft", created_by=self.editor), field

    def test_each_is_tidied_and_a_flood_refused_when_validated(self):
        tried = 0
        for row, field in self.places():
            if (field.max_length or 99) < 30:
                continue
            tried += 1
            with self.subTest(field=field):
                setattr(row, field.attname, "Ley\u202e\u200bla")
                row.clean_fields()
                self.assertEqual(getattr(row, field.attname), "Leyla")
                setattr(row, field.attname, "x" + "\u0323" * 20)
                with self.assertRaises(ValidationError) as raised:
                    row.clean_fields()
                self.assertEqual(set(raised.exception.message_dict), {field.name})
        self.assertGreater(tried, 50)

    def test_the_api_keeps_it_tidy_and_points_at_what_cannot_be_kept(self):
        made = self.done(201, self.editor, "POST", PEOPLE, {"name": "\u202eLeyla\u200b", "summary": "a\r\nb"})
        self.assertEqual((made["name"], made["summary"]), ("Leyla", "a\nb"))
        flood, long = "x" + "\u0323" * 20, "x" * (settings.MAX_TEXT + 1)
        for document, pointer in (
            ({"name": flood}, "/name"),
            ({"name": "\u200b \u202e"}, "/name"),
            ({"name": "x" * 301}, "/name"),
            ({"name": "A", "summary": long}, "/summary"),
            ({"name": "A", "reason": long}, "/reason"),
            ({"name": "A", "editorial": {"notes": long}}, "/editorial/notes"),
            ({"name": "A", "other_names": [{"text": flood}]}, "/other_names/0/text"),
        ):
            with self.subTest(pointer=pointer):
                self.assert_errors(self.send(self.editor, "POST", PEOPLE, document), pointer)
        self.done(201, self.editor, "POST", PEOPLE, {"name": "x" * 300, "summary": "x" * settings.MAX_TEXT})

    def test_so_are_the_sayings_of_verbs_proposals_and_changes_in_bulk(self):
        flood, row = "x" + "\u0323" * 20, make.place(created_by=self.editor)
        self.assert_errors(
            self.send(self.editor, "POST", path(row, "withdraw"), {"reason": flood}, 1), "/reason"
        )
        self.assert_errors(
            self.send(self.contributor, "PATCH", path(row), {"name": "B", "reason": flood}, 1), "/reason"
        )
        bulk = [{"id": str(row.pk), "version": 1, "name": "B", "reason": flood}]
        self.assert_errors(self.send(self.editor, "PATCH", f"{API}places/", bulk), "/0/reason")
        self.done(202, self.contributor, "PATCH", path(row), {"name": "B", "reason": "a\u202eb"}, 1)
        (proposal,) = self.done(200, self.contributor, "GET", f"{API}proposals/")["results"]
        self.assertEqual(proposal["reason"], "ab")

    def test_the_admin_keeps_it_tidy_and_says_what_cannot_be_kept(self):
        self.client.force_login(make.superuser())
        sent = {"confidentiality": "public", "_save": "Save"}
        sent |= {f"identifiers-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
        for name, kept in (("\u202eBaku\u200b", "Baku"), ("\u200b", None), ("x" + "\u0323" * 20, None)):
            answer = self.client.post(reverse("admin:records_place_add"), {**sent, "name": name})
            self.assertEqual(answer.status_code, 302 if kept else 200, answer.content[-3000:])
            self.assertEqual(Place.objects.filter(name="Baku").count(), 1)

    def test_fixtures_are_tidied_or_refused(self):
        for name, kept in (("\u202eBaku\u200b", True), ("x" + "\u0323" * 20, False)):
            row = {
                "model": "records.place",
                "pk": "00000000-0000-4000-8000-000000000001",
                "fields": {"name": name},
            }
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "places.json"
                file.write_text(json.dumps([row]))
                if kept:
                    call_command("loaddata", file, verbosity=0)
                    self.assertEqual(Place.objects.get().name, "Baku")
                else:
                    with self.assertRaises(DeserializationError):
                        call_command("loaddata", file, verbosity=0)


class CircleTest(RuleTest):
    """No key leads back to its record, however long the way."""

    def test_circles_of_any_length_are_refused(self):
        for model, key in (
            (Place, "parent"),
            (Organization, "parent"),
            (Dialogue, "parent"),
            (Source, "republication_of"),
            (Statement, "part_of"),
        ):
            for length in (1, 2) if model is Statement else (1, 2, 3, 5):
                with self.subTest(model=model, length=length):
                    rows = [make.one(model) for _ in range(length)]
                    for below, above in pairwise(rows):
                        setattr(below, key, above)
                        below.save()
                    setattr(rows[-1], key, rows[0])
                    self.assert_invalid(rows[-1], key)

    def test_a_way_that_ends_is_none(self):
        top = make.place()
        middle = make.place(parent=top)
        self.assert_valid(Place(name="A", parent=middle))
        other = make.place(parent=middle)
        make.place(parent=other)
        self.assert_valid(other)

    def test_a_circle_elsewhere_ends_too(self):
        one, two = make.place(), make.place()
        Place.objects.filter(pk=one.pk).update(parent=two)
        Place.objects.filter(pk=two.pk).update(parent=one)
        self.assert_valid(Place(name="A", parent=Place.objects.get(pk=one.pk)))

    def test_it_tells_nobody_of_what_they_do_not_see(self):
        contributor = make.member("contributor")
        mine = make.place(publication="draft", created_by=contributor)
        hidden = make.place(publication="draft", parent=mine)
        shown = make.place(parent=hidden)
        mine.parent = shown
        self.assert_valid(mine)
        hidden.publication = "published"
        hidden.save()
        self.assert_invalid(mine, "parent")


class AddressTest(RuleTest):
    def test_only_what_every_reader_can_open_is_an_address(self):
        wrong = (
            *(
                "javascript:alert(1)",
                "data:text/html,x",
                "file:///etc/passwd",
                "ftp://example.org/x",
                "//example.org",
            ),
            *(
                "https://me:secret@example.org/",
                "https://me@example.org/",
                "http://localhost/",
                "http://10.0.0.1/",
            ),
            *(
                "http://127.0.0.1:8000/",
                "http://[::1]/",
                "http://169.254.169.254/x",
                "https://exa\nmple.org/",
                "x",
            ),
            *("http://[", "https://", "http:///x"),
            *("http://a.localhost/", "http://LOCALHOST./", "http://printer.local/", "http://x.internal/"),
            *("https://example.org:0/", "https://example.org:65536/", "https://example.org:-1/"),
            *(
                "http://127.1/",
                "http://0x7f.1/",
                "http://2130706433/",
                "http://127。0。0。1/",
                "http://①②⑦.0.0.1/",
            ),
            *("http://224.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://ｌｏｃａｌｈｏｓｔ/"),
            *("https://xn--localhost-/", "https://xn--0/", "https://xn--a.com/", "https://a..org/"),
        )
        for name in ("source_url", "archive_url"):
            for address in wrong:
                with self.subTest(name=name, address=address):
                    self.assert_invalid(Source(title="A", **{name: address}), name)
            for address in ("https://example.org/a?b=c", "https://example.org:65535/", "http://8.8.8.8/"):
                self.assert_valid(Source(title="A", **{name: address}))

    def test_no_host_looks_like_another(self):
        disguised = (
            *("аррӏе.com", "www.аррӏе.com", "xn--80ak6aa92e.com", "XN--80AK6AA92E.com", "аррӏе.сом"),
            *("АРЕХ.COM", "ёу.com", "νικη.com", "սօս.com"),  # whole words of another alphabet
            *("exаmple.org", "ехаmple.org", "xn--exmple-4nf.org", "εxample.org", "ɡoogle.com"),  # one letter
        )
        for host in disguised:
            with self.subTest(host=host):
                self.assert_invalid(Source(title="A", source_url=f"https://{host}/a"), "source_url")

    def test_a_host_may_be_in_any_alphabet(self):
        usual = (
            *("пример.рф", "xn--e1afmkfd.xn--p1ai", "ПРИМЕР.рф", "оса.рф", "кот.укр", "www.аура.орг"),
            *("абхазия.com", "straße.example", "hətə.example", "日本go.example", "հայ.հայ", "მთავარი.გე"),
        )
        for host in usual:
            with self.subTest(host=host):
                self.assert_valid(Source(title="A", source_url=f"https://{host}/a"))


class DayTest(RuleTest):
    def test_nobody_is_born_in_the_future(self):
        tomorrow = (timezone.now() + timedelta(days=1)).date().isoformat()
        self.assert_invalid(Person(name="A", birth_date=tomorrow), "birth_date")
        self.assert_invalid(Person(name="A", death_date=tomorrow), "death_date")
        self.assert_valid(Person(name="A", birth_date=timezone.now().date().isoformat()))
        self.assert_valid(Person(name="A", birth_date=f"{tomorrow}~"))  # perhaps today
        later = (timezone.now() + timedelta(days=8)).date().isoformat()
        self.assert_invalid(Person(name="A", birth_date=f"{later}~"), "birth_date")

    def test_a_person_is_entered_once_for_a_dialogue(self):
        row = make.participation()
        again = type(row)(dialogue=row.dialogue, person=row.person)
        self.assert_invalid(again, "person")
        self.assert_valid(row)
        row.publication = "withdrawn"
        row.save()
        self.assert_valid(again)


class PlannedTest(WritingTest):
    def test_a_planned_moment_has_its_offset_and_is_near(self):
        for moment in ("2027-01-01T00:00:00", "2027-01-01", "9999-12-31T00:00:00Z"):
            document = {"name": "A", "editorial": {"publish_at": moment}}
            answer = self.send(self.editor, "POST", f"{API}places/", document)
            self.assert_errors(answer, "/editorial/publish_at")
        past = {"name": "A", "editorial": {"publish_at": "2020-01-01T00:00:00+04:00"}}
        self.done(201, self.editor, "POST", f"{API}places/", past)
        self.assert_errors(
            self.send(
                self.editor, "POST", f"{API}sources/", {"title": "A", "archived_at": "2020-01-01T00:00:00"}
            ),
            "/archived_at",
        )
