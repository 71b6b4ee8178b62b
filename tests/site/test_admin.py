"""What editors do in the admin: write records with their sources, and publish and withdraw them."""

import re
from unittest import mock

from django.contrib.admin.models import LogEntry
from django.db import IntegrityError

from dialogues.models import Dialogue, Participation, ParticipationIdentity
from people.models import CaseActor, Person
from tests import make
from tests.test_admin import AdminTest, address, form_data
from tracker.records.audit.history import Entry
from tracker.records.base.sources import Source
from tracker.records.values.codes.vocabularies import Publication


class EditingTest(AdminTest):
    def add(self, model, **values):
        """Send the form of a new record with these values."""
        path = address(model, "add")
        return self.client.post(path, {**form_data(self.client.get(path)), **values}, follow=True)

    def change(self, record, **values):
        """Send the form of a record with these values."""
        path = address(type(record), "change", record.pk)
        answer = self.client.post(path, {**form_data(self.client.get(path)), **values}, follow=True)
        record.refresh_from_db()
        return answer

    def row(self, prefix, number, **values):
        """The values of a row of an inline."""
        return {f"{prefix}-{number}-{name}": value for name, value in values.items()}


class WritingTest(EditingTest):
    def test_the_writer_is_kept(self):
        self.add(Source, title="A report", kind="report", date="10 December 2025")
        source = Source.objects.get(title="A report")
        self.assertEqual((source.created_by, source.date), (self.admin, "2025-12-10"))
        self.assertEqual(source.publication, Publication.DRAFT)

    def test_a_dialogue_with_cited_participants_on_one_page(self):
        person, source = make.person(), make.shared_source()
        cited = {"source": source.pk, "locator_kind": "paragraph", "locator": "3"}
        rows = {
            "participations-TOTAL_FORMS": "2",
            **self.row("participations", 0, person=person.pk, role="speaker", quotation="took part", **cited),
            **self.row(
                "participations", 1, group_label="a delegation", role="participant", count_min="3", **cited
            ),
            **self.row("citations", 0, **cited),
        }
        self.add(Dialogue, title="A meeting", **rows)
        dialogue = Dialogue.objects.get(title="A meeting")
        named = dialogue.participations.get(group_label="")
        group = dialogue.participations.exclude(pk=named.pk).get()
        self.assertEqual((named.person, named.created_by), (person, self.admin))
        self.assertEqual(named.citations.get().quotation, "took part")
        self.assertEqual((group.group_label, group.count_min), ("a delegation", 3))
        self.assertEqual(group.citations.get().locator, "3")
        self.assertEqual(dialogue.citations.get().source, source)

    def test_a_row_shows_and_changes_its_first_citation(self):
        part = make.participation(cited=False)
        make.citation(part, quotation="first words")
        make.citation(part, field="role", quotation="other words")
        page = self.client.get(address(Dialogue, "change", part.dialogue_id))
        self.assertContains(page, "first words")
        self.assertContains(page, "(1 more source)")
        self.change(part.dialogue, **self.row("participations", 0, quotation="better words"))
        quoted = [row.quotation for row in part.citations.order_by("field")]
        self.assertEqual(quoted, ["better words", "other words"])

    def test_a_row_emptied_of_its_citation_loses_it(self):
        part = make.participation(publication="draft")
        nothing = dict.fromkeys(("source", "locator_kind", "locator", "quotation"), "")
        self.change(part.dialogue, **self.row("participations", 0, **nothing))
        self.assertFalse(part.citations.exists())

    def test_a_row_with_words_needs_a_source(self):
        part = make.participation(cited=False)
        answer = self.change(part.dialogue, **self.row("participations", 0, quotation="words"))
        self.assertContains(answer, "Enter the source.")

    def test_a_quotation_in_a_row_is_short(self):
        part = make.participation()
        answer = self.change(part.dialogue, **self.row("participations", 0, quotation="word " * 26))
        self.assertContains(answer, "A quotation has at most 25 words.")

    def test_a_published_row_cannot_be_deleted_and_an_own_draft_can(self):
        dialogue = make.dialogue()
        published = make.participation(dialogue=dialogue, created_by=self.admin)
        draft = make.participation(dialogue=dialogue, created_by=self.admin, publication="draft")
        deleted = {f"participations-{number}-DELETE": "on" for number in range(2)}
        self.assertContains(self.change(dialogue, **deleted), "were never published")
        self.assertEqual(dialogue.participations.count(), 2)
        self.change(dialogue, **{"participations-1-DELETE": "on"})
        self.assertEqual([*dialogue.participations.all()], [published])
        self.assertFalse(Participation.objects.filter(pk=draft.pk).exists())

    def test_only_what_was_never_published_can_be_deleted(self):
        for publication, status in (("draft", 302), ("published", 403), ("withdrawn", 403)):
            row = make.person(publication=publication, created_by=self.admin)
            answer = self.client.post(address(Person, "delete", row.pk), {"post": "yes"})
            self.assertEqual(answer.status_code, status, publication)

    def test_moments_are_shown_as_iso_has_them(self):
        row = make.person()
        page = self.client.get(address(Person, "change", row.pk))
        self.assertContains(page, f"{row.created_at:%Y-%m-%d %H:%M}</div>")

    def test_dates_say_what_was_understood(self):
        dialogue = make.dialogue(start_date="2025-10")
        page = self.client.get(address(Dialogue, "change", dialogue.pk))
        self.assertContains(page, "understood: 1 to 31 October 2025 (2025-10)")
        typed = self.client.get("/admin/understand/", {"text": "summer 2024"}).json()
        self.assertEqual(
            typed, {"understood": "understood: 1 June to 31 August 2024 (2024-22)", "refused": ""}
        )

    def test_a_date_that_is_not_understood_is_refused_in_short_without_its_words(self):
        for text, reason in (
            ("winter 2025", "Write winter 2024/2025 or winter 2025/2026."),
            ("11.12.2025", "Write 2025-12-11 or 2025-11-12."),
            ("Somebody", "Write 2025-12-10, 10 December 2025, December 2025"),
        ):
            typed = self.client.get("/admin/understand/", {"text": text}).json()
            self.assertEqual(typed["understood"], "")
            self.assertIn(reason, typed["refused"])
            self.assertLess(len(typed["refused"]), 170)
            self.assertNotIn("Somebody", typed["refused"])


class RefusalTest(EditingTest):
    """What a rule or the database refuses is said on the page; nothing answers 500."""

    def refused(self, answer, said):
        self.assertEqual(answer.status_code, 200)
        self.assertIn(
            said,
            " ".join(
                re.findall(
                    r'(?s)<(?:ul class="errorlist|ul class="messagelist).*?</ul>', answer.content.decode()
                )
            ),
        )

    def test_reversed_dates(self):
        answer = self.change(make.dialogue(), start_date="2025-11", end_date="2025-10")
        self.refused(answer, "The end date must not be before the start date.")

    def test_an_unreadable_date(self):
        self.refused(self.change(make.dialogue(), start_date="11.12.2025"), "Write 2025-12-11 or 2025-11-12")

    def test_two_kinds_of_speaker(self):
        statement = make.statement(speakers=["a crowd"])
        answer = self.change(statement, **self.row("speakers", 0, person=make.person().pk))
        self.refused(answer, "one of person, organization and label")

    def test_two_kinds_of_participant_in_a_row(self):
        part = make.participation()
        answer = self.change(part.dialogue, **self.row("participations", 0, group_label="a group"))
        self.refused(answer, "one of person, organization and group label")

    def test_what_concerns_a_field_of_another_page(self):
        part = make.participation(pseudonym="P", naming="pseudonym", person=None)
        answer = self.change(part.dialogue, **self.row("participations", 0, person=make.person().pk))
        self.refused(answer, "An unnamed participation must not have a person")

    def test_an_affiliation_of_somebody_else(self):
        part = make.participation()
        affiliation = make.affiliation()
        answer = self.change(part.dialogue, **self.row("participations", 0, affiliation=affiliation.pk))
        self.refused(answer, "Choose an affiliation of this person.")

    def test_a_statement_related_to_itself(self):
        statement = make.statement()
        rows = {
            "relations-TOTAL_FORMS": "1",
            **self.row("relations", 0, kind="supports", related_statement=statement.pk),
        }
        self.refused(self.change(statement, **rows), "must be different")

    def test_two_sides_of_one_name(self):
        conflict = make.conflict()
        rows = {"sides-TOTAL_FORMS": "3", **self.row("sides", 2, name="North", position="3")}
        self.refused(self.change(conflict, **rows), "already exists")

    def test_an_identifier_of_a_published_record(self):
        make.identifier(make.person(), identifier="Q1")
        rows = {
            "identifiers-TOTAL_FORMS": "1",
            **self.row("identifiers", 0, scheme="wikidata", identifier="Q1"),
        }
        self.refused(self.change(make.person(), **rows), "Another published record has this identifier.")

    def test_what_only_the_database_can_refuse(self):
        person = make.person()
        with mock.patch.object(Person, "save", side_effect=IntegrityError):
            answer = self.change(person, name="Another")
        self.refused(answer, "Nothing was saved.")


class VerbTest(EditingTest):
    def act(self, model, action, *records):
        sent = {"action": action, "_selected_action": [record.pk for record in records]}
        return self.client.post(address(model, "changelist"), sent, follow=True)

    def states(self, *records):
        return [type(record).objects.get(pk=record.pk).publication for record in records]

    def test_publishing_many_publishes_the_complete_and_says_what_the_others_miss(self):
        complete = make.person(publication="draft")
        incomplete = make.person(publication="draft", cited=False, name="Incomplete Person")
        answer = self.act(Person, "publish_selected", complete, incomplete)
        self.assertEqual(self.states(complete, incomplete), ["published", "draft"])
        self.assertContains(answer, "1 person was published.")
        self.assertContains(answer, "Incomplete Person</a>: It cites no published source")

    def test_messages_name_no_sensitive_record(self):
        row = make.person(publication="draft", cited=False, name="Zzyzx", confidentiality="restricted")
        answer = self.act(Person, "publish_selected", row)
        self.assertIn(f"person {str(row.pk)[:8]}", "".join(map(str, answer.context["messages"])))
        self.assertNotIn("Zzyzx", "".join(map(str, answer.context["messages"])))

    def test_submitting_and_publishing_from_the_page_saves_first(self):
        row = make.person(publication="draft")
        self.change(row, name="New name", _submit="1")
        self.assertEqual((row.publication, row.name), ("in_review", "New name"))
        self.change(row, _publish="1")
        self.assertEqual((row.publication, row.published_by), ("published", self.admin))

    def test_what_cannot_be_published_is_saved_and_told(self):
        self.add(Person, name="Newcomer", _publish="1")
        row = Person.objects.get(name="Newcomer")
        self.assertEqual(row.publication, "draft")
        self.assertContains(self.client.get(address(Person, "change", row.pk)), "Before it can be published")

    def test_withdrawing_asks_for_a_reason(self):
        rows = [make.person(), make.person()]
        page = self.act(Person, "withdraw_selected", *rows)
        self.assertContains(page, rows[0].name)
        path = page.redirect_chain[-1][0]
        self.assertContains(self.client.post(path, {"reason": " "}), "This field is required.")
        self.assertEqual(self.states(*rows), ["published", "published"])
        self.client.post(path, {"reason": "It names a child."})
        self.assertEqual(self.states(*rows), ["withdrawn", "withdrawn"])
        self.assertEqual(Entry.objects.of(rows[0]).last().reason, "It names a child.")

    def test_publishing_a_second_source_of_one_address_is_refused_in_words(self):
        make.source(source_url="https://example.org/a")
        second = make.source(source_url="https://example.org/a", publication="draft")
        answer = self.act(Source, "publish_selected", second)
        self.assertContains(answer, "Another published source has this source url.")

    def test_a_likely_duplicate_is_shown_before_it_is_published(self):
        make.source(title="The First", source_url="https://example.org/a")
        row = make.source(source_url="https://example.org/a/", publication="draft")
        page = self.change(row, _publish="1")
        self.assertContains(page, "This may be the same source as The First")
        self.assertEqual(self.states(row), ["draft"])
        sent = {"mark": page.context["form"]["mark"].value()}
        self.client.post(address(Source, "publish", row.pk), sent)
        self.assertEqual(self.states(row), ["published"])

    def test_nothing_is_deleted_in_bulk(self):
        actions = dict(
            self.client.get(address(Person, "changelist")).context["action_form"].fields["action"].choices
        )
        self.assertNotIn("delete_selected", actions)


class SecrecyTest(EditingTest):
    def test_who_makes_a_record_confidential_is_cleared_for_it(self):
        person = make.person()
        self.change(person, confidentiality="confidential")
        self.assertEqual([*person.cleared.all()], [self.admin])

    def test_a_lawyer_written_in_the_row_of_a_case_is_confidential_and_seen_by_the_writer(self):
        case = make.case()
        rows = {"actors-TOTAL_FORMS": "1", **self.row("actors", 0, role="lawyer", person=make.person().pk)}
        self.change(case, **rows)
        actor = CaseActor.objects.get()
        self.assertEqual((actor.confidentiality, [*actor.cleared.all()]), ("confidential", [self.admin]))

    def test_the_log_forgets_the_name_of_what_becomes_sensitive(self):
        person = make.person(name="Zzyzx")
        self.change(person, description="a word")
        self.assertTrue(LogEntry.objects.filter(object_repr="Zzyzx").exists())
        self.change(person, confidentiality="restricted")
        self.assertFalse(LogEntry.objects.filter(object_repr__contains="Zzyzx").exists())

    def test_the_identity_behind_a_pseudonym_is_shown_to_the_cleared_only(self):
        hidden = make.person(name="Zzyzx")
        part = make.participation(naming="pseudonym", pseudonym="P", cleared=[self.admin])
        make.identity(part, person=hidden)
        path = address(Participation, "change", part.pk)
        self.assertContains(self.client.get(path), "Zzyzx")
        self.client.force_login(make.superuser())
        page = self.client.get(path)
        self.assertNotContains(page, "Zzyzx")
        self.assertNotIn("cleared", page.context["adminform"].form.fields)

    def test_no_detour_clears_for_an_identity(self):
        part = make.participation(naming="pseudonym", pseudonym="P")
        make.identity(part, person=make.person(name="Zzyzx"))
        self.change(part, confidentiality="confidential")
        self.change(part, naming="named", pseudonym="", group_label="a delegation")
        self.change(part, cleared=[self.admin.pk])
        self.assertEqual([part.naming, part.confidentiality], ["pseudonym", "public"])
        self.assertEqual([*part.cleared.all()], [])
        self.assertNotContains(self.client.get(address(Participation, "change", part.pk)), "Zzyzx")

    def test_an_identity_is_written_on_the_page_of_its_participation(self):
        part = make.participation(naming="withheld", cleared=[self.admin])
        prefix = "-1"  # the relation has no name back
        rows = {f"{prefix}-TOTAL_FORMS": "1", **self.row(prefix, 0, person=make.person().pk)}
        self.change(part, **rows)
        self.assertTrue(ParticipationIdentity.objects.filter(participation=part).exists())


class SearchTest(EditingTest):
    def found(self, model, text):
        return {
            row.pk
            for row in self.client.get(address(model, "changelist"), {"q": text}).context["cl"].result_list
        }

    def test_records_are_found_by_every_name_of_what_they_belong_to(self):
        person = make.person(name="Ələkbər Məmmədov")
        make.name(person, "Alexander the Second")
        affiliation = make.affiliation(person=person)
        part = make.participation(person=person)
        event = make.case_event(case=make.case(person=person))
        statement = make.statement(speakers=[person])
        for row in (person, affiliation, part, event, event.case, statement):
            for text in ("Məmmədov", "Mammadov", "alexander sec"):
                with self.subTest(row=row._meta.label, text=text):
                    self.assertIn(row.pk, self.found(type(row), text))
            self.assertNotIn(row.pk, self.found(type(row), "Alexander Third"))

    def test_a_group_is_found_by_its_label_and_its_dialogue(self):
        group = make.group(group_label="seven historians", dialogue=make.dialogue(title="Forum of Lachin"))
        self.assertEqual(self.found(Participation, "histor lachin"), {group.pk})
