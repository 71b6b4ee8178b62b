"""Derived columns on a real PostgreSQL: how they are filled, loaded, guarded and typed in."""

import copy
import pickle
from datetime import date
from unittest.mock import patch

from django import forms
from django.apps.registry import Apps
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.serializers.base import DeserializedObject
from django.db import IntegrityError, connection, models, transaction
from django.test import SimpleTestCase

from tests.records.dated import REGISTRY, Event, TablesTestCase, Visit, later_model
from tracker.records.values.columns import FoldedField
from tracker.records.values.dates.date_columns import PartialDateField, PartialDateFormField, PartialDateInput
from tracker.records.values.dates.partial_dates import FORMS

BOUNDS = ("start_date", "start_date_earliest", "start_date_latest", "start_date_sort")
SUMMER = ("2024-22", date(2024, 6, 1), date(2024, 8, 31), date(2024, 6, 1))
NOTHING = ("", None, None, date.max)


class FilledTest(TablesTestCase):
    def test_save_stores_the_edtf_text_and_its_bounds(self):
        event = Event.objects.create(start_date="summer 2024")
        self.assertEqual(self.row(event, *BOUNDS), SUMMER)
        self.assertEqual(event.start_date, "2024-22")

    def test_an_open_start_sorts_by_its_end_and_no_date_sorts_last(self):
        Event.objects.bulk_create(
            [Event(name=text, start_date=text) for text in ("", "2025-02", "../2025-01", "2025/..")]
        )
        by_date = Event.objects.order_by("start_date_sort").values_list("name", flat=True)
        self.assertEqual(list(by_date), ["2025/..", "../2025-01", "2025-02", ""])

    def test_no_text_has_no_bounds(self):
        for text in ("", None):
            self.assertEqual(self.row(Event.objects.create(start_date=text), *BOUNDS), NOTHING)

    def test_a_raw_save_as_of_a_fixture_stores_them(self):
        DeserializedObject(Event(pk=7, name="Səmədov", start_date="summer 2024")).save()
        self.assertEqual(self.row(Event(pk=7), *BOUNDS, "name_folded"), (*SUMMER, "samadov"))

    def test_bulk_create_stores_them(self):
        [event] = Event.objects.bulk_create([Event(start_date="summer 2024")])
        self.assertEqual(self.row(event, *BOUNDS), SUMMER)

    def test_bulk_create_over_existing_rows_stores_them(self):
        event = Event.objects.create(start_date="2020")
        again = Event(pk=event.pk, start_date="summer 2024")
        Event.objects.bulk_create(
            [again], update_conflicts=True, update_fields=["start_date"], unique_fields=["id"]
        )
        self.assertEqual(self.row(event, *BOUNDS), SUMMER)

    def test_bulk_update_of_the_source_stores_them(self):
        event = Event.objects.create(start_date="2020", name="a")
        event.start_date, event.name = "summer 2024", "Şahin"
        Event.objects.bulk_update([event], ["start_date", "name"])
        self.assertEqual(self.row(event, *BOUNDS, "name_folded", "shout"), (*SUMMER, "shakin", "SHAKIN"))

    def test_update_fields_that_name_only_the_source_store_them(self):
        event = Event.objects.create(start_date="2020", name="a")
        event.start_date, event.name = "summer 2024", "Şahin"
        event.save(update_fields=["start_date"])
        self.assertEqual(self.row(event, *BOUNDS, "name"), (*SUMMER, "a"))
        event.save(update_fields=["name"])
        self.assertEqual(self.row(event, "name_folded", "shout"), ("shakin", "SHAKIN"))

    def test_what_is_assigned_is_ignored(self):
        event = Event(start_date="2024-22", start_date_earliest=date(1999, 1, 1), name_folded="y")
        event.start_date_latest = None
        event.save()
        self.assertEqual(self.row(event, *BOUNDS, "name_folded"), (*SUMMER, "a"))

    def test_an_instance_answers_before_it_is_saved_and_after_each_change(self):
        event = Event(start_date="10 December 2025")
        self.assertEqual(event.start_date_earliest, date(2025, 12, 10))
        event.start_date = ""
        self.assertEqual((event.start_date_earliest, event.start_date_sort), (None, date.max))

    def test_they_are_no_part_of_a_fixture(self):
        [event] = serializers.serialize("python", [Event(start_date="2024", name="a")])
        self.assertEqual(event["fields"], {"name": "a", "start_date": "2024", "end_date": ""})


class LoadedTest(TablesTestCase):
    def setUp(self):
        self.event = Event.objects.create(name="Şahin", start_date="summer 2024")

    def test_a_loaded_row_answers_without_a_query(self):
        event = Event.objects.get()
        with self.assertNumQueries(0):
            self.assertEqual(event.start_date_latest, date(2024, 8, 31))

    def test_a_deferred_source_is_loaded_once_when_it_is_needed(self):
        for queryset in (Event.objects.defer("start_date"), Event.objects.only("start_date_earliest")):
            event = queryset.get()
            with self.assertNumQueries(1):
                self.assertEqual(event.start_date_earliest, date(2024, 6, 1))
                self.assertEqual(event.start_date_latest, date(2024, 8, 31))

    def test_saving_a_changed_source_whose_columns_were_deferred_stores_them(self):
        for queryset in (
            Event.objects.only("start_date", "name"),
            Event.objects.defer("start_date_earliest", "shout"),
        ):
            event = queryset.get()
            event.start_date, event.name = "2020", "Anar"
            event.save()
            self.assertEqual(
                self.row(event, *BOUNDS, "shout"),
                ("2020", date(2020, 1, 1), date(2020, 12, 31), date(2020, 1, 1), "ANAR"),
            )
            self.event.save()

    def test_a_loaded_row_saves_all_columns(self):
        event = Event.objects.get()
        self.assertEqual(event.get_deferred_fields(), set())
        with self.assertNumQueries(1) as queries:
            event.save()
        self.assertIn('"start_date_sort"', queries[0]["sql"])

    def test_refreshing_takes_the_row(self):
        Event.objects.filter(pk=self.event.pk).update(name="Anar", name_folded="anar", shout="ANAR")
        self.event.refresh_from_db()
        self.assertEqual(self.event.shout, "ANAR")
        self.event.refresh_from_db(fields=["start_date"])
        self.assertEqual(self.event.start_date_earliest, date(2024, 6, 1))

    @patch("django.db.models.base.apps", REGISTRY)
    def test_copies_and_pickles_answer_for_themselves(self):
        pickled = pickle.loads(pickle.dumps(self.event))  # noqa: S301
        for twin in (copy.copy(self.event), copy.deepcopy(self.event), pickled):
            twin.start_date = "2020"
            self.assertEqual(twin.start_date_earliest, date(2020, 1, 1))
            self.assertEqual(twin.shout, "SHAKIN")
        self.assertEqual(self.event.start_date_earliest, date(2024, 6, 1))


class RefusedTest(TablesTestCase):
    def test_validation_names_the_field_and_the_right_forms(self):
        with self.assertRaises(ValidationError) as refused:
            Event(start_date="11.12.2025", end_date="soon", name="").full_clean()
        errors = refused.exception.message_dict
        self.assertEqual(set(errors), {"start_date", "end_date", "name"})
        self.assertIn(FORMS, errors["start_date"][0])

    def test_validation_normalizes(self):
        event = Event(start_date="summer 2024")
        event.full_clean()
        self.assertEqual(event.start_date, "2024-22")

    def test_validation_asks_the_database_nothing(self):
        with self.assertNumQueries(0):
            Event(start_date="2024").full_clean()

    def test_a_required_date_may_not_be_empty(self):
        with self.assertRaisesMessage(ValidationError, "cannot be blank"):
            Visit(date="").full_clean()

    def test_no_way_of_saving_takes_a_text_that_is_not_understood(self):
        saved = Event.objects.create()
        saved.start_date = "11.12.2025"
        new = Event(start_date="11.12.2025")
        for save in (
            new.save,
            DeserializedObject(new).save,
            lambda: Event.objects.bulk_create([new]),
            lambda: Event.objects.bulk_update([saved], ["start_date"]),
            lambda: Event.objects.bulk_update([saved], ["start_date_sort"]),
            lambda: saved.save(update_fields=["start_date"]),
        ):
            with self.assertRaises((ValidationError, IntegrityError)), transaction.atomic():
                save()
        self.assertEqual(list(Event.objects.values_list(*BOUNDS)), [NOTHING])

    def test_a_save_that_fails_names_the_field(self):
        with self.assertRaises(ValidationError) as refused:
            Event(start_date="soon").save()
        self.assertEqual(list(refused.exception.message_dict), ["start_date"])

    def test_bounds_of_a_text_that_is_not_understood_are_not_known(self):
        event = Event(start_date="soon")
        self.assertEqual(
            [event.start_date_earliest, event.start_date_latest, event.start_date_sort], [None] * 3
        )


class GuardedUpdateTest(TablesTestCase):
    def test_update_of_a_source_alone_is_refused_and_names_what_would_be_stale(self):
        with self.assertRaisesMessage(TypeError, "start_date_earliest, start_date_latest, start_date_sort"):
            Event.objects.update(start_date="2024")
        with self.assertRaisesMessage(TypeError, "name_folded, shout"):
            Event.objects.filter(pk=1).update(name="b")
        with self.assertRaises(TypeError):
            Event.objects.update(name="b", name_folded="b")

    def test_update_with_all_columns_or_of_others_is_done(self):
        event = Event.objects.create(start_date="2024")
        Event.objects.update(name="b", name_folded="b", shout="B")
        Event.objects.update(**dict(zip(BOUNDS, SUMMER, strict=True)))
        self.assertEqual(self.row(event, *BOUNDS, "shout"), (*SUMMER, "B"))


class DatabaseGuardTest(TablesTestCase):
    """Whoever writes past Django cannot part a date from its bounds."""

    def write(self, **columns):
        sets = ", ".join(f'"{column}" = %s' for column in columns)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE records_event SET {sets}", list(columns.values()))  # noqa: S608

    def test_text_and_bounds_that_do_not_belong_together_are_refused(self):
        Event.objects.create(start_date="2024", end_date="2024")
        first, last = date(2024, 1, 1), date(2024, 12, 31)
        for columns in (
            {"start_date": ""},
            {"start_date_earliest": None, "start_date_latest": None},
            {"start_date_earliest": None},
            {"start_date_sort": last},
            {"start_date_earliest": last, "start_date_latest": first, "start_date_sort": last},
            {"start_date": "", "start_date_earliest": None, "start_date_latest": None},
            {"start_date": "", "start_date_sort": date.max},
            {"THE end": ""},
            {"end_date_latest": None, "end_date_earliest": None, "end_date_sort": date.max},
        ):
            with self.subTest(columns), self.assertRaisesMessage(IntegrityError, "_bounds"):
                self.write(**columns)

    def test_what_belongs_together_is_taken(self):
        Event.objects.create(start_date="2024")
        self.write(**dict(zip(BOUNDS, NOTHING, strict=True)))
        self.write(**dict(zip(BOUNDS, SUMMER, strict=True)))


class SystemCheckTest(SimpleTestCase):
    def test_the_models_above_pass(self):
        self.assertEqual(Event.check() + Visit.check(), [])

    def test_a_model_without_the_guards_is_an_error(self):
        class Bare(models.Model):
            date = PartialDateField()

            class Meta:
                app_label = "records"
                apps = Apps()

        messages = " ".join(error.msg for error in Bare.check())
        self.assertIn("GuardedSave", messages)
        self.assertIn("GuardedUpdate", messages)

    def test_a_column_that_names_no_column_as_its_source_is_an_error(self):
        [error] = later_model(folded=FoldedField("all_names")).check()
        self.assertIn("all_names", error.msg)
        name = models.CharField(max_length=9)
        self.assertEqual(later_model(name=name, folded=FoldedField("all_names", "name")).check(), [])


class FormTest(SimpleTestCase):
    class Form(forms.Form):
        date = PartialDateFormField(required=False, help_text="When?")

    def test_a_form_gives_the_edtf_text(self):
        for text, edtf in ((" summer 2024 ", "2024-22"), ("", "")):
            form = self.Form({"date": text})
            self.assertTrue(form.is_valid())
            self.assertEqual(form.cleaned_data["date"], edtf)

    def test_an_error_names_the_right_forms(self):
        self.assertEqual(len(self.Form({"date": "11.12.2025"}).errors["date"]), 1)
        self.assertIn(FORMS, self.Form({"date": "11.12.2025"}).errors["date"][0])
        self.assertIn("date", self.Form({"date": "20\x0025"}).errors)

    def test_the_page_says_which_days_were_understood(self):
        html = str(self.Form(initial={"date": "2025-10"})["date"])
        self.assertInHTML(
            '<span class="understood" id="id_date_understood">'
            "understood: 1 to 31 October 2025 (2025-10)</span>",
            html,
        )
        self.assertIn('aria-describedby="id_date_helptext id_date_understood"', html)

    def test_what_was_typed_is_explained_when_the_form_comes_back(self):
        html = str(self.Form({"date": "summer 2024"})["date"])
        self.assertIn('value="summer 2024"', html)
        self.assertIn("understood: 1 June to 31 August 2024 (2024-22)", html)

    def test_nothing_is_explained_where_nothing_is_understood(self):
        for text in ("", "<b>soon</b>"):
            html = str(self.Form({"date": text})["date"])
            self.assertNotIn("understood", html)
            self.assertNotIn("<b>", html)

    def test_the_same_date_in_other_words_is_no_change(self):
        field = PartialDateFormField()
        self.assertFalse(field.has_changed("2024-22", "summer 2024"))
        self.assertTrue(field.has_changed("2024-22", "2024"))
        self.assertTrue(field.has_changed("2024-22", "soon"))

    def test_a_model_form_and_the_admin_use_it(self):
        field = Event._meta.get_field("start_date").formfield(widget=AdminTextInputWidget)
        self.assertIsInstance(field, PartialDateFormField)
        self.assertIsInstance(field.widget, PartialDateInput)
        self.assertEqual(field.widget.attrs["class"], "vTextField")
        self.assertFalse(field.required)
        self.assertTrue(Visit._meta.get_field("date").formfield().required)
        self.assertIsInstance(PartialDateFormField(widget=forms.HiddenInput).widget, forms.HiddenInput)

    def test_derived_columns_are_in_no_form(self):
        form = forms.modelform_factory(Event, fields="__all__")
        self.assertEqual(set(form.base_fields), {"name", "start_date", "end_date"})
