"""Filters of the admin's lists as links, and those that somebody keeps for themselves."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from people.models import Conflict, Person
from tests import make
from tests.site.test_workflow import WorkTest
from tests.test_admin import address
from tracker.records.accounts.saved_filters import SavedFilter
from tracker.records.admin.lists.saved_filters import MOST_FILTERS

LIST = address(Person, "changelist")
DRAFTS = "gender__exact=female&publication__exact=draft"


class SavedFilterTest(WorkTest):
    def keep(self, name, query=DRAFTS, model=Person):
        return self.client.post(address(model, "filters"), {"name": name, "query": query}, follow=True)

    def remove(self, one):
        return self.client.post(address(Person, "filters"), {"remove": one.pk, "query": ""})

    def links(self, path=LIST):
        context = self.client.get(path).context
        return [(one.name, one.query) for one in context["own_filters"]]

    def test_the_present_filter_is_kept_under_a_name_and_removed(self):
        self.client.force_login(self.editor)
        self.assertContains(self.client.get(f"{LIST}?{DRAFTS}&p=1"), 'aria-label="A name for this filter"')
        answer = self.keep("Women", "publication__exact=draft&p=2&gender__exact=female")
        self.assertEqual(answer.redirect_chain[-1][0], f"{LIST}?{DRAFTS}")
        self.assertContains(answer, f'<a href="?{escape(DRAFTS)}" aria-current="page">Women</a>')
        self.assertNotContains(answer, "A name for this filter")
        self.keep("Women", "publication__exact=draft")
        self.assertEqual(self.links(), [("Women", "publication__exact=draft")])
        self.remove(SavedFilter.objects.get())
        self.assertEqual(self.links(), [])

    def test_a_number_of_any_length_removes_nothing(self):
        self.client.force_login(self.editor)
        self.keep("Women")
        answer = self.client.post(address(Person, "filters"), {"remove": "9" * 5000, "query": ""})
        self.assertEqual((answer.status_code, len(self.links())), (302, 1))

    def test_nobody_sees_uses_or_removes_those_of_others(self):
        self.client.force_login(self.editor)
        self.keep("Zzyzx")
        kept = SavedFilter.objects.get()
        for user in (self.second, self.contributor, make.superuser()):
            self.client.force_login(user)
            self.assertEqual(self.links(), [])
            self.assertNotContains(self.client.get(LIST), "Zzyzx")
            self.remove(kept)
            self.keep("Zzyzx", "mine=yes")
        kept.refresh_from_db()
        self.assertEqual(kept.query, DRAFTS)
        self.client.force_login(self.administrator)
        self.assertEqual(self.keep("Mine").status_code, 403)

    def test_each_list_has_its_own(self):
        self.client.force_login(self.editor)
        self.keep("Women")
        self.assertEqual(self.links(address(Conflict, "changelist")), [])

    def test_what_cannot_be_kept_is_said(self):
        self.client.force_login(self.editor)
        for name, query in (("", DRAFTS), ("n" * 61, DRAFTS), ("Nothing", ""), ("Long", f"q={'ə' * 400}")):
            self.assertContains(self.keep(name, query), "Not saved: set a filter")
        for number in range(MOST_FILTERS):
            self.keep(f"Number {number}")
        self.assertContains(self.keep("One more"), "Remove one first")
        self.assertEqual(SavedFilter.objects.count(), MOST_FILTERS)
        self.assertEqual(self.client.get(address(Person, "filters")).status_code, 405)
        self.client.post(address(Person, "filters"), {"remove": "9" * 30})

    def test_a_name_or_a_query_is_never_markup_or_another_site(self):
        self.client.force_login(self.editor)
        answer = self.keep('<b>"', "//evil.example/?q=<i>")
        self.assertTrue(answer.redirect_chain[-1][0].startswith(f"{LIST}?"))
        self.assertNotContains(answer, "<b>")
        self.assertNotContains(answer, "<i>")

    def test_a_list_costs_one_query_for_any_number_of_them(self):
        self.client.force_login(self.editor)
        costs = []
        for number in range(3):
            with CaptureQueriesContext(connection) as queries:
                self.client.get(LIST)
            asked = [query for query in queries if "records_savedfilter" in query["sql"]]
            costs.append((len(asked), len(queries)))
            self.keep(f"Number {number}")
        self.assertEqual({asked for asked, _ in costs}, {1})
        self.assertEqual(costs[1][1], costs[2][1])


class ShortcutTest(WorkTest):
    def test_each_leads_to_what_it_says(self):
        own = self.draft(created_by=self.contributor)
        given = make.person(publication="in_review", assigned_to=self.editor)
        bare = make.person(cited=False, created_by=self.editor)
        self.client.force_login(self.editor)
        found = {
            name: set(self.client.get(f"{LIST}?{query}").context["cl"].result_list)
            for name, query in self.client.get(LIST).context["shortcuts"]
        }
        wanted = {"Mine": {given, bare}, "Drafts": {own}, "In review": {given}, "Without a source": {bare}}
        self.assertEqual(found, {"All": {own, given, bare}, **wanted})

    def test_a_list_without_citations_does_not_ask_for_them(self):
        self.client.force_login(self.editor)
        self.assertNotContains(self.client.get(address(Conflict, "changelist")), "Without a source")
