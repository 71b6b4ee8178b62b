"""Erasure: the data itself is gone from a dump of the whole database; who and when stay in the history."""

import subprocess

from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from dialogues.models import Participation, ParticipationIdentity, Speaker
from people.models import Person
from tests import make
from tests.emptied import TransactionTestCase
from tracker.records.accounts.saved_filters import SavedFilter
from tracker.records.audit.history import Entry
from tracker.records.audit.takedown_ledger import Deed, DeedKind
from tracker.records.base.slugs import OldSlug
from tracker.records.protection.name_check import Homonym
from tracker.records.protection.name_search import run_searches
from tracker.records.protocol.idempotency import KeptAnswer
from tracker.records.revisions import erasure
from tracker.records.workflow.approvals import Approval
from tracker.records.workflow.proposals import Proposal
from tracker.server import backup

CANARY = "Qxcanary"


class ErasureTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor, cls.administrator = make.member("editor"), make.member("administrator")
        cls.person = make.person(name="Zahra Qvortexli")

    def erase(self, record=None):
        record = record or self.person
        record.takedown(self.editor, "safety")
        run_searches()
        erasure.erase(record, self.administrator, "legal")

    def test_what_exists_because_of_them_goes_too(self):
        rows = [build(person=self.person) for build in (make.affiliation, make.case, make.assessment)]
        rows += [make.charge(case=rows[1]), make.case_actor(person=self.person, organization=None)]
        self.erase()
        self.assertEqual([row for row in rows if type(row).objects.filter(pk=row.pk).exists()], [])

    def test_who_took_part_is_withheld_and_still_counted(self):
        affiliation = make.affiliation(person=self.person)
        row = make.participation(person=self.person, affiliation=affiliation, described_as="a journalist")
        others = [make.participation(dialogue=row.dialogue) for _ in range(2)]
        said = make.statement(speakers=[self.person, others[0].person])
        self.erase()
        row.refresh_from_db()
        known = (row.naming, row.person_id, row.affiliation_id, row.described_as, row.publication)
        self.assertEqual(known, ("withheld", None, None, "", "published"))
        answer = self.client.get(f"/api/v1/dialogues/{row.dialogue.pk}/").json()
        self.assertEqual(len(answer["participations"]), 3)
        self.assertEqual([one.naming for one in Speaker.objects.filter(record=said)], ["withheld", "named"])

    def test_an_identity_goes_and_the_pseudonym_stays(self):
        row = make.participation(naming="pseudonym", pseudonym="A guest")
        make.identity(row, person=self.person)
        self.erase()
        self.assertFalse(ParticipationIdentity.objects.exists())
        self.assertEqual(Participation.objects.get(pk=row.pk).pseudonym, "A guest")
        self.assertNotIn(str(self.person.pk), str([*Entry.objects.of(row).values("before", "after")]))

    def test_what_stands_by_itself_loses_the_key(self):
        organization = make.organization(name="Somewhere Else")
        child, event = make.organization(parent=organization), make.case_event(authority=organization)
        tie = make.affiliation(organization=organization)
        with_it = make.participation(affiliation=tie, person=tie.person)
        self.erase(organization)
        for row, name in ((child, "parent"), (event, "authority"), (with_it, "affiliation")):
            row.refresh_from_db()
            self.assertIsNone(getattr(row, name))
        self.assertEqual((with_it.naming, with_it.person), ("named", tie.person))

    def test_every_kind_of_record_can_be_erased(self):
        for model, build in make.BUILDERS.items():
            with self.subTest(model=model._meta.label):
                row = build()
                self.erase(row)
                self.assertFalse(model.objects.filter(pk=row.pk).exists())

    def test_that_it_was_erased_stays_with_who_and_when(self):
        key = self.person.pk
        self.erase()
        last = Entry.objects.filter(record_id=key).last()
        self.assertEqual((last.user, last.reason), (self.administrator, "Erased: legal"))
        self.assertEqual({value for name, value in last.before.items() if name != "id"}, {None})
        self.assertEqual(
            [*Deed.objects.values_list("kind", flat=True)], [DeedKind.TAKEDOWN, DeedKind.ERASURE]
        )

    def test_it_takes_an_administrator_and_a_takedown_by_somebody_else(self):
        both = make.member("editor", "administrator")
        with self.assertRaises(PermissionDenied):
            erasure.erase(self.person, self.administrator, "legal")
        self.person.takedown(both, "safety")
        run_searches()
        with override_settings(FOUR_EYES=True):
            for user in (both, self.editor, None):
                with self.assertRaises(PermissionDenied):
                    erasure.erase(self.person, user, "legal")
            with self.assertRaises(ValidationError):
                erasure.erase(self.person, self.administrator, "because")
            erasure.erase(self.person, self.administrator, "legal")

    def test_what_was_said_of_homonyms_and_to_approve_others_goes_too(self):
        said = {"field": "summary", "created_by": self.editor}
        part = make.name(self.person, "Z. Q.")
        for row, reason in (
            (self.person, "A lawyer."),
            (part, "A dentist."),
            (make.person(), "Not Zahra Qvortexli."),
        ):
            Homonym.objects.create(row_id=row.pk, reason=reason, **said)
        kept = Homonym.objects.create(row_id=make.person().pk, reason="A namesake.", **said)
        other = make.person(publication="draft")
        words = {
            "publish_at": timezone.now(),
            "comment": "After ZAHRA QVORTEXLI.",
            "homonym": "Not Zahra Qvortexli.",
        }
        Approval.objects.note(other, [other], self.editor, **words)
        self.erase()
        self.assertEqual([*Homonym.objects.all()], [kept])
        approval = Approval.objects.get()
        self.assertEqual({approval.comment, approval.homonym}, {erasure.REDACTED})

    def test_of_what_was_not_taken_down_the_page_tells_an_administrator_nothing(self):
        hidden = make.person(publication="draft", confidentiality="confidential")
        self.client.force_login(self.administrator)
        for row in (self.person, hidden):
            page = reverse("admin:people_person_erase", args=[row.pk])
            self.assertEqual(self.client.get(page).status_code, 404)

    def test_the_page_names_nobody_and_wants_the_record_typed(self):
        self.person.takedown(self.editor, "safety")
        run_searches()
        self.client.force_login(self.administrator)
        page = reverse("admin:people_person_erase", args=[self.person.pk])
        self.assertNotContains(self.client.get(page), "Qvortexli")
        self.client.post(page, {"reason": "legal", "typed": "Zahra"})
        self.assertTrue(Person.objects.filter(pk=self.person.pk).exists())
        self.client.post(page, {"reason": "legal", "typed": f"person {str(self.person.pk)[:8]}"})
        self.assertFalse(Person.objects.filter(pk=self.person.pk).exists())
        self.assertEqual(self.client.get(page).status_code, 404)
        self.client.force_login(self.editor)
        self.assertEqual(self.client.get(page).status_code, 403)


class CanaryTest(TransactionTestCase):
    """A word planted in everything that speaks of a person is in no dump of the database any more."""

    def plant(self):
        word, editor = f"Zahra {CANARY}", make.member("editor")
        person = make.person(name=word, notes=word, description=word, summary=word)
        make.name(person, word, confidentiality="confidential")
        make.identifier(person, identifier=CANARY)
        make.citation(person, quotation=word)
        OldSlug.objects.create(model="people.Person", slug=f"old-{CANARY.lower()}", record_id=person.pk)
        case = make.case(person=person, title=word, evidence=word)
        make.charge(case=case, wording=word)
        make.case_event(case=case, circumstances=word)
        row = make.participation(person=person, described_as=word, notes=word)
        make.citation(row, quotation=word, basis="inferred", reasoning=word)
        make.identity(make.participation(naming="withheld"), person=person)
        said = make.statement(speakers=[person], title=f"{word} said so", quotation=word)
        make.speaker(said, "the authorities", name_as_given=word, position=1)
        drafts = [
            make.dialogue(publication="draft", summary=f"By {word}"),
            make.context_event(publication="draft", other_titles=["The 44 days", f"That of {word}"]),
        ]
        LogEntry.objects.log_actions(editor.pk, [person], 2, f"Changed {word}.", single_object=True)
        said = {"document": {"name": word}, "reason": word, "created_by": editor}
        Proposal.objects.create(model="people.Person", record_id=person.pk, version=1, **said)
        SavedFilter.objects.create(user=editor, model="people.Person", name=CANARY, query=f"q={CANARY}")
        KeptAnswer.objects.create(user=editor, key="one", body=f'"{person.pk}" {word}', status=201)
        return person, drafts, editor

    def dump(self):
        with backup.running("pg_dump", stdout=subprocess.PIPE) as process:
            return process.stdout.read().decode().lower()

    def test_a_dump_holds_the_word_no_more(self):
        person, drafts, editor = self.plant()
        self.assertGreater(self.dump().count(CANARY.lower()), 50)
        for record in (person, *drafts):
            record.takedown(editor, "safety")
        run_searches()
        erasure.erase(person, make.member("administrator"), "legal")
        self.assertEqual([line for line in self.dump().splitlines() if CANARY.lower() in line], [])
