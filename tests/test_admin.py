"""Guards of the admin: every page opens, costs the same for many rows, and shows only what it may."""

from itertools import product
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialogues.admin import ContextEventAdmin
from dialogues.models import ContextEvent, Dialogue, Participation, Statement
from people.models import Conflict, Organization, PersecutionCase, Person
from tests import make
from tests.generate import World
from tests.sampling import some
from tracker.records.admin.lists.lists import links_to_lists
from tracker.records.base.places import Place
from tracker.records.base.record import Record
from tracker.records.policy.visibility import Visible
from tracker.records.values.names import fold

FEW, MANY = 2, 6
SECRET = "Zzyzxqova"
OURS = [model for model in admin.site._registry if issubclass(model, Visible)]
RECORDS = [model for model in OURS if issubclass(model, Record)]


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def relations(model):
    """The relations of a model that its forms offer for a choice."""
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return [field for field in fields if field.is_relation and field.editable and field.name != "record"]


def choices_address(field):
    """Where autocomplete asks for the rows of a relation."""
    meta = field.model._meta
    asked = f"app_label={meta.app_label}&model_name={meta.model_name}&field_name={field.name}"
    return f"{reverse('admin:autocomplete')}?{asked}"


CHOSEN = {field.related_model: field for model in OURS for field in relations(model)}


class AdminTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.admin = make.superuser()

    def setUp(self):
        self.client.force_login(self.admin)

    def opens(self, path):
        """The answer of a page, and how many queries it took."""
        with CaptureQueriesContext(connection) as queries:
            answer = self.client.get(path)
        self.assertEqual(answer.status_code, 200, path)
        return answer, len(queries)


class EveryPageTest(AdminTest):
    def test_every_record_has_an_admin(self):
        self.assertEqual(set(make.BUILDERS), set(RECORDS))

    def test_the_index_and_each_app_open(self):
        for path in ["/admin/", *(f"/admin/{app}/" for app in ("records", "people", "dialogues"))]:
            self.opens(path)

    @pytest.mark.broad
    def test_list_add_change_delete_and_history_open(self):
        pages = ("changelist", "add", "change", "delete", "history")
        for model, page in some(product(RECORDS, pages), one_in=4):
            draft = make.one(model, publication="draft", created_by=self.admin)
            args = () if page in ("changelist", "add") else (draft.pk,)
            with self.subTest(model=model._meta.label, page=page):
                self.opens(address(model, page, *args))

    @pytest.mark.broad
    def test_the_list_is_searched_filtered_and_ordered(self):
        queries = ("q=person+1", "q=%27-%00", "publication__exact=draft", "source=no", "order")
        for model, query in some(product(RECORDS, queries), one_in=4):
            make.one(model)
            if query == "order":
                columns = self.client.get(address(model, "changelist")).context["cl"].list_display
                query = f"o={'.'.join(str(number) for number in range(1, len(columns) + 1))}"
            with self.subTest(model=model._meta.label, query=query):
                if "source" in query and not model.cited:
                    continue
                self.opens(f"{address(model, 'changelist')}?{query}")

    def test_every_relation_can_be_searched(self):
        for model in OURS:
            for field in relations(model):
                with self.subTest(field=str(field)):
                    answer, _ = self.opens(f"{choices_address(field)}&term=a")
                    self.assertIn("results", answer.json())

    def test_every_relation_of_a_form_is_an_autocomplete(self):
        for model in RECORDS:
            fields = self.client.get(address(model, "add")).context["adminform"].form.fields
            for field in relations(model):
                with self.subTest(field=str(field)):
                    self.assertIn("Select", type(fields[field.name].widget.widget).__name__)
                    self.assertTrue(hasattr(fields[field.name].widget.widget, "get_url"))

    @pytest.mark.broad
    def test_every_list_of_what_points_at_a_record_opens(self):
        for model in some(RECORDS):
            row = make.one(model)
            page, _ = self.opens(address(model, "change", row.pk))
            for name, path in links_to_lists(row, page.wsgi_request):
                with self.subTest(model=model._meta.label, name=name):
                    self.opens(path)

    def test_who_may_only_look_can_open_every_page(self):
        self.client.force_login(make.member("contributor"))
        dialogue = make.participation(role="speaker").dialogue
        for model in RECORDS:
            row = dialogue if model is Dialogue else make.one(model)
            with self.subTest(model=model._meta.label):
                self.opens(address(model, "change", row.pk))
                self.assertNotContains(self.client.get(address(model, "changelist")), "publish_selected")


class CostTest(AdminTest):
    """No page asks the database more often because it shows more rows."""

    @pytest.mark.broad
    def test_lists(self):
        for model in some(RECORDS):
            self.same_cost(lambda model=model: make.one(model), address(model, "changelist"))

    @pytest.mark.broad
    def test_autocomplete(self):
        for model in some(model for model in RECORDS if model in CHOSEN):
            self.same_cost(lambda model=model: make.one(model), choices_address(CHOSEN[model]))

    def test_a_dialogue_with_its_participations(self):
        row = make.dialogue()
        self.same_cost(lambda: self.participate(row), address(Dialogue, "change", row.pk))

    def participate(self, dialogue):
        affiliation = make.affiliation()
        one = make.participation(dialogue=dialogue, person=affiliation.person, affiliation=affiliation)
        make.citation(one, locator="2")
        make.group(dialogue=dialogue)
        make.participation(dialogue=dialogue, organization=make.organization())
        make.citation(dialogue)

    def test_a_case_with_its_rows(self):
        row = make.case()
        self.same_cost(lambda: self.prosecute(row), address(PersecutionCase, "change", row.pk))

    def prosecute(self, case):
        make.charge(case=case)
        event = make.case_event(case=case, place=make.place(), authority=make.organization())
        make.case_actor(case=case, event=event, person=make.person(), role="judge")
        make.recognition(case=case)
        make.identifier(case)

    def test_a_person_with_names_and_affiliations(self):
        row = make.person()
        self.same_cost(lambda: self.know(row), address(Person, "change", row.pk))

    def know(self, person):
        make.name(person, "Another name")
        make.identifier(person)
        make.affiliation(person=person, on_behalf_of=make.organization())

    def test_an_organization_with_names(self):
        row = make.organization()
        self.same_cost(lambda: make.name(row, "Another name"), address(Organization, "change", row.pk))

    def test_a_statement_with_speakers_subjects_and_relations(self):
        row = make.statement()
        self.same_cost(lambda: self.speak(row), address(Statement, "change", row.pk))

    def speak(self, statement):
        make.speaker(statement, make.person())
        make.speaker(statement, make.organization())
        make.statement_relation(statement=statement)
        statement.about_people.add(make.person())
        statement.about_dialogues.add(make.dialogue())

    def test_a_conflict_with_its_sides(self):
        row = make.conflict()
        sides = iter(range(MANY))
        path = address(Conflict, "change", row.pk)
        self.same_cost(lambda: row.sides.create(name=f"Side {next(sides)}", position=9), path)

    def same_cost(self, add, path):
        with self.subTest(path=path):
            for _ in range(FEW):
                add()
            self.opens(path)  # what is kept between requests is fetched now
            _, few = self.opens(path)
            for _ in range(MANY - FEW):
                add()
            _, many = self.opens(path)
            self.assertEqual(few, many)


class NothingHiddenTest(AdminTest):
    """A superuser sees confidential records they are not cleared for in no list, choice, page or search."""

    def hidden(self, model, **fields):
        """A confidential record; its name is SECRET where it has one."""
        named = {field.name for field in model._meta.concrete_fields} & {"name", "title"}
        return make.one(model, confidentiality="confidential", **dict.fromkeys(named, SECRET), **fields)

    def test_confidential_records_are_in_no_list_and_have_no_page(self):
        for model in RECORDS:
            row = self.hidden(model)
            with self.subTest(model=model._meta.label):
                answer, _ = self.opens(address(model, "changelist"))
                self.assertNotContains(answer, str(row.pk))
                for page in ("change", "delete", "history"):
                    self.assertEqual(self.client.get(address(model, page, row.pk)).status_code, 302)

    def test_who_is_cleared_sees_them(self):
        for model in RECORDS:
            row = self.hidden(model, cleared=[self.admin])
            with self.subTest(model=model._meta.label):
                self.assertContains(self.client.get(address(model, "changelist")), str(row.pk))
                self.opens(address(model, "change", row.pk))

    def test_confidential_records_are_no_choice(self):
        for model in CHOSEN.keys() & set(RECORDS):
            row = self.hidden(model)
            with self.subTest(model=model._meta.label):
                for term in ("", SECRET):
                    answer, _ = self.opens(f"{choices_address(CHOSEN[model])}&term={term}")
                    self.assertNotIn(str(row.pk), answer.content.decode())

    def test_records_of_confidential_people_are_hidden_with_them(self):
        person = make.person(name=SECRET, confidentiality="confidential")
        affiliation = make.affiliation(person=person)
        case = make.case(person=person, title=f"Case of {SECRET}")
        part = make.participation(person=person)
        event = make.case_event(case=case)
        for row in (affiliation, case, part, event):
            with self.subTest(row=str(row)):
                path = address(type(row), "changelist")
                self.assertNotContains(self.client.get(path), str(row.pk))
                self.assertNotContains(self.client.get(f"{path}?q={SECRET}"), str(row.pk))
        page = self.client.get(address(Dialogue, "change", part.dialogue_id))
        self.assertNotContains(page, SECRET)

    def test_a_search_by_a_hidden_name_finds_nothing(self):
        statement = make.statement(speakers=[make.person(name=SECRET, confidentiality="confidential")])
        found = self.client.get(f"{address(Statement, 'changelist')}?q={SECRET}")
        self.assertNotContains(found, str(statement.pk))

    def test_a_hidden_relation_is_shown_as_hidden_and_kept(self):
        secret = make.organization(name=SECRET, confidentiality="confidential")
        part = make.participation(selected_by=secret)
        statement = make.statement(about_organizations=[secret])
        for row in (part, statement):
            page = self.client.get(address(type(row), "change", row.pk))
            self.assertNotContains(page, SECRET)
            self.client.post(address(type(row), "change", row.pk), form_data(page))
        self.assertContains(self.client.get(address(Participation, "change", part.pk)), "(hidden)")
        part.refresh_from_db()
        self.assertGreater(part.version, 1)
        self.assertEqual(part.selected_by_id, secret.pk)
        self.assertEqual([*statement.about_organizations.all()], [secret])
        self.assertNotContains(self.client.get(address(Participation, "changelist")), SECRET)

    def test_no_list_is_ordered_by_a_hidden_name(self):
        hidden = make.place(name="Mmm", confidentiality="confidential")
        made = [make.context_event(place=make.place(name=name)) for name in ("Bbb", "Yyy")]
        made.append(make.context_event(place=hidden))
        place = ContextEventAdmin.columns.index("place") + 1  # after the column of the boxes
        for name in ("Aaa", "Zzz"):
            Place.objects.filter(pk=hidden.pk).update(name_folded=fold(name))
            listed = (
                self.client.get(address(ContextEvent, "changelist"), {"o": place}).context["cl"].result_list
            )
            self.assertEqual([row.pk for row in listed], [row.pk for row in made])

    def test_a_side_is_found_by_its_own_name(self):
        sides = make.conflict(title="North and South").sides
        found = self.client.get(f"{choices_address(Participation._meta.get_field('side'))}&term=sou")
        self.assertEqual([one["id"] for one in found.json()["results"]], [str(sides.get(name="South").pk)])

    def test_what_is_chosen_by_no_id_is_refused(self):
        sent = {"action": "withdraw_selected", "_selected_action": "x"}
        self.assertEqual(self.client.post(address(Place, "changelist"), sent).status_code, 400)

    def test_a_nul_is_looked_for_nowhere(self):
        for name in ("person", "assigned_to"):
            address = choices_address(Participation._meta.get_field(name))
            self.assertEqual(self.client.get(f"{address}&term=%00").status_code, 200)

    def test_a_filter_offers_no_hidden_conflict(self):
        make.conflict(title=SECRET, confidentiality="confidential")
        make.conflict()
        self.assertNotContains(self.client.get(address(Dialogue, "changelist")), SECRET)

    def test_no_list_takes_a_lookup_that_the_database_may_not_take(self):
        made = make.place()
        make.token(self.admin, "read")
        for model in admin.site._registry:
            names = (
                ["pk"] if model in OURS else ["pk", *(field.name for field in model._meta.concrete_fields)]
            )
            for name in (*names, "source_count"):
                for asked in ({f"{name}__regex": "("}, {f"{name}__contains": "x"}):
                    with self.subTest(model=model._meta.label, **asked):
                        answer = self.client.get(address(model, "changelist"), asked)
                        self.assertEqual(answer.status_code, 400)
        answer = self.client.get(address(Place, "changelist"), {"publication__exact": "published"})
        self.assertIn(made, answer.context["cl"].result_list)

    def test_without_permissions_nothing_opens(self):
        self.client.force_login(User.objects.create_user("staff", is_staff=True))
        for model in OURS:
            with self.subTest(model=model._meta.label):
                self.assertEqual(self.client.get(address(model, "changelist")).status_code, 403)


def form_data(page):
    """What a browser would send of a page's form: its own fields, and its rows as they stand."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent = {"reason": "A test."}
    for form in forms:
        for bound in form:
            value = bound.value()
            if not bound.field.disabled and value not in (None, ""):
                sent[bound.html_name] = (
                    [str(getattr(v, "pk", v)) for v in value] if isinstance(value, list) else value
                )
    return sent


JUNK = ("", "x", "999", "-1", "9" * 30, "\0", "é" * 3_000, "2024-99-99", "[]")


class JunkTest(TestCase):
    @pytest.mark.long
    def test_no_field_of_any_form_fails_on_junk(self):
        self.client.force_login(make.superuser())
        World().build()
        tried = 0
        for model in RECORDS:
            page = address(model, "change", model.objects.visible_to(None).first().pk)
            data = {**form_data(self.client.get(page)), "reason": "x"}
            for name in list(data):
                junk = JUNK[tried % len(JUNK)]
                answer = self.client.post(page, {**data, name: junk})
                with self.subTest(model=model, name=name, junk=junk[:10]):
                    self.assertIn(answer.status_code, (200, 302, 413))
                tried += 1
                if answer.status_code == 302:  # what was saved has another version
                    data = form_data(self.client.get(page))
        print(f"{tried} forms")

    def test_a_form_takes_so_many_rows_and_fields_and_no_more(self):
        self.client.force_login(make.superuser())
        row = make.person()
        page = address(Person, "change", row.pk)
        data = {**form_data(self.client.get(page)), "reason": "x"}
        tables = [name for name in data if name.endswith("-TOTAL_FORMS")]
        most = settings.MAX_ROWS - sum(int(data[name]) for name in tables)
        filled = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS - len(urlencode(data, doseq=True).split("&"))
        for more, sent, status in (
            ("rows", {tables[0]: most + int(data[tables[0]])}, 200),
            ("rows", {tables[0]: most + int(data[tables[0]]) + 1}, 413),
            *(("rows", {tables[0]: many}, 413) for many in ("1_000 ", "1000.", "1000.0")),
            ("rows", dict.fromkeys(tables, settings.MAX_ROWS // len(tables) + 1), 413),
            ("junk", dict.fromkeys(tables, "x"), 200),
            ("fields", {f"x{number}": "x" for number in range(filled)}, 302),
            ("fields", {f"x{number}": "x" for number in range(filled + 1)}, 413),
            ("bytes", {"x": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE}, 413),
        ):
            with self.subTest(more=more, status=status):
                body = urlencode(data | sent, doseq=True)
                answer = self.client.post(page, body, "application/x-www-form-urlencoded")
                self.assertEqual(answer.status_code, status)
                if status == 413:
                    told = "at most 500 rows (stored ones included), 10000 fields"
                    self.assertContains(answer, told, status_code=413)

    def test_a_stale_form_with_keys_that_are_none_is_shown_again(self):
        self.client.force_login(make.superuser())
        row = make.person()
        page = address(Person, "change", row.pk)
        data = {**form_data(self.client.get(page)), "reason": "x"}
        Person.objects.get(pk=row.pk).save()  # somebody else was first
        self.shown_again(page, data, "cleared", "citations-0-id")

    def shown_again(self, page, data, *names):
        for name in names:
            for junk in ("x", "\0", "9" * 30):
                with self.subTest(name=name, junk=junk):
                    self.assertEqual(self.client.post(page, {**data, name: junk}).status_code, 200)

    def test_a_stale_form_with_rows_that_choose_among_themselves_is_shown_again(self):
        self.client.force_login(make.superuser())
        row = make.dialogue()
        make.group(dialogue=row)
        part = make.participation(dialogue=row)
        page = address(Dialogue, "change", row.pk)
        data = {**form_data(self.client.get(page)), "reason": "x"}
        for one in (row, part):
            type(one).objects.get(pk=one.pk).save()
        self.shown_again(page, data, "participations-0-member_of", "participations-1-member_of")
        answer = self.client.post(page, {**data, "participations-1-member_of": "row:0"})
        self.assertContains(answer, "a new row")
