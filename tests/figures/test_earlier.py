"""Figures, lists and records of generated data are shown as they were, after much has changed since."""

import json
import re
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import TestCase

from people.models import Person, PersonName
from tests import make
from tests.generate import MODELS, PUBLIC, World
from tests.moments import MomentAsking, now
from tests.sampling import some
from tests.writing import path
from tracker import api
from tracker.figures.registry import FIGURES
from tracker.records.shapes.urls import list_url

TEXTS = ("title", "summary", "description", "wording", "stated_purpose", "quotation")
CHANGED = re.compile(rb'"changed_at" ?: ?(null|"[^"]*"),?')
ENDS = re.compile(rb'"(next|previous)": "[^"]*"')
DAYS = {"as_of": "2025-10-31", "known_on": "2025-12-10"}


class ReproductionTest(MomentAsking, TestCase):
    @classmethod
    def setUpTestData(cls):
        World(seed=5, states=[PUBLIC] * 4).build()
        PersonName.objects.update(confidentiality="public")  # texts with a secret name do not come back
        cls.rows = {model: list(model.objects.visible_to(None).order_by("pk")) for model in MODELS}
        cls.dialogue = make.dialogue(start_date="2025-10", conflict=make.conflict())
        make.participation(dialogue=cls.dialogue, person=cls.rows[Person][0])
        case = make.case(
            person=make.person(), conflict=cls.dialogue.conflict, impugned_activities=["journalism"]
        )
        cls.event = make.case_event(case=case, kind="arrest", date="2025-06", place=make.place())

    def figures(self):
        """(address, parameters) of each figure, about records if it is about one, and with filters."""
        for one in FIGURES:
            rows = [self.dialogue, *self.rows[one.about][:2]] if one.about is type(self.dialogue) else None
            rows = rows or (self.rows[one.about][:2] if one.about else [None])
            for row in rows:
                yield f"/api/v1/{one.address.replace('<id>', str(row and row.pk))}/", {}
        yield "/api/v1/census/", DAYS
        yield f"{path(self.dialogue)}concurrent-cases/", {"known_on": DAYS["known_on"]}
        yield "/api/v1/search/", {"q": "untold"}
        yield "/api/v1/timeline/", {"page_size": 3}

    def others(self):
        """The same of lists and of records."""
        for view in api.ENDPOINTS:
            address = list_url(view.model()).partition("8000")[2]
            yield address, {"page_size": 200}
            (row,) = self.client.get(address, {"page_size": 1}).json()["results"]
            yield f"{address}{row['id']}/", {}

    def change_everything(self):
        """Corrects all texts and dates, removes citations and links, and adds a record of each kind."""
        chance = Random(11)
        for model, rows in self.rows.items():
            names = {field.name for field in model._meta.concrete_fields}
            for number, row in enumerate(rows):
                for name in names & {*TEXTS}:
                    setattr(row, name, f"Corrected {number}")
                for name in names & {"date", "start_date"}:
                    setattr(row, name, chance.choice(("2019", "2025-10-14", "2026-01")))
                self.saved(row)
                if number % 2 and hasattr(row, "citations"):
                    row.citations.all().delete()
                for field in model._meta.many_to_many:
                    if field.name != "cleared" and number % 2:
                        getattr(row, field.name).clear()
            self.saved(rows[0])
            make.one(model)
        self.event.kind = "release"
        self.event.save()
        make.case_event(case=self.event.case, kind="arrest", date="2025-07")
        make.participation(dialogue=self.dialogue, person=self.rows[Person][1])

    def saved(self, row):
        try:
            with transaction.atomic():
                row.clean()
                row.save()
        except (ValidationError, DatabaseError):
            row.refresh_from_db()

    @pytest.mark.broad
    def test_every_figure_is_the_same_byte_for_byte_but_for_what_it_says_of_the_moment(self):
        asked = some(self.figures(), one_in=2)
        before = [(address, given, self.client.get(address, given).content) for address, given in asked]
        moment = now()
        self.change_everything()
        changed = 0
        for address, given, then in before:
            with self.subTest(address, given=given):
                self.assertEqual(ENDS.sub(b"", self.body(address, moment, **given)), ENDS.sub(b"", then))
            changed += self.client.get(address, given).content != then
        self.assertGreater(changed, len(before) / 3, "Most of them say something else today.")

    @pytest.mark.broad
    def test_so_are_lists_and_records(self):
        asked = some(self.others())
        before = [(address, given, self.client.get(address, given).json()) for address, given in asked]
        moment = now()
        self.change_everything()
        for address, given, then in before:
            with self.subTest(address):
                found = json.loads(self.body(address, moment, **given))
                found.pop("published_on", None)
                found.pop("notice", None)
                self.assertEqual(comparable(found), comparable(then))

    @pytest.mark.broad
    def test_each_number_leads_to_its_rows_at_that_moment(self):
        moment = now()
        self.change_everything()
        found = self.shown("/api/v1/census/", moment, as_of="2025-10-31").json()
        numbers = [row["people"] for row in found["answers"] if row["people"]["url"]]
        self.assertTrue(numbers)
        for one in some(numbers):
            rows = self.client.get(one["url"].partition("8000")[2]).json()
            self.assertEqual(rows["total"], one["count"], one["url"])

    def test_what_was_withdrawn_since_is_left_out_and_the_rest_is_the_same(self):
        address = f"{path(self.dialogue)}representation/"
        other = make.participation(dialogue=self.dialogue, person=self.rows[Person][2])
        without = self.client.get(address).json()
        moment = now()
        other.withdraw(make.member("editor"), "A mistake.")
        self.assertNotEqual(without, self.client.get(address).json())
        expected = self.client.get(address).json()
        self.dialogue.title = "Corrected"
        self.dialogue.save()
        found = json.loads(self.body(address, moment))
        self.assertEqual(found, expected)


def comparable(value):
    """An answer without when records have changed last, which the history does not know."""
    if isinstance(value, list):
        return [comparable(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: comparable(one) for name, one in value.items() if name not in ("changed_at", "next", "previous")
    }
