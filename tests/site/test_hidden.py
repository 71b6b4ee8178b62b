"""What others did not publish is told by no page, list, choice or history of the admin to a contributor."""

import json
import re
from functools import partial
from itertools import product
from unittest.mock import patch
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError

from dialogues.models import ContextEvent, Participation, Statement
from people.models import Affiliation, CaseActor, CaseEvent, Conflict, PersecutionCase, Person, Side
from tests import make
from tests.sampling import some
from tests.test_admin import address, choices_address, form_data
from tests.writing import WritingTest, path
from tracker.records.audit.actor import acting_as
from tracker.records.base.parts import Part
from tracker.records.base.record import Record
from tracker.records.policy.visibility import kinds

SECRET = "Zzyzxqova"
PASSING = re.compile(r'[0-9a-f]{8}(-[0-9a-f]+)*|(value|datetime)="[^"]*"|[0-9]+/|[0-9:]+ UTC|ment [0-9]+')


class HiddenTest(WritingTest):
    def setUp(self):
        self.log_in(self.contributor)

    def page(self, record, page="change"):
        return self.client.get(address(type(record), page, record.pk))

    def delete(self, record, way="page"):
        """What the contributor does on the page of a record, or through the API."""
        if way == "page":
            answer = self.client.post(address(type(record), "delete", record.pk), {"post": "yes"})
            self.assertEqual(answer.status_code, 302)
        else:
            record.refresh_from_db()
            self.done(204, self.contributor, "DELETE", path(record), version=record.version)

    def theirs(self, build, **fields):
        """A draft of somebody else."""
        return build(publication="draft", created_by=self.editor, **fields)


class SecretTest(HiddenTest):
    def test_who_would_lose_sight_of_a_lawyer_is_told_and_nothing_is_saved(self):
        case = make.case(publication="draft", created_by=self.contributor)
        page = address(CaseActor, "add")
        sent = form_data(self.client.get(page)) | {
            "case": case.pk,
            "person": make.person().pk,
            "role": "lawyer",
        }
        answer = self.client.post(page, sent)
        self.assertContains(answer, "It is confidential: an editor or a case officer enters it.")
        self.assertFalse(CaseActor.objects.exists())


class PageTest(HiddenTest):
    def test_who_only_looks_reads_no_name_of_a_linked_draft(self):
        hidden, open_to_all = self.theirs(make.person, name=SECRET), make.person(name="Open")
        page = self.page(make.statement(about_people=[hidden, open_to_all]))
        self.assertContains(page, "Open")
        self.assertNotContains(page, SECRET)

    def test_a_source_tells_of_no_draft_that_cites_it(self):
        source = make.source()
        self.theirs(make.person, name=SECRET, source=source)
        make.person(name="Open", source=source)
        page = self.page(source)
        self.assertContains(page, "Open")
        self.assertNotContains(page, SECRET)

    def test_the_work_on_a_record_is_shown_to_those_who_work_on_it(self):
        self.assertNotContains(self.page(make.person(notes=SECRET)), SECRET)
        self.assertContains(self.page(make.person(notes=SECRET, created_by=self.contributor)), SECRET)

    def test_what_stands_in_the_way_of_a_deletion_has_no_name_kind_or_number(self):
        own = make.person(publication="draft", created_by=self.contributor)
        self.theirs(make.case, person=own, title=SECRET)
        make.case(publication="draft", created_by=self.contributor, person=own, title="Own case")
        page = self.page(own, "delete")
        self.assertContains(page, "Other records that refer to it")
        self.assertNotRegex(page.content.decode(), rf"{SECRET}|<li>[Cc]ase|following types|1 other")

    def test_what_only_hidden_records_point_at_is_deleted_for_its_author_and_stays_for_others(self):
        for way in ("page", "API"):
            own = make.person(publication="draft", created_by=self.contributor)
            self.theirs(make.case, person=own)
            self.assertNotContains(self.page(own, "delete"), "Other records that refer to it")
            self.delete(own, way)
            with self.subTest(way=way):
                self.assertFalse(own.is_visible_to(self.contributor))
                self.assertTrue(own.is_visible_to(self.editor))
                self.assertTrue(own.is_visible_to(make.member("editor")))  # who sees the case, too
                own.refresh_from_db()
                self.assertEqual((own.confidentiality, own.created_by), ("public", None))

    def test_who_was_given_it_keeps_it_if_they_see_what_points_at_it(self):
        other = make.member("contributor")
        for pointing, stays in ((True, True), (False, False)):
            own = make.person(publication="draft", created_by=self.contributor, assigned_to=other)
            self.theirs(make.case, person=own)
            if pointing:
                case = make.case(publication="draft", created_by=other, person=own)
            self.delete(own, "API")
            self.assertEqual(own.is_visible_to(other), stays)
        self.assertTrue(case.is_visible_to(other))

    def test_what_is_left_is_deleted_by_an_editor_when_nothing_points_at_it_any_more(self):
        own = make.person(publication="draft", created_by=self.contributor)
        case = self.theirs(make.case, person=own)
        self.delete(own)
        own.refresh_from_db()
        self.done(409, self.editor, "DELETE", path(own), version=own.version)
        case.delete()
        self.done(204, self.editor, "DELETE", path(own), version=own.version)
        orphan = make.person(publication="draft", created_by=None, assigned_to=self.contributor)
        orphan.refresh_from_db()
        self.done(409, self.contributor, "DELETE", path(orphan), version=orphan.version)

    def test_a_deletion_tells_nobody_of_a_secret(self):
        officer = make.member("case_officer")
        for build, field, kind in (
            (make.statement, "about_people", make.person),
            (make.affiliation, "on_behalf_of", make.organization),
        ):
            own, stays = kind(publication="draft", created_by=officer), field == "on_behalf_of"
            row = self.theirs(build, **{field: own if stays else [own]})  # while it was open to editors
            own.confidentiality = "confidential"
            own.save()
            own.cleared.add(officer)
            own.refresh_from_db()
            self.done(204, officer, "DELETE", path(own), version=own.version)
            with self.subTest(field=field):
                self.assertTrue(row.is_visible_to(self.editor))
                self.assertFalse(own.is_visible_to(self.editor))
                self.assertFalse(own.is_visible_to(officer))
                self.assertEqual(type(own).objects.filter(pk=own.pk).count(), stays)

    def test_who_sees_one_of_several_secrets_keeps_it(self):
        one, another = make.member("editor"), make.member("editor")
        for also in (False, True):
            own = make.person(publication="draft", created_by=self.contributor)
            secret = {"person": own, "confidentiality": "confidential"}
            first = self.theirs(make.case, cleared=[one], **secret)
            second = self.theirs(make.affiliation, cleared=[another], **secret)
            if also:
                self.theirs(make.case, person=own)
            self.delete(own, "API")
            with self.subTest(also=also):
                self.assertTrue(first.is_visible_to(one))
                self.assertTrue(second.is_visible_to(another))
                self.assertEqual(own.is_visible_to(self.editor), also)
                self.assertFalse(own.is_visible_to(self.contributor))

    def test_a_deletion_clears_nobody_for_an_identity(self):
        officer = make.member("editor")
        for secret in (False, True):
            unnamed = {"person": None, "naming": "withheld", "cleared": [officer]}
            own = make.participation(publication="draft", created_by=self.contributor, **unnamed)
            known = type(make.identity(own)).objects.filter(pk=own.pk).visible_to
            hidden = {"confidentiality": "confidential", "cleared": [officer, self.editor]} if secret else {}
            self.theirs(make.participation, dialogue=own.dialogue, member_of=own, **hidden)
            self.delete(own, "API")
            with self.subTest(secret=secret):
                self.assertFalse(own.is_visible_to(self.contributor))
                self.assertEqual(own.is_visible_to(self.editor), not secret)
                self.assertEqual([known(user).exists() for user in (officer, self.editor)], [True, False])

    def test_what_points_at_a_part_since_a_moment_keeps_it(self):
        own = make.conflict(publication="draft", created_by=self.contributor)
        part = self.theirs(make.participation, dialogue=make.dialogue(conflict=own), side=own.sides.first())
        own.refresh_from_db()
        with patch.object(Conflict, "pointing", return_value=set()):  # nothing did when it was asked
            self.done(409, self.contributor, "DELETE", path(own), version=own.version)
        with patch.object(Conflict, "pointing", side_effect=[set(), set(), {part}, {part}]):
            self.delete(own)
        self.assertTrue(own.is_visible_to(self.editor))
        self.assertFalse(own.is_visible_to(self.contributor))

    def test_what_was_stored_after_a_deletion_had_looked_is_no_error(self):
        own = make.person(publication="draft", created_by=self.contributor)
        with patch.object(Person, "discard", side_effect=[IntegrityError, None]):  # as COMMIT does
            self.delete(own)

    def test_what_goes_with_a_deletion_is_not_told(self):
        pages = []
        for hidden in (False, True):
            own = make.person(publication="draft", created_by=self.contributor, name="Own")
            if hidden:
                make.name(own, SECRET, confidentiality="confidential")
                make.citation(own, source=self.theirs(make.source))
                self.theirs(make.statement, about_people=[own])
                own.cleared.add(self.editor)
            pages.append(self.told(self.page(own, "delete")))
        self.assertEqual(*pages)

    def told(self, page):
        """What a page says, without what tells one record or one moment from another."""
        content = page.content.decode().partition('id="content"')[2]
        return re.sub(PASSING, "", content)

    def test_no_trace_tells_what_was_deleted_from_what_was_left_to_others(self):
        told = []
        for hidden in (False, True):
            with acting_as(user=self.contributor.pk, channel="admin"):
                own = make.person(publication="draft", created_by=self.contributor, name="Own")
                mine = make.statement(publication="draft", created_by=self.contributor, about_people=[own])
            if hidden:
                self.theirs(make.case, person=own)
            self.delete(own)
            self.assertEqual(Person.objects.filter(pk=own.pk).exists(), hidden)
            pages = (self.client.get("/admin/"), self.page(mine, "history"))
            told.append([self.told(page) for page in pages])
            LogEntry.objects.all().delete()
            mine.delete()
        self.assertEqual(*told)

    def test_what_hidden_records_link_to_is_not_lost_to_them(self):
        own = make.person(publication="draft", created_by=self.contributor)
        theirs = self.theirs(make.statement, about_people=[own])
        self.delete(own)
        self.assertFalse(own.is_visible_to(self.contributor))
        self.assertEqual([*theirs.about_people.visible_to(self.editor)], [own])

    def test_an_identity_that_is_not_known_keeps_no_draft_and_tells_of_nothing(self):
        for way in ("page", "API"):
            row = make.affiliation(publication="draft", created_by=self.contributor)
            part = make.participation(naming="withheld", cleared=[self.editor])
            make.identity(part, person=row.person, affiliation=row)
            self.delete(row, way)
            with self.subTest(way=way):
                self.assertFalse(row.is_visible_to(self.contributor))
                self.assertEqual([*row.cleared.all()], [self.editor])

    def test_what_was_published_meanwhile_is_not_deleted(self):
        own = make.person(publication="draft", created_by=self.contributor)
        stored = Person.objects.get(pk=own.pk)
        stored.publish(self.editor)
        with self.assertRaises(PermissionDenied):
            own.discard(self.contributor)

    def test_who_was_outrun_between_the_check_and_a_deletion_is_answered_as_it_now_is(self):
        case = make.case(publication="draft", created_by=self.contributor)
        event = make.case_event(publication="draft", created_by=self.contributor, case=case)
        for record, page in ((event, "delete"), (case, "change")):
            for happened in (ValidationError(""), CaseEvent.DoesNotExist):
                sent = form_data(self.page(case)) | {"events-0-DELETE": "on"}
                with patch.object(CaseEvent, "discard", side_effect=[happened, None]):
                    answer = self.client.post(address(type(record), page, record.pk), sent)
                self.assertEqual(answer.status_code, 302)

    def test_a_conflict_is_deleted_with_its_sides(self):
        own = make.conflict(publication="draft", created_by=self.contributor)
        self.delete(own)
        self.assertFalse(Conflict.objects.filter(pk=own.pk).exists())

    def test_a_secret_that_points_at_a_draft_does_not_keep_it_for_those_who_are_not_cleared(self):
        own = make.person(publication="draft", created_by=self.contributor)
        self.theirs(make.case, person=own, confidentiality="confidential", cleared=[self.editor])
        self.delete(own, "API")
        self.assertFalse(own.is_visible_to(make.member("editor")))
        self.assertTrue(own.is_visible_to(self.editor))

    def test_a_row_is_deleted_or_refused_without_a_word_of_what_points_at_it(self):
        conflict = make.conflict(publication="draft", created_by=self.contributor)
        dialogue = self.theirs(make.dialogue, conflict=conflict)
        part = self.theirs(make.participation, dialogue=dialogue, side=conflict.sides.first())
        sent = form_data(self.page(conflict)) | {"sides-0-DELETE": "on"}
        answer = self.client.post(address(Conflict, "change", conflict.pk), sent)
        self.assertContains(answer, "Other records refer to this one")
        self.assertNotContains(answer, str(part))
        with patch.object(Side, "stays_for", side_effect=[False, True]):  # nothing pointed at it when asked
            answer = self.client.post(address(Conflict, "change", conflict.pk), sent)
        self.assertContains(answer, "Other records refer to this one")
        case = make.case(publication="draft", created_by=self.contributor)
        event = make.case_event(publication="draft", created_by=self.contributor, case=case)
        self.theirs(make.case_actor, case=case, event=event)
        sent = form_data(self.page(case)) | {"events-0-DELETE": "on"}
        self.assertEqual(self.client.post(address(PersecutionCase, "change", case.pk), sent).status_code, 302)
        self.assertFalse(event.is_visible_to(self.contributor))
        self.assertTrue(event.is_visible_to(self.editor))

    def test_a_row_that_stays_although_it_was_to_go_is_told(self):
        case = make.case(publication="draft", created_by=self.contributor)
        event = make.case_event(publication="draft", created_by=self.contributor, case=case)
        sent = form_data(self.page(case)) | {"events-0-DELETE": "on", "title": "Another"}
        event.submit(self.contributor)
        answer = self.client.post(address(PersecutionCase, "change", case.pk), sent)
        self.assertContains(answer, "were never published")
        case.refresh_from_db()
        self.assertNotEqual(case.title, "Another")

    def test_no_refusal_tells_of_a_key_to_what_is_hidden(self):
        dialogue, other = make.dialogue(), make.dialogue()
        group = self.theirs(make.participation, dialogue=dialogue, group_label=SECRET, person=None)
        person = make.person()
        row = self.theirs(make.affiliation, person=person)
        for field, value, sent in (
            ("affiliation", row, {"person": str(make.person().pk)}),
            ("member_of", group, {"dialogue": str(other.pk)}),
        ):
            mine = {"dialogue": dialogue, "person": person, "created_by": self.contributor}
            told = []
            for hidden in (None, value):
                part = make.participation(publication="draft", **mine, **{field: hidden})
                part.refresh_from_db()
                answer = self.done(200, self.contributor, "PATCH", path(part), sent, part.version)
                told.append(re.sub(rf"{PASSING.pattern}|[0-9:.]+Z", "", json.dumps(answer)))
                part.refresh_from_db()
                self.assertIsNone(getattr(part, field))
                part.delete()
            self.assertEqual(*told)

    def test_a_key_that_all_see_who_work_on_it_is_refused(self):
        part = make.participation(publication="draft", created_by=self.contributor)
        part.affiliation = make.affiliation(person=part.person)
        part.save()
        sent = {"person": str(make.person().pk)}
        answer = self.send(self.contributor, "PATCH", path(part), sent, part.version)
        self.assertIn("/affiliation", answer.content.decode())

    def test_the_id_of_a_hidden_row_is_refused_like_any_other(self):
        own = make.person(publication="draft", created_by=self.contributor)
        row = self.theirs(make.affiliation, person=own)
        sent = form_data(self.page(own)) | {"affiliations-TOTAL_FORMS": 1, "affiliations-INITIAL_FORMS": 1}
        sent |= {"affiliations-0-person": own.pk, "affiliations-0-organization": row.organization_id}
        for key in (row.pk, uuid4()):
            answer = self.client.post(address(Person, "change", own.pk), sent | {"affiliations-0-id": key})
            self.assertEqual(answer.status_code, 200)

    def test_what_leads_to_something_hidden_leads_to_nothing_in_lists(self):
        make.conflict()
        make.context_event(title="Alone")
        make.context_event(title="Beside", conflict=self.theirs(make.conflict))
        page = address(ContextEvent, "changelist")
        for query, expected in (("conflict__isnull=True", 2), ("conflict__isnull=False", 0), ("", 2)):
            answer = self.client.get(f"{page}?{query}&_facets=True")
            self.assertEqual(answer.context["cl"].result_count, expected, query)
            self.assertContains(answer, "- (2)")
        self.assertEqual(self.client.get(f"{page}?place__isnull=True").status_code, 400)

    def test_the_list_takes_no_lookup_but_those_of_its_filters_and_links(self):
        person = make.person(notes=SECRET)
        self.theirs(make.participation, person=person)
        listed = address(Person, "changelist")
        for lookup in (
            "participations__isnull=False",
            f"participations={person.pk}",
            f"participations__id__exact={person.pk}",
            "acted_in__isnull=0",
            "cleared=1",
            f"notes__contains={SECRET}",
            f"assigned_to_id={self.editor.pk}",
            f"assigned_to_id__id__exact={self.editor.pk}",
            "%2B=1",
            "Statement_about_people%2B=1",
            "created_by__isnull=True",
            "nationality__contains=x",
        ):
            with self.subTest(lookup=lookup):
                self.assertEqual(self.client.get(f"{listed}?{lookup}").status_code, 400)
        for lookup in ("gender__exact=unknown", "publication__exact=published", "mine=yes", "source=yes"):
            self.assertEqual(self.client.get(f"{listed}?{lookup}").status_code, 200)

    def test_a_key_to_what_is_hidden_is_found_by_no_list_and_no_choice(self):
        hidden, known = self.theirs(make.organization), make.organization()
        make.affiliation(on_behalf_of=hidden)
        made = make.affiliation(on_behalf_of=known)
        choices = choices_address(Participation._meta.get_field("affiliation"))
        for key, found in ((hidden.pk, []), (uuid4(), []), (known.pk, [str(made.pk)])):
            listed = self.client.get(f"{address(Affiliation, 'changelist')}?on_behalf_of__id__exact={key}")
            self.assertEqual([str(row.pk) for row in listed.context["cl"].result_list], found)
            offered = self.client.get(f"{choices}&only_on_behalf_of={key}").json()["results"]
            self.assertEqual([row["id"] for row in offered], found)
        keys = urlencode([("on_behalf_of__id__exact", key) for key in (hidden.pk, known.pk)])
        listed = self.client.get(f"{address(Affiliation, 'changelist')}?{keys}")
        self.assertEqual(list(listed.context["cl"].result_list), [])

    def test_a_link_to_what_is_hidden_is_found_by_no_list(self):
        hidden, known = self.theirs(make.person), make.person()
        make.statement(about_people=[hidden])
        made = make.statement(about_people=[known])
        for key, found in ((hidden.pk, []), (known.pk, [made])):
            listed = self.client.get(f"{address(Statement, 'changelist')}?about_people__id__exact={key}")
            self.assertEqual(list(listed.context["cl"].result_list), found)

    def test_an_odd_number_is_no_error(self):
        self.assertEqual(self.client.get("/admin/waiting/drafts/?page=²").status_code, 200)
        person = make.person()
        self.log_in(self.editor)
        answer = self.client.post(address(Person, "read", person.pk), {"version": "²"})
        self.assertEqual(answer.status_code, 302)

    def test_a_number_of_an_account_tells_nobody_whether_there_is_one(self):
        for number in (self.editor.pk, 999_999_999):
            self.assertEqual(self.client.get(f"/admin/auth/user/{number}/link/").status_code, 403)

    def test_nothing_is_chosen_for_a_relation_that_no_form_has(self):
        asked = choices_address(Affiliation._meta.get_field("person"))
        asked = asked.replace("affiliation&field_name=person", "person&field_name=affiliations")
        self.assertEqual(self.client.get(f"{asked}&term=a").status_code, 403)

    def test_a_new_record_takes_no_moment_of_an_address(self):
        self.log_in(self.editor)
        answer = self.client.get(address(Person, "add"), {"publish_at": "x", "name": "Typed"})
        self.assertContains(answer, "Typed")

    def test_what_no_column_holds_is_no_error(self):
        for lookup in ("publication__exact", "mine", "source"):
            answer = self.client.get(f"{address(Person, 'changelist')}?{lookup}=%00")
            self.assertEqual(answer.status_code, 400)
        self.log_in(make.member("administrator"))
        for page in ("/admin/auth/user/?role=%00", "/admin/records/reading/?through=%00"):
            self.assertEqual(self.client.get(page).status_code, 400)

    def test_no_page_leads_from_any_row_to_another_page(self):
        kind = ContentType.objects.get_for_model(Person).pk
        for key in (make.person().pk, self.theirs(make.person).pk, uuid4(), "nonsense"):
            answer = self.client.get(f"/admin/r/{kind}/{key}/")
            self.assertEqual(answer.status_code, 404)

    def test_who_does_not_see_accounts_finds_none_by_its_address(self):
        make.member("contributor", username="somebody", email="zebra@example.org")
        choices = choices_address(Person._meta.get_field("assigned_to"))
        for role, word, found in (
            ("editor", "zebra", 0),
            ("editor", "some", 1),
            ("administrator", "zebra", 1),
        ):
            self.log_in(make.member(role))
            answer = self.client.get(f"{choices}&term={word}").json()
            self.assertEqual(len(answer["results"]), found)

    def test_an_identifier_of_a_hidden_record_is_no_hint(self):
        mine = {"publication": "draft", "created_by": self.contributor}
        secret, public = make.case(confidentiality="confidential"), make.case()
        for known, said in ((secret, False), (public, True)):
            own = make.case(person=public.person, **mine)
            make.identifier(own, identifier=make.identifier(known).identifier)
            told = " ".join(PersecutionCase.objects.get(pk=own.pk).missing())
            self.assertEqual("identifier" in told, said)


class IdentityTest(HiddenTest):
    """Who stands behind a participation is known to who is cleared, as long as their role lets them be."""

    def setUp(self):
        super().setUp()
        self.part = make.participation(naming="withheld")
        make.identity(self.part, person=make.person(name=SECRET))

    def test_who_lost_the_role_is_not_cleared_any_more(self):
        officer = make.member("case_officer")
        self.part.cleared.add(officer, self.contributor)
        for page in ("change", "history"):
            self.assertNotContains(self.page(self.part, page), SECRET)
        self.log_in(officer)
        self.assertContains(self.page(self.part), SECRET)

    def test_nobody_clears_themselves_through_the_api(self):
        someone = str(make.person().pk)
        for said, pointer in (
            ({"editorial": {"confidentiality": "confidential"}}, "/editorial/confidentiality"),
            ({"naming": "named", "person": someone}, "/naming"),
        ):
            with self.subTest(said=said):
                place = f"/api/v1/participations/{self.part.pk}/"
                self.part.refresh_from_db()
                sent = {**said, "reason": "A detour."}
                answer = self.send(self.editor, "PATCH", place, sent, self.part.version)
                self.assert_errors(answer, pointer)
        self.assertFalse(self.part.cleared.exists())

    def test_what_is_named_again_is_as_closed_as_before(self):
        Participation.objects.filter(pk=self.part.pk).update(naming="named", person=make.person())
        self.part.refresh_from_db()
        self.assertIn("cleared", self.part.closed_to(self.editor))


class LogTest(HiddenTest):
    def test_a_record_that_becomes_sensitive_through_the_api_has_no_name_in_it(self):
        person = make.person(publication="draft", created_by=self.editor, name=SECRET)
        self.log_in(self.editor)
        sent = form_data(self.page(person)) | {"description": "x"}
        self.client.post(address(Person, "change", person.pk), sent)
        self.assertTrue(LogEntry.objects.filter(object_repr=SECRET).exists())
        person.refresh_from_db()
        said = {"editorial": {"confidentiality": "confidential"}}
        self.done(200, self.editor, "PATCH", f"/api/v1/people/{person.pk}/", said, person.version)
        self.assertFalse(LogEntry.objects.filter(object_repr=SECRET).exists())


class HistoryTest(HiddenTest):
    """Who does not work on a record knows of its past what was public."""

    def change(self, record, **fields):
        with acting_as(user=self.editor.pk, reason=fields.pop("reason", "")):
            for name, value in fields.items():
                setattr(record, name, value)
            record.save()

    def both(self, record):
        """What the history tells a contributor who does not work on it, and an editor."""
        told = []
        for user in (self.contributor, self.editor):
            self.log_in(user)
            told.append(self.page(record, "history").content.decode())
        return told

    def test_what_it_said_before_it_was_published(self):
        with acting_as():
            person = self.theirs(make.person, name=SECRET)
        self.change(person, name="Somebody")
        with acting_as():
            person.publish(make.member("editor"), f"Without {SECRET}.")
        self.change(person, name="Somebody else")
        other, editor = self.both(person)
        self.assertNotIn(SECRET, other)
        self.assertIn("Somebody else", other)
        self.assertIn(SECRET, editor)

    def test_the_work_on_it(self):
        person = make.person()
        self.change(person, notes=SECRET)
        with acting_as(user=self.editor.pk):
            person.cleared.add(make.member("case_officer", username="cleared-officer"))
        other, editor = self.both(person)
        self.assertNotRegex(other, f"{SECRET}|cleared-officer")
        self.assertRegex(editor, SECRET)
        self.assertRegex(editor, "cleared-officer")

    def test_the_words_for_who_is_no_longer_named(self):
        part = make.participation(described_as=SECRET)
        self.change(part, person=None, naming="withheld", described_as="")
        for told in self.both(part):
            self.assertNotIn(SECRET, told)

    def test_a_row_in_whose_place_an_unnamed_one_stands(self):
        statement = make.statement(speakers=[make.person(name=SECRET)])
        with acting_as(user=self.editor.pk):
            statement.speakers.get().delete()
            Statement.speakers.rel.related_model.objects.create(record=statement, naming="withheld")
        for told in self.both(statement):
            self.assertNotIn(SECRET, told)


class PublicTest(HiddenTest):
    """A change that the public does not see is no public change, by whichever way it comes."""

    def read(self, record):
        self.log_in(None)
        place = f"/api/v1/{'statements' if isinstance(record, Statement) else 'affiliations'}/{record.pk}/"
        answers = [self.client.get(place), self.client.get(f"{place}corrections/")]
        return [(answer.content, answer["ETag"]) for answer in answers]

    def test_a_key_or_a_link_to_what_is_hidden(self):
        for record, name, hidden in (
            (make.affiliation(), "on_behalf_of", self.theirs(make.organization)),
            (make.statement(), "about_people", self.theirs(make.person)),
        ):
            before = self.read(record)
            self.log_in(self.editor)
            place, key = address(type(record), "change", record.pk), str(hidden.pk)
            sent = form_data(self.client.get(place)) | {name: key, "reason": "Hidden."}
            self.assertEqual(self.client.post(place, sent).status_code, 302)
            self.assertEqual(self.read(record), before)
            record.refresh_from_db()
            document = {name: [] if name == "about_people" else None, "reason": "Hidden."}
            api = f"/api/v1/{'statements' if name == 'about_people' else 'affiliations'}/{record.pk}/"
            self.done(200, self.editor, "PATCH", api, document, record.version)
            self.assertEqual(self.read(record), before)

    def test_one_to_what_is_public_is_a_change(self):
        record, place = make.statement(), "/admin/dialogues/statement/{}/change/"
        before = self.read(record)
        self.log_in(self.editor)
        page = self.client.get(place.format(record.pk))
        sent = form_data(page) | {"about_people": str(make.person().pk), "reason": "Open."}
        self.client.post(place.format(record.pk), sent)
        self.assertNotEqual(self.read(record), before)


class EveryDeletionTest(HiddenTest):
    """Whatever points at a draft that its author deletes, and whoever sees which of the two."""

    def setUp(self):
        self.officer, self.knowing = make.member("case_officer"), make.member("editor")
        self.users = [self.contributor, self.officer, self.editor, self.knowing]

    def keep_secret(self, record, *cleared):
        type(record).objects.filter(pk=record.pk).update(confidentiality="confidential")
        record.cleared.set(cleared)

    def both(self, model, relation, by, secret):
        """A draft, and one of an editor that points at it, itself or by a part; which of them are secret."""
        group = {"group_label": "All", "person": None} if model is Participation else {}
        own = make.one(model, publication="draft", created_by=by, **group)
        other, name = relation.related_model, relation.field.name
        if issubclass(other, Record):
            row = self.theirs(partial(make.one, other), **{name: [own] if relation.many_to_many else own})
        else:
            row = self.theirs(partial(make.one, other._meta.get_field("record").related_model))
            other.objects.create(record=row, **{name: own})
        if "own" in secret:
            self.keep_secret(own, by, self.knowing)
        if "row" in secret:
            self.keep_secret(row, self.knowing)
        return own, row

    def sights(self, *rows):
        """For each user, which of these rows they see."""
        return [tuple(row.is_visible_to(user) for row in rows) for user in self.users]

    @pytest.mark.broad
    def test_nobody_learns_of_anything_and_nobody_but_its_author_loses_anything(self):
        relations = [(model, relation) for model in kinds() for relation in model._meta.related_objects]
        relations = [one for one in relations if issubclass(one[1].related_model, Record | Part)]
        relations = [one for one in relations if one[1].field.name != "record"]
        self.assertGreater(len(relations), 50)
        ways = (
            (self.contributor, ""),
            (self.contributor, "row"),
            (self.officer, "own"),
            (self.officer, "own row"),
        )
        for (model, relation), (by, secret) in some(product(relations, ways), one_in=9):
            own, row = self.both(model, relation, by, secret)
            own.refresh_from_db()
            before = self.sights(own, row)
            with self.subTest(relation=relation, secret=secret):
                self.done(204, by, "DELETE", path(own), version=own.version)
                kept = [
                    (mine and theirs and user != by, theirs)
                    for user, (mine, theirs) in zip(self.users, before, strict=True)
                ]
                self.assertEqual(self.sights(own, row), kept)
