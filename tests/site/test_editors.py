"""docs/editors.md says what is so: each label stands on the pages that its section is about."""

import json
import re
from html.parser import HTMLParser
from itertools import product
from unittest import mock

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client, override_settings
from django_otp.plugins.otp_totp.models import TOTPDevice

from dialogues.models import Dialogue, Participation, Statement
from people.models import CaseActor, CaseEvent, Consent, PersecutionCase, Person
from tests import make
from tests.site.test_second_factor import PAGE as SECOND_FACTOR
from tests.site.test_second_factor import code_of
from tests.site.test_workflow import WorkTest
from tests.test_admin import address, form_data
from tests.test_roles import lines
from tracker.records.accounts.saved_filters import SavedFilter
from tracker.records.audit.history import Entry
from tracker.records.base.places import Place
from tracker.records.base.sources import Source
from tracker.records.management.commands import roles
from tracker.records.policy import roles as rules
from tracker.records.protection.name_search import run_searches
from tracker.records.workflow.proposals import Proposal
from tracker.records.workflow.verb_table import VERBS

DOCUMENT = (settings.BASE_DIR / "docs" / "editors.md").read_text(encoding="utf-8")
SCRIPTS = settings.BASE_DIR / "tracker" / "static" / "tracker"
SAID_BY_ATTRIBUTES = ("value", "aria-label", "placeholder", "title")
ALONE = {"input", "br", "img", "link", "meta", "hr"}
SAME_PEOPLE = {
    "contributor": "Contributor",
    "editor": "Editor",
    "officer": "Case officer",
    "administrator": "Administrator",
    "superuser": "Superuser",
}
SAME_STATES = {
    "A draft of one's own": "own-draft",
    "A draft that one was given": "given-draft",
    "A draft of others": "draft",
    "In review, one's own": "own-in-review",
    "In review, of others": "in-review",
    "Published": "published",
    "Published and restricted": "restricted",
    "Withdrawn, one's own": "own-withdrawn",
    "Withdrawn, of others": "withdrawn",
    "Taken down, of others": "taken-down",
    "Confidential, one is not": "confidential",
}
SAME_DEEDS = {
    "see": ("GET", "200"),
    "change": ("PATCH", "200"),
    "propose a change": ("PATCH", "202"),
    "publish \\*": ("publish", "eyes"),
    **{one.title.lower(): (one.path, "200") for one in VERBS},
}


class Labels(HTMLParser):
    """The texts of all elements of a page, and what its buttons say."""

    def __init__(self, page):
        super().__init__()
        self.open, self.found = [], set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found |= {said(value) for name, value in attrs if name in SAID_BY_ATTRIBUTES and value}
        for text in (value for name, value in attrs if name == "data-inline-formset"):
            self.found.add(json.loads(text)["options"]["addText"])
        if tag not in ALONE:
            self.open.append([tag, ""])

    def handle_data(self, data):
        for one in self.open:
            one[1] += data

    def handle_endtag(self, tag):
        while self.open and any(tag == name for name, _ in self.open):
            name, text = self.open.pop()
            self.found.add(said(text))
            if name == tag:
                break


def said(text):
    """A text as it is read: without line breaks, and without the colon behind a label."""
    return " ".join(text.split()).removesuffix(":")


def labels_of(document):
    """{heading: the labels that its section quotes}, for the sections that quote some."""
    sections = re.split(r"^## (.+)$", document, flags=re.MULTILINE)[1:]
    bold = [re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL) for text in sections[1::2]]
    found = zip(sections[::2], bold, strict=True)
    return {heading: {said(label) for label in labels} for heading, labels in found if labels}


def said_by_scripts():
    """The texts that scripts put on pages."""
    scripts = "".join(path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.js"))
    return {re.sub(r"\$\{.+?\}", "Somebody New", text) for text in re.findall(r'["`]([^"`\n]+)["`]', scripts)}


@override_settings(FOUR_EYES=True)
class LabelsTest(WorkTest):
    """Each label that the document quotes is the whole text of something on a page of its section."""

    def test_every_label_stands_on_a_page(self):
        entering, review = [*self.entering()], [*self.review()]
        pages = {
            "Your first day": lambda: [*entering, *review, *self.seen(self.editor, "/admin/")],
            "An account": self.account,
            "Logging in": self.logging_in,
            "The start page": self.start,
            "Entering a dialogue": lambda: entering,
            "Review": lambda: review,
            "After publication": self.after,
            "Names that must not be public": self.names,
            "Takedown": self.takedown,
            "Consent and the right of reply": self.consent,
            "Confidential records": self.confidential,
            "When two people edit one record": self.two,
            "History": self.history,
            "Several records at once": self.many,
            "From a source to its records": self.source,
            "Tokens": self.tokens,
        }
        quoted = labels_of(DOCUMENT)
        self.assertEqual(set(quoted), set(pages))
        for heading, labels in quoted.items():
            with self.subTest(heading):
                self.assertEqual(labels - self.found(pages[heading]()), set())

    def test_the_labels_of_the_other_document_stand_on_pages(self):
        text = (settings.BASE_DIR / "docs" / "writing.md").read_text(encoding="utf-8")
        quoted = labels_of(text)
        self.assertEqual(set(quoted), {"A token"})
        self.assertEqual(quoted["A token"] - self.found(self.tokens()), set())

    def found(self, pages):
        return set().union(*(Labels(page.content.decode()).found for page in pages), said_by_scripts())

    def logging_in(self):
        with self.settings(SECOND_FACTOR=True):
            self.client.force_login(make.superuser())
            begun = self.client.get(SECOND_FACTOR)
            app = TOTPDevice(key=self.client.session["second_factor_begun"])
            codes = self.client.post(SECOND_FACTOR, {"code": code_of(app)})
            user = f"/admin/auth/user/{make.member('editor').pk}"
            pages = ("/admin/", SECOND_FACTOR, f"{user}/change/", f"{user}/link/")
            return [begun, codes, *map(self.client.get, pages)]

    def seen(self, user, *paths):
        """These pages, as somebody sees them."""
        self.client.force_login(user)
        pages = [self.client.get(path) for path in paths]
        self.assertEqual([page.status_code for page in pages], [200] * len(pages), paths)
        return pages

    def account(self):
        users = "/admin/auth/user/"
        yield from self.seen(
            self.administrator,
            "/admin/",
            users,
            f"{users}add/",
            f"{users}{self.editor.pk}/change/",
            f"{users}{self.editor.pk}/link/",
        )
        once = self.client.post(f"{users}add/", {"username": "invited", "roles": ["editor"]})
        yield once
        link = re.search(r'class="secret">https?://[^/]+(.+?)</code>', once.content.decode())[1]
        yield Client().get(link, follow=True)

    def start(self):
        lists = [f"/admin/waiting/{section.slug}/" for section in admin.site.start.sections]
        known = {"user": self.editor, "model": Dialogue._meta.label}
        SavedFilter.objects.create(**known, name="Forums", query="classification__exact=forum")
        return self.seen(self.editor, "/admin/", *lists, f"{address(Dialogue, 'changelist')}?q=Lachin")

    def entering(self):
        draft = self.draft(Dialogue, cited=False, places=[self.draft(Place)])
        yield from self.seen(
            self.contributor,
            "/admin/",
            address(Source, "add"),
            address(Dialogue, "add"),
            address(Dialogue, "change", draft.pk),
            address(Dialogue, "submit", draft.pk),
            address(PersecutionCase, "add"),
        )

    def review(self):
        dialogue = self.draft(Dialogue, publication="in_review")
        for _ in range(10):
            self.draft(Participation, dialogue=dialogue)
        back = f"{address(Dialogue, 'send_back')}?ids={dialogue.pk}"
        change, publish = (address(Dialogue, page, dialogue.pk) for page in ("change", "publish"))
        secret = self.draft(Participation, dialogue=make.dialogue(disclosure="secret"))
        unsourced = self.draft(Dialogue, source=self.draft(Source))
        yield from self.seen(
            self.editor,
            "/admin/waiting/not-published/",
            address(Dialogue, "publish", unsourced.pk),
            change,
            back,
            publish,
            address(Participation, "publish", secret.pk),
        )
        self.draft(publication="in_review").send_back(self.editor, "Add the year.")
        yield from self.seen(self.contributor, "/admin/")

    def after(self):
        row = make.person()
        page = address(Person, "change", row.pk)
        yield from self.seen(self.contributor, page)
        self.propose(row, description="proposed")
        [proposal] = Proposal.objects.all()
        self.client.force_login(self.editor)
        yield from self.seen(
            self.editor,
            "/admin/",
            page,
            address(Proposal, "change", proposal.pk),
            address(Person, "withdraw"),
        )
        self.change(row, description="changed", reason="A source.")
        yield from self.seen(self.second, "/admin/", page)
        row.withdraw(self.editor, "A mistake.")
        yield from self.seen(self.editor, page)

    def propose(self, row, **values):
        path = address(type(row), "propose", row.pk)
        self.client.post(path, {**form_data(self.client.get(path)), **values})

    def names(self):
        make.person(name="Irina Morozova", confidentiality="restricted")
        page = address(Dialogue, "change", make.dialogue().pk)
        [form] = self.seen(self.editor, page)
        yield self.client.post(page, {**form_data(form), "summary": "Irina Morozova came."})

    def takedown(self):
        row = make.person(name="Somebody Known")
        make.dialogue(summary="Somebody Known was there.")
        ask = address(Person, "takedown")
        change, publish = (address(Person, page, row.pk) for page in ("change", "publish"))
        yield from self.seen(self.editor, change, f"{ask}?ids={row.pk}", address(Person, "changelist"))
        row.takedown(self.editor, "safety")
        run_searches()
        yield from self.seen(self.editor, change, address(Person, "found", row.pk), publish)
        yield from self.seen(make.superuser(), address(Person, "erase", row.pk))

    def consent(self):
        person = make.person(basis="consent")
        Consent.objects.create(record=person, scope="all", form="oral")
        pages = address(Person, "change", person.pk), address(Statement, "add")
        return self.seen(self.editor, "/admin/", *pages)

    def confidential(self):
        row = make.participation(naming="withheld", cleared=[self.editor])
        pages = (address(model, "add") for model in (CaseEvent, CaseActor))
        yield from self.seen(self.editor, "/admin/", *pages, address(Participation, "change", row.pk))
        yield from self.seen(self.administrator, "/admin/")

    def two(self):
        row = make.person()
        [page] = self.seen(self.editor, address(Person, "change", row.pk))
        self.change(row, description="first", reason="A source.")
        yield self.client.post(
            address(Person, "change", row.pk), {**form_data(page), "description": "second"}
        )
        yield Client().post(address(Person, "change", row.pk), form_data(page))

    def history(self):
        row = make.person()
        self.client.force_login(self.editor)
        for text in ("one", "two"):
            self.change(row, description=text, reason="A source.")
        change, history = (address(Person, page, row.pk) for page in ("change", "history"))
        yield from self.seen(self.editor, change, history)
        [older] = re.findall(
            r'href="(\d+)/">Restore this version', self.client.get(history).content.decode()
        )[:1]
        yield from self.seen(self.editor, f"{history}{older}/")

    def many(self):
        row = make.person()
        listed, bulk = address(Person, "changelist"), address(Person, "bulk")
        yield from self.seen(self.editor, listed, f"{bulk}?ids={row.pk}")

    def source(self):
        return self.seen(self.editor, address(Source, "change", make.person().citations.get().source_id))

    def tokens(self):
        row, _ = make.token(self.contributor, "read")
        path = "/admin/records/apitoken/"
        return self.seen(self.contributor, "/admin/", path, f"{path}add/", f"{path}{row.pk}/change/")


class CompleteTest(WorkTest):
    """What the document lists, it lists as the code has it."""

    def test_every_list_of_the_start_page_is_told_in_its_order(self):
        told = re.findall(r"^\| \*\*(.+?)\*\* \|", DOCUMENT, re.MULTILINE)
        self.assertEqual(told, [section.title for section in admin.site.start.sections])

    def test_every_key_is_told(self):
        script = (SCRIPTS / "rows.js").read_text(encoding="utf-8")
        known = re.search(r"const KEYS = \{(.+?)\n  \};", script, re.DOTALL)[1]
        keys = re.findall(r'^    "(.+?)":', known, re.MULTILINE)
        told = re.findall(r"`((?:Alt|Ctrl)\+.+?)`", DOCUMENT)
        self.assertEqual([key.lower() for key in told], [key.lower() for key in keys])

    def test_the_table_is_the_one_that_the_rules_give(self):
        self.assertIn(f"\n\n{roles.roles_table()}\n\n", DOCUMENT, "Paste the output of `make roles`.")


class RolesTableTest(WorkTest):
    """The table is asked, not written."""

    def test_nothing_of_the_samples_is_kept(self):
        before = Entry.objects.count(), get_user_model().objects.count()
        roles.cells()
        self.assertEqual((Entry.objects.count(), get_user_model().objects.count()), before)
        self.assertFalse(Place.objects.filter(name="Sample").exists())

    def test_another_rule_gives_another_table(self):
        before = roles.cells()
        with mock.patch.object(rules, "may_change", return_value=False):
            after = roles.cells()
        own = ("A draft of one's own", "Contributor")
        self.assertIn("change", before[own])
        self.assertNotIn("change", after[own])

    def test_the_api_answers_as_the_table_says(self):
        """What a cell says, the table of statuses says of the same person and state."""
        found, statuses = roles.cells(), lines()
        for (state, tie), (person, column) in product(SAME_STATES.items(), SAME_PEOPLE.items()):
            answers = statuses[person, tie]
            for words, (request, status) in SAME_DEEDS.items():
                with self.subTest(state=state, person=person, deed=words):
                    self.assertEqual(words in found[state, column], answers[request] == status)
