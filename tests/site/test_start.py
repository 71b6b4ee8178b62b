"""The start page: each sees the work that is theirs, in few queries, and nothing that is hidden."""

import re
from datetime import timedelta

from django.contrib import admin
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dialogues.models import Dialogue, Participation
from people.models import Person
from tests import make
from tests.site.test_workflow import WorkTest
from tests.test_admin import address
from tracker.records.workflow.proposals import Proposal

TODAY = timezone.now().date()


class StartTest(WorkTest):
    def sections(self, user):
        """{slug: [records]} of the start page of somebody."""
        self.client.force_login(user)
        page = self.client.get("/admin/")
        return {one["section"].slug: [item.record for item in one["items"]] for one in page.context["busy"]}

    def listed(self, user, slug):
        """The records of one section, from the page with its whole list; the start page asks for all."""
        self.client.force_login(user)
        page = self.client.get(f"/admin/waiting/{slug}/")
        return [item.record for item in page.context["items"]] if page.status_code == 200 else []


@override_settings(FOUR_EYES=True)
class WorkOfEachTest(StartTest):
    def test_own_and_assigned_drafts_with_the_comment_they_came_back_with(self):
        row = self.draft(publication="in_review", name="Sent back")
        row.send_back(self.editor, "Add the year.")
        assigned = make.person(publication="draft", assigned_to=self.contributor)
        make.person(publication="draft")
        self.assertEqual(set(self.listed(self.contributor, "drafts")), {row, assigned})
        self.assertContains(self.client.get("/admin/"), "Add the year.")

    def test_what_is_published_with_a_draft_is_not_listed_beside_it(self):
        dialogue = self.draft(Dialogue)
        self.draft(Participation, dialogue=dialogue)
        self.assertEqual(self.listed(self.contributor, "drafts"), [dialogue])

    def test_what_is_in_review_waits_for_editors_who_did_not_write_it(self):
        row = make.person(publication="in_review", created_by=self.editor)
        self.assertEqual(self.listed(self.second, "review"), [row])
        self.assertEqual(self.listed(self.editor, "review"), [])
        self.assertEqual(self.listed(self.contributor, "review"), [])

    def test_changes_wait_for_a_second_editor_who_ticks_them(self):
        row = make.person()
        self.client.force_login(self.editor)
        self.change(row, description="a historian", reason="A source.")
        self.assertEqual(self.listed(self.editor, "changes"), [])
        self.assertEqual(self.listed(self.second, "changes"), [row])
        self.client.post(address(Person, "read", row.pk), {"version": row.version, "back": "start"})
        self.assertEqual(self.listed(self.second, "changes"), [])

    def test_proposals_are_listed_for_who_made_them_and_who_decides(self):
        row = make.person()
        known = {"model": "people.Person", "record_id": row.pk, "version": 1, "document": {}}
        one = Proposal.objects.create(**known, reason="A misprint.", created_by=self.contributor)
        for user, listed in ((self.contributor, [one]), (self.editor, [one]), (self.officer, [])):
            self.assertEqual(self.listed(user, "proposals"), listed)

    def test_follow_ups_are_due_on_their_day(self):
        due = make.person(follow_up=TODAY, assigned_to=self.contributor)
        make.person(follow_up=TODAY + timedelta(days=1), assigned_to=self.contributor)
        unassigned = make.person(follow_up=TODAY - timedelta(days=1))
        self.assertEqual(self.listed(self.contributor, "follow-ups"), [due])
        self.assertEqual(self.listed(self.editor, "follow-ups"), [unassigned])

    def test_an_administrator_has_no_such_work(self):
        make.person()
        self.assertEqual(self.sections(self.administrator), {})


class QualityTest(StartTest):
    def test_hearings_to_come(self):
        ahead = make.case_event(kind="hearing", date=str(TODAY + timedelta(days=9)))
        about = make.case_event(kind="hearing", date=f"{TODAY - timedelta(days=6)}~")
        for date in (str(TODAY - timedelta(days=9)), f"{TODAY - timedelta(days=9)}~", "2024/..", ""):
            make.case_event(kind="hearing", date=date)
        make.case_event(kind="arrest", date=str(TODAY + timedelta(days=9)))
        self.assertEqual(self.listed(self.editor, "hearings"), [about, ahead])

    def test_in_custody_without_news(self):
        silent, told = (self.held(reported) for reported in (TODAY - timedelta(days=200), TODAY))
        released = self.held(TODAY - timedelta(days=200))
        make.case_event(case=released, kind="release", date=str(TODAY - timedelta(days=1)))
        self.assertEqual(self.listed(self.editor, "no-news"), [silent])
        self.assertNotIn(told, self.listed(self.editor, "no-news"))

    def test_a_list_of_mixed_states_says_the_state_of_each(self):
        make.case_event(kind="hearing", date=str(TODAY), publication="draft", confidentiality="restricted")
        make.person(follow_up=TODAY)
        case = self.held(TODAY - timedelta(days=200))
        type(case).objects.update(publication="in_review")
        self.client.force_login(self.editor)
        for slug, states in (
            ("hearings", ["Draft", "Restricted"]),
            ("follow-ups", ["Published"]),
            ("no-news", ["In review"]),
            ("uncited-fields", []),
        ):
            page = self.client.get(f"/admin/waiting/{slug}/").content.decode()
            self.assertEqual(re.findall(r'class="state .+?">(.+?)<', page), states, slug)

    def held(self, reported):
        source = make.source(date=str(reported))
        case = make.case(source=source)
        make.case_event(case=case, kind="arrest", date="2025-02-10", source=source)
        make.case_event(case=case, kind="in_custody", date=str(reported), source=source)
        return case

    def test_one_source_and_a_republication_of_it_are_no_two(self):
        source = make.source()
        row = make.person(source=source)
        make.citation(row, source=make.source(republication_of=source))
        well = make.person(source=source)
        make.citation(well, source=make.source())
        self.assertEqual(self.listed(self.editor, "one-source"), [row])

    def test_published_with_no_field_cited(self):
        row = make.person()
        well = make.person()
        make.citation(well, field="name")
        self.assertEqual(self.listed(self.editor, "uncited-fields"), [row])

    def test_published_with_a_withdrawn_source(self):
        source = make.source()
        row = make.person(source=source)
        source.withdraw(self.editor, "A forgery.")
        self.assertEqual(self.listed(self.editor, "source-withdrawn"), [row])

    def test_contributors_do_not_get_what_editors_mend(self):
        make.person()
        self.assertEqual(self.sections(self.contributor), {})


class BoundsTest(StartTest):
    def test_every_section_with_work_is_on_the_start_page(self):
        self.work()
        make.person()
        slugs = [section.slug for section in admin.site.start.sections]
        lists = {slug: self.listed(self.editor, slug)[:5] for slug in slugs}
        busy = {slug: rows for slug, rows in lists.items() if rows}
        self.assertGreater(len(busy), 4)
        self.assertEqual(self.sections(self.editor), busy)

    def test_the_page_costs_the_same_for_many_records(self):
        for _ in range(2):
            self.work()
        self.sections(self.editor)
        few = self.cost()
        for _ in range(6):
            self.work()
        many = self.cost()
        # Which kinds of records are the first five is by chance, and each takes up to three for its labels.
        self.assertLessEqual(len(many), len(few) + 6, [*few, "against", *many])
        self.assertLess(len(few), 120)

    def work(self):
        make.person(follow_up=TODAY)
        self.draft(Dialogue, publication="in_review")
        make.case_event(kind="hearing", date=str(TODAY + timedelta(days=9)))

    def cost(self):
        with CaptureQueriesContext(connection) as queries:
            self.sections(self.editor)
        return [query["sql"][:80] for query in queries]

    def test_a_short_list_leads_to_the_whole(self):
        rows = {self.draft() for _ in range(7)}
        short = self.sections(self.contributor)["drafts"]
        self.assertEqual((len(short), {*short} - rows), (5, set()))
        page = self.client.get("/admin/waiting/drafts/")
        self.assertEqual({item.record for item in page.context["items"]}, rows)
        self.assertEqual(self.client.get("/admin/waiting/drafts/?page=2").context["items"], [])
        first = self.client.get(f"/admin/waiting/drafts/?page={'9' * 5000}")
        self.assertEqual({item.record for item in first.context["items"]}, rows)

    def test_the_lists_of_others_are_closed(self):
        self.client.force_login(self.contributor)
        self.assertEqual(self.client.get("/admin/waiting/review/").status_code, 403)
        self.assertEqual(self.client.get("/admin/waiting/nothing/").status_code, 404)

    def test_nothing_hidden_is_listed(self):
        make.person(publication="in_review", confidentiality="confidential", follow_up=TODAY)
        self.assertEqual(self.sections(self.editor), {})
