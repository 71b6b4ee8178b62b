"""Consent: who sees it, what it allows, and what its end takes back."""

from datetime import UTC, date, datetime, time, timedelta
from unittest import mock

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from people import consent
from people.models import Consent, Person
from tests import make
from tests.site.test_workflow import WorkTest
from tests.test_admin import address, form_data
from tests.writing import API, WritingTest, path
from tracker.records.audit import takedown_ledger
from tracker.records.audit.history import Entry
from tracker.records.audit.takedown_ledger import LedgerAway
from tracker.records.revisions import erasure

SECRET = "In the safe of Zzyzxqova"
TODAY = date(2026, 3, 1)


def today(day=TODAY):
    moment = datetime.combine(day, time(12), UTC)
    return mock.patch("django.utils.timezone.now", return_value=moment)


class ConsentTest(WorkTest):
    def person(self, *scopes, **fields):
        """Somebody published by consent, with a consent for each of these scopes."""
        row = make.person(**{"basis": "consent", **fields})
        for scope in scopes:
            self.give(row, scope)
        return row

    def give(self, person, scope, **fields):
        defaults = {"form": "written", "date": "2025", "evidence": SECRET}
        return Consent.objects.create(record=person, scope=scope, **{**defaults, **fields})

    def is_public(self, row):
        return type(row).objects.visible_to(None).filter(pk=row.pk).exists()


class ValidTest(ConsentTest):
    def test_until_its_last_day_and_until_it_is_taken_back(self):
        person = self.person()
        day = timedelta(days=1)
        for fields, valid in (
            ({}, True),
            ({"valid_until": TODAY + day}, True),
            ({"valid_until": TODAY}, True),
            ({"valid_until": TODAY - day}, False),
            ({"withdrawn_on": TODAY}, False),
            ({"withdrawn_on": TODAY + day}, False),
        ):
            given = self.give(person, "name", **fields)
            with today():
                self.assertEqual(person.allows("name"), valid, fields)
            given.delete()

    def test_what_each_scope_covers(self):
        scopes = ("name", "occupations", "affiliations", "participations")
        for scope in scopes:
            person = self.person(scope)
            covered = {one for one in scopes if person.allows(one)}
            self.assertEqual(covered, {scope})
            self.assertTrue(self.person("all").allows(scope))

    def test_who_is_published_on_another_basis_needs_none(self):
        self.assertTrue(make.person().allows("participations"))


class PublishingTest(ConsentTest):
    def test_nobody_is_published_without(self):
        person = self.person("participations", publication="draft")
        with self.assertRaisesRegex(ValidationError, "no valid consent covers the name"):
            person.publish(self.editor)
        self.give(person, "name")
        person.publish(self.editor)
        self.assertTrue(self.is_public(person))

    def test_nor_what_it_does_not_cover(self):
        person = self.person("name")
        for build, scope in (
            (make.occupation, "occupations"),
            (make.affiliation, "affiliations"),
            (make.participation, "participations"),
        ):
            row = build(person=person, publication="draft")
            with self.assertRaisesRegex(ValidationError, f"does not cover {scope}"):
                row.publish(self.editor)
            self.give(person, scope)
            row.publish(self.editor)

    def test_the_basis_becomes_consent_only_when_there_is_one(self):
        person = make.person()
        person.basis = "consent"
        with self.assertRaisesRegex(ValidationError, "Add the consent and save it first"):
            person.full_clean()
        self.give(person, "name")
        person.full_clean()


class EndTest(ConsentTest):
    def test_the_person_is_gone_and_everything_that_belongs_to_them(self):
        person = self.person("all")
        row = make.participation(person=person)
        Consent.objects.filter(record=person).update(withdrawn_on=TODAY)
        self.assertEqual(consent.follow(person, self.editor), [person, row])
        self.assertFalse(self.is_public(person) or self.is_public(row))
        self.assertEqual(Entry.objects.of(person).last().reason, consent.ENDED)
        self.assertIsNone(Person.objects.get(pk=person.pk).slug)

    def test_what_went_with_them_does_not_come_back_by_a_narrower_consent(self):
        person = self.person("all")
        row = make.participation(person=person)
        Consent.objects.filter(record=person).update(withdrawn_on=TODAY)
        consent.follow(person)
        self.give(person, "name")
        person.publish(self.editor, "They allow the name.")
        self.assertEqual([self.is_public(one) for one in (person, row)], [True, False])

    def test_no_backup_from_before_brings_it_back(self):
        person = self.person("all")
        row = make.participation(person=person)
        given = Consent.objects.filter(record=person)
        given.update(withdrawn_on=TODAY)
        consent.follow(person)
        for one in (person, row):  # as the backup has them
            type(one).objects.filter(pk=one.pk).update(publication="published")
        given.update(withdrawn_on=None)
        erasure.replay(takedown_ledger.in_table())
        self.assertFalse(self.is_public(person) or self.is_public(row))

    def test_nor_is_anybody_published_with_more_than_their_consent_covers(self):
        person = self.person("name", publication="withdrawn")
        row = make.participation(person=person)
        with self.assertRaisesRegex(ValidationError, "covers what is published about this person"):
            person.publish(self.editor)
        row.withdraw(self.editor, "Not covered.")
        person.publish(self.editor)

    def test_the_basis_of_who_is_public_becomes_consent_only_where_it_covers_all_that_is(self):
        person = make.person()
        row = make.participation(person=person)
        self.give(person, "name")
        person.basis = "consent"
        with self.assertRaisesRegex(ValidationError, "Add the consent and save it first"):
            person.full_clean()
        Person.objects.filter(pk=person.pk).update(basis="consent")  # by whatever way
        self.assertEqual(consent.follow_all(), 1)
        self.assertEqual([self.is_public(one) for one in (person, row)], [True, False])

    def test_what_its_author_does_not_see_is_told_to_who_publishes_alone(self):
        author, editor = make.member("contributor"), make.member("editor")
        person = self.person("name", publication="draft", created_by=author)
        unseen = make.organization(publication="draft", created_by=editor)
        make.affiliation(person=person, organization=unseen)
        self.assertEqual(person.missing(), [])
        with self.assertRaisesRegex(ValidationError, "No valid consent covers what is published"):
            person.publish(editor)
        person.refresh_from_db()
        self.assertEqual(person.publication, "draft")
        make.affiliation(person=person)
        self.assertEqual(len(person.missing()), 1)

    def test_while_one_holds_nothing_is_taken_back(self):
        person = self.person("all")
        self.give(person, "name", withdrawn_on=TODAY)
        self.assertEqual(consent.follow(person), [])

    def test_who_is_published_on_another_basis_stays(self):
        person = make.person()
        self.give(person, "all", withdrawn_on=TODAY)
        rows = make.affiliation(person=person), make.participation(person=person)
        self.assertEqual(consent.follow(person), [])
        self.assertTrue(all(self.is_public(row) for row in (person, *rows)))
        draft = self.person(publication="draft")
        self.assertEqual(consent.follow(draft), [])

    def test_what_alone_is_not_covered_any_more_goes_alone(self):
        person = self.person("name")
        rows = make.affiliation(person=person), make.participation(person=person)
        self.give(person, "affiliations")
        self.assertEqual(consent.follow(person), [rows[1]])
        self.assertEqual([self.is_public(row) for row in (person, *rows)], [True, True, False])

    def test_what_ends_by_its_day_is_taken_back_by_the_timer(self):
        person, other = self.person(), self.person("all")
        self.give(person, "all", valid_until=TODAY)
        for day, public in ((TODAY, True), (TODAY + timedelta(days=1), False)):
            with today(day):
                consent.follow_all()
            self.assertEqual(self.is_public(person), public)
        self.assertTrue(self.is_public(other))
        entry = Entry.objects.of(person).last()
        self.assertEqual((entry.user, entry.reason), (None, consent.ENDED))

    def test_the_command_does_it(self):
        person = self.person()
        self.give(person, "all", valid_until=date(2020, 1, 1))
        call_command("publish_due", stdout=mock.Mock())
        self.assertFalse(self.is_public(person))

    def test_who_was_published_before_there_were_consents_stays(self):
        person = self.person()
        self.assertEqual(consent.follow_all(), 0)
        self.assertTrue(self.is_public(person))


@override_settings(FOUR_EYES=False)
class AdminTest(ConsentTest):
    def test_the_rows_are_those_of_the_people_whom_one_works_on(self):
        given = self.give(self.person(created_by=self.contributor), "all")
        for user, seen in (
            (self.editor, True),
            (self.contributor, True),
            (self.officer, False),
            (None, False),
        ):
            self.assertEqual(given in Consent.objects.visible_to(user), seen)

    def test_those_who_work_on_the_person_see_it_and_nobody_else(self):
        person = self.person("all", created_by=self.contributor)
        other = make.member("contributor")
        for user, seen in (
            (self.editor, True),
            (self.contributor, True),
            (other, False),
            (self.officer, False),
        ):
            for page in ("change", "history"):
                shown = self.page(user, person, page).content.decode()
                self.assertEqual(SECRET in shown, seen, (user.username, page))

    def send(self, person, **rows):
        data = form_data(self.page(self.editor, person))
        return self.client.post(
            address(Person, "change", person.pk), {**data, "reason": "x", **rows}, follow=True
        )

    def prefix(self, person):
        page = self.page(self.editor, person)
        formsets = page.context["inline_admin_formsets"]
        return next(one.formset.prefix for one in formsets if one.formset.model is Consent)

    def test_taken_back_there_the_person_is_gone_at_once(self):
        person = self.person("all")
        make.affiliation(person=person, organization=make.organization(confidentiality="confidential"))
        prefix = self.prefix(person)
        self.assertTrue(self.is_public(person))
        page = self.send(person, **{f"{prefix}-0-withdrawn_on": "2026-03-01"})
        self.assertContains(page, "1 taken down")
        self.assertFalse(self.is_public(person))
        self.assertEqual(Entry.objects.of(person).last().user, self.editor)

    def test_where_the_ledger_cannot_be_written_it_is_said(self):
        with mock.patch.object(consent, "follow", side_effect=LedgerAway):
            self.assertContains(self.send(self.person("all")), "could not be written to the file")
            self.person("name")
            self.assertEqual(consent.follow_all(), 0)

    def test_what_follows_is_in_the_same_transaction(self):
        person = self.person("all")
        prefix = self.prefix(person)
        with (
            mock.patch.object(consent, "follow", side_effect=RuntimeError),
            self.assertRaises(RuntimeError),
            transaction.atomic(),
        ):
            self.send(person, **{f"{prefix}-0-withdrawn_on": "2026-03-01"})
        self.assertIsNone(Consent.objects.get().withdrawn_on)


class ApiTest(WritingTest):
    def test_no_answer_holds_it(self):
        person = make.person(basis="consent", created_by=self.contributor)
        Consent.objects.create(record=person, scope="all", form="oral", evidence=SECRET)
        for user in (None, self.contributor, self.editor):
            for url in (path(person), f"{API}people/?format=csv", f"{path(person)}corrections/"):
                answer = self.send(user, "GET", url)
                self.assertNotIn(SECRET, answer.getvalue().decode())
        document = self.done(200, None, "GET", f"{API}schema/")
        self.assertNotIn("evidence is kept", str(document))
