"""submit, publish, withdraw: who may, from which state, what is missing, what becomes of slug and version."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.test import TestCase

from dialogues.models import Dialogue
from people.models import Affiliation, Person
from tests import make
from tracker.records.audit.history import Entry
from tracker.records.base.slugs import OldSlug
from tracker.records.values.codes.vocabularies import Confidentiality, Publication

DRAFT, REVIEW, PUBLISHED, WITHDRAWN, TAKEN_DOWN = Publication
STATES = list(Publication)


class VerbTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.admin = make.superuser()

    def stored(self, row):
        return type(row).objects.get(pk=row.pk)

    def reason(self, row):
        """Why it was last changed, by its history."""
        return Entry.objects.of(row).last().reason

    def refused(self, act, *args):
        """What the ValidationError of a verb says."""
        with self.assertRaises(ValidationError) as raised:
            act(*args)
        return " ".join(raised.exception.messages)


class StateTest(VerbTest):
    VERBS = {
        "submit": ((), {DRAFT: REVIEW}),
        "send_back": (("Mend it.",), {REVIEW: DRAFT}),
        "publish": (
            ("It is safe again.",),
            dict.fromkeys((DRAFT, REVIEW, WITHDRAWN, TAKEN_DOWN), PUBLISHED),
        ),
        "withdraw": (("A mistake.",), {PUBLISHED: WITHDRAWN}),
        "takedown": (("safety",), dict.fromkeys((DRAFT, REVIEW, PUBLISHED, WITHDRAWN), TAKEN_DOWN)),
    }

    def test_each_verb_leads_from_its_states_to_one_and_from_no_other(self):
        for verb, (args, moves) in self.VERBS.items():
            for state in STATES:
                for build in (make.person, make.affiliation, make.source, make.place):
                    row = build(publication=state)
                    act = getattr(row, verb)
                    with self.subTest(verb=verb, state=state, model=type(row).__name__):
                        if state in moves:
                            act(self.admin, *args)
                        else:
                            self.assertIn(state.label.lower(), self.refused(act, self.admin, *args))
                        self.assertEqual(row.publication, moves.get(state, state))
                        self.assertEqual(self.stored(row).publication, moves.get(state, state))

    def test_the_stored_state_counts_and_not_the_one_in_memory(self):
        row = make.person()
        stale = self.stored(row)
        row.withdraw(self.admin, "A mistake.")
        self.refused(stale.withdraw, self.admin, "Again.")
        self.assertEqual(self.stored(row).publication, WITHDRAWN)

    def test_only_a_superuser_who_is_active_may(self):
        inactive = make.superuser(is_active=False)
        for user in (None, make.user(), make.user(is_staff=True), inactive):
            for verb, (args, moves) in self.VERBS.items():
                row = make.person(publication=next(iter(moves)))
                with (
                    self.subTest(user=user and user.username, verb=verb),
                    self.assertRaises(PermissionDenied),
                ):
                    getattr(row, verb)(user, *args)
                self.assertEqual(self.stored(row).publication, next(iter(moves)))

    def test_a_withdrawal_needs_a_reason_and_keeps_it_in_the_history(self):
        row = make.person(notes="Ask again.")
        for nothing in ("", "  \n"):
            self.assertIn("why", self.refused(row.withdraw, self.admin, nothing))
        row.withdraw(self.admin, "The source retracted it.")
        self.assertEqual(
            (self.reason(row), self.stored(row).notes), ("The source retracted it.", "Ask again.")
        )

    def test_a_comment_of_the_publisher_is_kept(self):
        row = make.person(publication="draft")
        row.publish(self.admin, "Checked twice.")
        self.assertEqual(self.reason(row), "Checked twice.")


class MissingTest(VerbTest):
    def test_without_a_citation_nothing_that_needs_one_is_published(self):
        for model in make.BUILDERS:
            row = make.one(model, publication="draft", cited=False)
            with self.subTest(model=model.__name__):
                if model.cited:
                    self.assertIn("cites no published source", self.refused(row.publish, self.admin))
                else:
                    row.publish(self.admin)
                self.assertEqual(self.stored(row).publication, DRAFT if model.cited else PUBLISHED)

    def test_a_source_that_is_not_public_does_not_count(self):
        hidden = [
            *(make.source(publication=state) for state in (DRAFT, REVIEW, WITHDRAWN)),
            *(make.source(confidentiality=level) for level in ("restricted", "confidential")),
        ]
        for source in hidden:
            row = make.person(publication="draft", source=source)
            self.assertIn("cites no published source", self.refused(row.publish, self.admin))
        make.citation(row)
        row.publish(self.admin)

    def test_what_is_wrong_in_itself_is_not_published(self):
        row = make.person(publication="draft", gender="nonsense")
        self.assertIn("gender: Value 'nonsense' is not", self.refused(row.publish, self.admin))

    def test_a_record_whose_last_source_is_withdrawn_stays_public(self):
        source = make.source()
        row = make.person(source=source)
        source.withdraw(self.admin, "It was a forgery.")
        self.assertIn(row, Person.objects.visible_to(None))
        self.assertEqual(list(row.citations.model.objects.visible_to(None).filter(record=row)), [])

    def test_what_belongs_to_something_hidden_may_be_published_and_stays_hidden(self):
        row = make.affiliation(person=make.person(publication="draft"), publication="draft")
        row.publish(self.admin)
        self.assertNotIn(row, Affiliation.objects.visible_to(None))
        row.person.publish(self.admin)
        self.assertIn(row, Affiliation.objects.visible_to(None))


class VersionTest(VerbTest):
    def test_each_save_raises_the_version(self):
        row = make.person()
        self.assertEqual(self.stored(row).version, 2)  # its citation raised it
        for expected in (3, 4):
            row.save()
            self.assertEqual((row.version, self.stored(row).version), (expected, expected))

    def test_a_part_that_is_saved_or_deleted_raises_it_too(self):
        person = make.person(cited=False)
        changes = [
            lambda: make.name(person, "Other"),
            lambda: make.identifier(person),
            lambda: make.citation(person),
            lambda: person.other_names.get().save(),
            lambda: person.citations.get().delete(),
        ]
        for number, change in enumerate(changes, 2):
            before = self.stored(person)
            change()
            after = self.stored(person)
            self.assertEqual(after.version, number)
            self.assertGreater(after.updated_at, before.updated_at)
            self.assertGreater(after.changed_at, before.changed_at)

    def test_a_version_is_never_given_twice(self):
        first, second = make.person(), None
        second = self.stored(first)
        make.name(first, "Other")
        first.save()
        second.save()
        self.assertEqual(self.stored(first).version, 5)

    def test_saving_some_fields_raises_it_as_well(self):
        row = make.person(cited=False)
        row.summary = "More."
        row.save(update_fields=["summary"])
        after = self.stored(row)
        self.assertEqual((after.version, after.summary), (2, "More."))
        self.assertEqual(after.changed_at, row.changed_at)

    def test_what_only_editors_see_is_no_change_in_public(self):
        row = make.person()
        before = self.stored(row).changed_at
        make.name(row, "Hidden", confidentiality="confidential")
        row.notes = "Ask again."
        row.save()
        self.assertEqual(self.stored(row).changed_at, before)
        row.summary = "More."
        row.save()
        self.assertGreater(self.stored(row).changed_at, before)

    def test_only_what_is_published_changes_in_public(self):
        for state in STATES:
            row = make.person(publication=state, cited=False)
            row.save()
            make.name(row, "Other")
            with self.subTest(state=state):
                self.assertEqual(self.stored(row).changed_at is not None, state == PUBLISHED)

    def test_first_publication_is_remembered(self):
        row = make.person(publication="draft")
        self.assertIsNone(row.published_at)
        row.publish(self.admin)
        first, by = row.published_at, row.published_by
        self.assertEqual(by, self.admin)
        row.withdraw(self.admin, "A mistake.")
        row.publish(make.superuser())
        self.assertEqual(self.stored(row).published_at, first)
        self.assertGreater(row.changed_at, first)


class SlugTest(VerbTest):
    def published(self, build=make.dialogue, **fields):
        row = build(publication="draft", **fields)
        row.publish(self.admin)
        return row

    def test_it_is_given_at_first_publication_from_the_public_name(self):
        row = make.person(name="Bəhruz Səmədov", publication="draft")
        self.assertIsNone(row.slug)
        row.submit(self.admin)
        self.assertIsNone(row.slug)
        row.publish(self.admin)
        self.assertEqual(row.slug, "bahruz-samadov")
        self.assertEqual(self.published(make.source, title="", publisher="The Paper").slug, "the-paper")
        self.assertEqual(self.published(title="—").slug, "dialogue")

    def test_it_stays_when_the_name_changes(self):
        row = self.published(title="First title")
        row.title = "Second title"
        row.save()
        row.withdraw(self.admin, "For a while.")
        row.publish(self.admin)
        self.assertEqual(self.stored(row).slug, "first-title")
        self.assertEqual(OldSlug.objects.count(), 0)

    def test_one_that_is_taken_gets_four_random_characters_and_no_counter(self):
        slugs = {self.published(make.person, name="Anar").slug for _ in range(4)}
        self.assertEqual(len(slugs), 4)
        self.assertIn("anar", slugs)
        for slug in slugs - {"anar"}:
            self.assertRegex(slug, r"\Aanar-[0-9a-f]{4}\Z")

    def test_it_is_unique_among_public_records_of_a_kind_only(self):
        make.dialogue(slug="meeting", publication="draft")
        make.dialogue(slug="meeting", publication="withdrawn")
        make.statement(slug="meeting")
        self.assertEqual(self.published(title="Meeting").slug, "meeting")

    def test_what_is_hidden_has_no_slug_that_another_could_want(self):
        below = {"person": make.person(publication="draft")}
        for build, fields in (
            (make.person, {"name": "Anar", "confidentiality": "restricted"}),
            (make.dialogue, {"title": "Meeting", "confidentiality": "restricted"}),
            (make.case, {"title": "Case", **below}),
        ):
            with self.subTest(build=build.__name__):
                self.assertRegex(self.published(build, **fields).slug, r"\A(anar|meeting|case)-[0-9a-f]{4}\Z")

    def test_what_is_no_longer_public_gives_its_slug_to_a_public_namesake(self):
        hidden = self.published(title="Meeting")
        hidden.confidentiality = "confidential"
        hidden.save()
        self.assertEqual(self.published(title="Meeting").slug, "meeting")
        self.assertRegex(self.stored(hidden).slug, r"\Ameeting-[0-9a-f]{4}\Z")

    def test_an_old_slug_of_what_is_hidden_is_free(self):
        hidden = self.published(title="Meeting")
        hidden.change_slug("talks")
        hidden.confidentiality = "restricted"
        hidden.save()
        self.assertEqual(self.published(title="Meeting").slug, "meeting")
        self.assertFalse(OldSlug.objects.exists())

    def test_what_is_hidden_takes_no_slug_from_what_is_public(self):
        row = self.published(title="Meeting")
        hidden = self.published(title="Meeting", confidentiality="restricted")
        self.assertEqual(self.stored(row).slug, "meeting")
        self.assertRegex(hidden.slug, r"\Ameeting-[0-9a-f]{4}\Z")

    def test_a_long_name_makes_a_slug_that_fits(self):
        for _ in range(2):
            self.assertLessEqual(len(self.published(title="word " * 60).slug), 90)
            self.assertLessEqual(len(self.published(title="w" * 300).slug), 90)

    def test_who_took_it_meanwhile_keeps_it(self):
        first = self.published(title="Meeting")
        first.withdraw(self.admin, "A mistake.")
        second = self.published(title="Meeting")
        first.publish(self.admin)
        self.assertEqual(second.slug, "meeting")
        self.assertRegex(self.stored(first).slug, r"\Ameeting-[0-9a-f]{4}\Z")

    def test_a_slug_that_redirects_is_given_to_no_other(self):
        row = self.published(title="Meeting")
        row.change_slug("talks")
        row.save()
        self.assertRegex(self.published(title="Meeting").slug, r"\Ameeting-[0-9a-f]{4}\Z")
        row.change_slug("meeting")
        row.save()
        self.assertEqual(set(OldSlug.objects.values_list("slug", flat=True)), {"meeting", "talks"})

    def test_what_was_never_public_leaves_no_old_slug(self):
        row = make.dialogue(publication="draft", slug="draft-slug")
        row.change_slug("other")
        row.save()
        self.assertFalse(OldSlug.objects.exists())

    def test_a_person_who_is_withdrawn_is_forgotten_under_every_slug(self):
        row = self.published(make.person, name="Anar")
        row.change_slug("anar-m")
        row.save()
        row.withdraw(self.admin, "By request.")
        self.assertIsNone(self.stored(row).slug)
        self.assertFalse(OldSlug.objects.exists())
        for slug in ("anar", "anar-m"):
            self.assertEqual(self.client.get(f"/api/v1/people/{slug}/").status_code, 404)

    def test_no_other_kind_is_forgotten(self):
        row = self.published(title="Meeting")
        row.withdraw(self.admin, "A mistake.")
        self.assertEqual(self.stored(row).slug, "meeting")

    def test_the_natural_key_is_the_slug_of_what_is_public(self):
        row = self.published(title="Meeting")
        make.dialogue(slug="meeting", publication="draft")
        self.assertEqual(Dialogue.objects.get_by_natural_key(*row.natural_key()), row)


class NeutralTextTest(VerbTest):
    def test_a_sensitive_record_is_not_called_by_its_name(self):
        for level in (Confidentiality.RESTRICTED, Confidentiality.CONFIDENTIAL):
            row = make.person(name="Anar", confidentiality=level)
            self.assertNotIn("Anar", str(row))
            self.assertEqual(str(row), f"person {str(row.pk)[:8]}")
        self.assertEqual(str(make.person(name="Anar")), "Anar")
