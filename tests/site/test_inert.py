"""Markup in any text of any record is shown as text, on every page of the admin."""

import re
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.test import SimpleTestCase, TestCase

from tests import make
from tests.browser import BrowserTest
from tests.test_admin import RECORDS, address
from tracker.records.accounts.saved_filters import SavedFilter
from tracker.records.audit.actor import acting_as
from tracker.records.audit.history import Entry
from tracker.records.values.dates.date_columns import PartialDateField
from tracker.records.values.texts.text import text_columns
from tracker.records.workflow.proposals import Proposal

MARKUP = '"><img src=x onerror=ran=1>'
numbers = count()
TRUSTED = {
    "accounts/second_factor.py": "a picture that a library draws of squares alone",
    "site/pictures/drawing.py": "a drawing that an XML library wrote, which escapes each text in it",
    "site/words/tags.py": "JSON for search engines, with an escape for each character that could end it",
}
RAW = re.compile(
    r"\|\s*(safe|safeseq)\b|autoescape off|mark_safe|SafeString|"
    r"innerHTML|outerHTML|insertAdjacentHTML"
)


def world():
    """A record of each kind that says nothing but markup, with its parts, a proposal and a kept filter."""
    author = make.member("contributor", first_name=MARKUP, last_name=MARKUP)
    rows = []
    for model in RECORDS:
        row = make.one(model, publication="in_review", created_by=author)
        for relation in model._meta.related_objects:
            if relation.field.name == "record":
                for part in getattr(row, relation.related_name).all():
                    fill(part)
        rows.append(fill(row))
    return author, rows


def fill(row):
    """Makes every text of a row markup, past all validation; a text that is empty may have to be so."""
    for field in text_columns(type(row)):
        coded = isinstance(field, PartialDateField | ArrayField | models.URLField)
        roomy = (field.max_length or 99) > len(MARKUP) + 3
        free = isinstance(field, models.TextField) and field.name != "value"  # only what contradicts has one
        if roomy and not coded and (free or getattr(row, field.attname)):
            setattr(row, field.attname, f"{MARKUP}{next(numbers)}")
    with acting_as(reason=MARKUP):
        row.save()
    return row


def pages_of(row):
    """The pages of a record that is in review."""
    model = type(row)
    place, entry = address(model, "changelist"), Entry.objects.of(row).last()
    yield place
    yield address(model, "change", row.pk)
    yield address(model, "history", row.pk)
    yield f"{address(model, 'history', row.pk)}{entry.pk}/"  # where it is taken back
    yield f"{place}{row.pk}/publish/"
    yield from (f"{place}{verb}/?ids={row.pk}" for verb in ("send-back", "takedown", "bulk"))


class PagesTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.admin = make.superuser(first_name=MARKUP, last_name=MARKUP)
        cls.author, cls.rows = world()
        SavedFilter.objects.create(user=cls.admin, model="records.Place", name=MARKUP, query="q=x")
        make.token(cls.admin, "read", name=MARKUP)
        place = make.place(name=MARKUP)
        cls.proposal = Proposal.objects.create(
            model="records.Place",
            record_id=place.pk,
            version=place.version,
            document={"name": f"{MARKUP}!", "nonsense": MARKUP},
            reason=MARKUP,
            created_by=cls.author,
        )

    def setUp(self):
        self.client.force_login(self.admin)

    def assert_inert(self, where, status=200):
        answer = self.client.get(where)
        self.assertEqual(answer.status_code, status, where)
        self.assertNotIn(MARKUP, answer.content.decode(), where)
        return "onerror=ran=1" in answer.content.decode()

    @pytest.mark.long
    def test_every_page_of_every_kind_of_record(self):
        shown = 0
        for row in self.rows:
            model = type(row)
            for page in pages_of(row):
                with self.subTest(page=page):
                    shown += self.assert_inert(page)
            model.objects.filter(pk=row.pk).update(publication="published")
            with self.subTest(model=model, page="withdraw"):
                shown += self.assert_inert(f"{address(model, 'changelist')}withdraw/?ids={row.pk}")
        self.assertGreater(shown, 50)

    def test_the_other_pages(self):
        for page in (
            "/admin/",
            "/admin/waiting/review/",
            "/admin/auth/user/",
            f"/admin/auth/user/{self.author.pk}/change/",
            "/admin/records/apitoken/",
            "/admin/records/proposal/",
            f"/admin/records/proposal/{self.proposal.pk}/change/",
            address(type(self.rows[0]), "changelist") + "?q=" + "%22%3E%3Cimg%20src=x%20onerror=ran=1%3E",
        ):
            with self.subTest(page=page):
                self.assert_inert(page)


@pytest.mark.long
class InBrowserTest(BrowserTest):
    """Also where scripts build the page, and without the policy that would stop a script anyway."""

    def test_nothing_runs(self):
        admin = make.superuser(first_name=MARKUP)
        _, rows = world()
        context = self.browser.new_context(base_url=self.live_server_url, bypass_csp=True)
        self.addCleanup(context.close)
        context.set_default_timeout(90_000)
        self.page = context.new_page()
        self.log_in(admin)
        kinds = {type(row)._meta.model_name: row for row in rows}
        for name in ("dialogue", "participation", "person", "source"):
            row = kinds[name]
            for page in pages_of(row):
                self.page.goto(page)
                self.assert_nothing_ran()
        self.page.goto(address(type(kinds["participation"]), "add"))
        self.page.click(".field-dialogue .select2-selection")
        self.page.wait_for_selector(".select2-results__option:has-text('onerror')")
        self.assert_nothing_ran()
        self.page.click(".select2-results__option:has-text('onerror')")
        self.assert_nothing_ran()
        self.page.goto("/admin/")
        self.assert_nothing_ran()

    def assert_nothing_ran(self):
        self.page.wait_for_load_state("networkidle")
        found = self.page.evaluate("[typeof ran, document.querySelectorAll('[onerror]').length]")
        self.assertEqual(found, ["undefined", 0])


class SourceTest(SimpleTestCase):
    def test_no_template_and_no_script_of_ours_trusts_a_text(self):
        for app in ("tracker", "people", "dialogues"):
            for file in sorted((Path(settings.BASE_DIR) / app).rglob("*")):
                if file.suffix in (".html", ".py", ".js"):
                    found = [match[0] for match in RAW.finditer(file.read_text(encoding="utf-8"))]
                    trusted = any(str(file).endswith(name) for name in TRUSTED)
                    self.assertEqual(found, ["mark_safe"] * 2 * trusted, file)  # imported and used once
