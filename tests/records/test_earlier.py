"""What was public at a moment, without what has been hidden since."""

import json
import re
from datetime import timedelta
from unittest.mock import patch

import pgtrigger
from django.conf import settings
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dialogues.choices import Disclosure
from dialogues.models import Dialogue
from people.models import Person, PersonName
from tests import make
from tests.moments import MomentAsking, now
from tests.writing import path
from tracker import api
from tracker.figures.registry import FIGURES
from tracker.records.audit.history import Entry
from tracker.records.protection.name_search import run_searches
from tracker.records.protocol.rate_limits import Tally
from tracker.records.read.past import state
from tracker.records.read.past.moments import this_second
from tracker.records.revisions import erasure
from tracker.records.shapes.urls import list_url

DIALOGUES, SEARCH, NETWORK = "/api/v1/dialogues/", "/api/v1/search/", "/api/v1/network/"
WRITING = re.compile(r"\s*(INSERT|UPDATE|DELETE|CREATE|MERGE|COPY)")
CANARY, NAME = "Qvortexli", "Zahra Qvortexli"


class RecordTest(MomentAsking, TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.before = now()
        cls.place, cls.person = make.place(name="Yerevan"), make.person(name="Ali Valiyev")
        cls.dialogue = make.dialogue(title="First title", places=[cls.place], start_date="2025-10")
        cls.part = make.participation(dialogue=cls.dialogue, person=cls.person, role="participant")
        cls.moment = now()
        cls.editor = make.member("editor")

    def one(self, moment=None):
        return self.shown(path(self.dialogue), moment or self.moment).json()

    def test_a_correction_changes_nothing_in_what_was_shown(self):
        then = self.client.get(path(self.dialogue)).json()
        self.dialogue.title, self.dialogue.start_date = "Second title", "2025-11"
        self.dialogue.save()
        self.dialogue.places.clear()
        self.dialogue.citations.all().delete()
        self.part.role = "observer"
        self.part.save()
        found = self.one()
        self.assertEqual(
            {name: found[name] for name in ("published_on", "changed_at")},
            {"published_on": self.moment, "changed_at": None},
        )
        self.assertIn("may differ", found.pop("notice"))
        del found["published_on"], found["changed_at"], then["changed_at"]
        self.assertEqual(found, then)
        self.assertEqual(self.client.get(path(self.dialogue)).json()["title"], "Second title")

    def test_a_record_that_has_not_changed_says_when_it_had_changed_last(self):
        self.assertEqual(self.one()["changed_at"], self.client.get(path(self.dialogue)).json()["changed_at"])

    def test_each_moment_has_its_state(self):
        moments = [self.moment]
        for title in ("Second title", "Third title"):
            self.dialogue.title = title
            self.dialogue.save()
            moments.append(now())
        self.assertEqual(
            [self.one(moment)["title"] for moment in moments], ["First title", "Second title", "Third title"]
        )

    def test_before_its_publication_there_is_none(self):
        answer = self.client.get(path(self.dialogue), {"published_on": self.before})
        absent = self.client.get(f"{DIALOGUES}no-such-dialogue/", {"published_on": self.before})
        self.assertEqual((answer.status_code, answer.content), (404, absent.content))
        self.assertEqual(self.shown(DIALOGUES, self.before).json()["total"], 0)

    def test_a_draft_was_not_shown(self):
        draft = make.dialogue(publication="draft")
        make.citation(draft)
        moment = now()
        draft.publish(make.superuser(), "Done.")
        self.assertEqual(self.client.get(path(draft)).status_code, 200)
        self.assertEqual(self.client.get(path(draft), {"published_on": moment}).status_code, 404)

    def test_a_record_without_a_history_was_not_there_before_its_publication(self):
        with pgtrigger.ignore("records.Place:history"):
            new = make.place(name="New")
        self.assertFalse(Entry.objects.filter(record_id=new.pk).exists())
        make.place()
        self.assertEqual(self.client.get(path(new), {"published_on": self.moment}).status_code, 404)

    def test_filters_order_and_search_go_by_what_was_so_then(self):
        self.dialogue.title, self.dialogue.start_date = "Second title", "2026-02"
        self.dialogue.save()
        self.part.role = "observer"
        self.part.save()
        later = make.dialogue(title="First of all", start_date="2025-10")
        for given in ({"q": "first"}, {"period_overlaps": "2025"}, {"participant_role": "participant"}):
            with self.subTest(given=given):
                found = self.shown(DIALOGUES, self.moment, **given).json()["results"]
                self.assertEqual([row["title"] for row in found], ["First title"])
        self.assertEqual(self.shown(DIALOGUES, self.moment, q="second").json()["results"], [])
        self.assertEqual(self.client.get(path(later), {"published_on": self.moment}).status_code, 404)
        hits = self.shown(SEARCH, self.moment, q="first").json()["results"]
        self.assertEqual([(hit["name"], hit["matched"]["how"]) for hit in hits], [("First title", "begins")])

    def test_a_name_that_was_added_later_does_not_find_a_record(self):
        organization = make.organization(name="Old name")
        moment = now()
        make.name(organization, "New name")
        rows = self.shown("/api/v1/organizations/", moment, q="new").json()["results"]
        self.assertEqual(rows, [])

    def test_a_list_can_be_a_file(self):
        self.dialogue.title = "Second title"
        self.dialogue.save()
        for given in ({}, {"page_size": 1}):
            answer = self.shown(DIALOGUES, self.moment, format="csv", fields="title", **given)
            self.assertEqual(answer.getvalue().split(), b"title First title".split())

    def test_an_address_leads_to_the_record_that_has_it_today(self):
        old = self.dialogue.slug
        self.dialogue.change_slug("new-address")
        self.dialogue.title = "Second title"
        self.dialogue.save()
        found = self.shown(f"{DIALOGUES}new-address/", self.moment).json()
        self.assertEqual((found["slug"], found["title"]), ("new-address", "First title"))
        moved = self.client.get(f"{DIALOGUES}{old}/", {"published_on": self.moment}, follow=True)
        self.assertEqual(moved.json()["title"], "First title")

    def test_it_is_about_the_day_of_the_moment_unless_another_is_asked_for(self):
        self.assertEqual(self.shown(DIALOGUES, self.moment).json()["as_of"], self.moment[:10])
        answer = self.shown(DIALOGUES, self.moment, as_of="2025-10-31").json()
        self.assertEqual(answer["as_of"], "2025-10-31")

    def test_everyone_reads_it_as_the_public_does(self):
        draft = make.dialogue(publication="draft", title="A draft")
        moment = now()
        draft.title = "Still a draft"
        draft.save()
        public = self.shown(DIALOGUES, moment).json()
        for role in ("editor", "case_officer", "administrator"):
            _, token = make.token(make.member(role), "read")
            answer = self.client.get(
                DIALOGUES, {"published_on": moment}, headers={"Authorization": f"Bearer {token}"}
            )
            self.assertEqual((answer.json(), answer["Cache-Control"]), (public, "no-store"))

    def test_it_writes_nothing_and_looks_up_the_changes_once(self):
        self.dialogue.title = "Second title"
        self.dialogue.save()
        with CaptureQueriesContext(connection) as found:
            self.one()
        said = [one["sql"] for one in found.captured_queries if "tally" not in one["sql"].lower()]
        self.assertEqual([sql for sql in said if WRITING.match(sql)], [])
        self.assertEqual(len([sql for sql in said if "SELECT DISTINCT kind" in sql]), 1)

    def test_the_next_request_is_about_today_again(self):
        self.dialogue.title = "Second title"
        self.dialogue.save()
        self.one()
        self.client.get(f"{DIALOGUES}absent/", {"published_on": self.moment})
        self.assertEqual(connection.execute_wrappers, [])
        self.assertEqual(self.client.get(path(self.dialogue)).json()["title"], "Second title")

    def test_it_ends_with_its_request_even_after_an_error(self):
        for name in ("retrieve", "finalize_response"):
            with patch(f"dialogues.api.views.DialogueViewSet.{name}", side_effect=RuntimeError):
                try:
                    self.one()
                except RuntimeError:  # while the error is kept, nothing of its request is cleared away
                    self.assertEqual(connection.execute_wrappers, [], name)
        self.assertEqual(self.client.get(path(self.dialogue)).status_code, 200)

    def test_it_counts_as_a_search(self):
        limits = {**dict.fromkeys(settings.LIMITS, 0), "SEARCHES_PER_MINUTE": 2}
        with override_settings(LIMITS=limits):
            answers = [
                self.client.get(path(self.place), {"published_on": self.moment}, REMOTE_ADDR="198.51.100.7")
                for _ in range(3)
            ]
        Tally.objects.all().delete()
        self.assertEqual([one.status_code for one in answers], [200, 200, 429])

    def test_too_many_changes_are_refused(self):
        for row in (self.dialogue, self.place):
            row.save()
            row.identifiers.create(scheme="isni", identifier=str(row.pk)[:8])
        self.dialogue.title = "Second title"
        self.dialogue.save()
        self.place.name = "Another name"
        self.place.save()
        self.addCleanup(setattr, state, "MOST_CHANGES", state.MOST_CHANGES)
        for most, status in ((1, 400), (2, 200)):
            state.MOST_CHANGES = most
            answer = self.client.get(path(self.dialogue), {"published_on": self.moment})
            self.assertEqual(answer.status_code, status)


class MomentTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.dialogue = make.dialogue()

    def asked(self, text):
        return self.client.get(DIALOGUES, {"published_on": text})

    def test_a_future_moment_is_refused_and_a_day_that_is_not_over(self):
        today = timezone.now().date()
        for text in ("2100-01-01T00:00:00Z", "2100-01-01", today.isoformat()):
            answer = self.asked(text)
            self.assertEqual(answer.status_code, 400)
            self.assertIn("in the past", answer.json()["errors"][0]["detail"])

    def test_what_is_no_moment_is_refused(self):
        for text in (
            "soon",
            "2025-12-10T09:00:00",
            "2025-10",
            "2025-02-30",
            "20251210",
            "0001-01-01T00:00:00+23:00",
            "0001-01-01T00:00:00Z",
            "1969-12-30",
            "2025-W01-1",
            "20251210T090000Z",
            "2025-12-10}09:00:00Z",
            "2025-12-10 09:00:00Z",
            "\u0662\u0660\u0662\u0665-12-10",
        ):
            answer = self.asked(text)
            self.assertEqual(answer.status_code, 400, text)
            self.assertIn("Give a moment as in", answer.json()["errors"][0]["detail"])

    def test_a_day_means_its_end(self):
        yesterday = timezone.now().date() - timedelta(days=1)
        answer = self.asked(yesterday.isoformat()).json()
        self.assertEqual(answer["published_on"], f"{timezone.now().date()}T00:00:00.000000Z")
        self.assertEqual(answer["as_of"], yesterday.isoformat())

    def test_an_offset_is_understood(self):
        answer = self.asked("2025-12-10T13:00:00+04:00").json()
        self.assertEqual(answer["published_on"], "2025-12-10T09:00:00.000000Z")

    def test_a_reference_says_a_moment_in_utc(self):
        dialogue = make.dialogue()
        given = {"published_on": re.sub("Z$", "+00:00", now()), "format": "csl"}
        dialogue.title = "Another title"
        dialogue.save()
        (item,) = json.loads(self.client.get(path(dialogue), given).content)
        self.assertRegex(item["version"], r"Z\Z")
        given["published_on"] = "2025-12-10T01:30:00+14:00"
        answer = self.client.get("/api/v1/census/", {**given, "format": "bibtex"}).content.decode()
        self.assertIn("2025-12-09 11:30:00 UTC", answer)

    def test_a_permalink_shows_what_was_cited(self):
        before = self.dialogue.title
        with patch("tracker.records.read.past.moments.this_second", now):
            (item,) = json.loads(self.client.get(path(self.dialogue), {"format": "csl"}).content)
        self.dialogue.title = "Another title"
        self.dialogue.save()
        permalink = item["URL"].removeprefix(settings.PUBLIC_URL)
        self.assertEqual(self.client.get(permalink).json()["title"], before)
        (again,) = json.loads(self.client.get(f"{permalink}&format=csl").content)
        self.assertEqual((again["title"], again["URL"]), (before, item["URL"]))
        self.assertRegex(this_second(), r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
        self.assertEqual(self.asked(this_second()).status_code, 200)


class HiddenSinceTest(MomentAsking, TestCase):
    """What was shown once and is hidden today does not come back."""

    @classmethod
    def setUpTestData(cls):
        cls.editor, cls.administrator = make.member("editor"), make.member("administrator")
        cls.person = make.person(name=NAME, description="A scholar")
        cls.dialogue = make.dialogue(
            title="A meeting", start_date="2025-10", disclosure="public", status="held"
        )

    def everything(self, moment):
        """All that can be read about a moment: lists in full, and figures."""
        for view in api.ENDPOINTS:
            yield self.shown(list_url(view.model()).removeprefix(settings.PUBLIC_URL), moment, page_size=200)
        for one in FIGURES:
            for row in one.about.objects.visible_to(None) if one.about else [None]:
                address = f"/api/v1/{one.address.replace('<id>', str(row and row.pk))}/"
                if not one.about or self.existed(row, moment):
                    given = {"q": CANARY.lower()} if one.address == "search" else {}
                    yield self.shown(address, moment, **given)
        for model in (Dialogue, Person):
            for row in model.objects.visible_to(None):
                if self.existed(row, moment):
                    yield self.shown(path(row), moment)

    def existed(self, row, moment):
        return self.client.get(path(row), {"published_on": moment}).status_code == 200

    def assert_never_shown(self, moment, text=CANARY):
        for answer in self.everything(moment):
            self.assertNotIn(text.encode(), answer.content, answer.request["PATH_INFO"])

    def assert_was_shown(self, moment, text=CANARY):
        self.assertTrue(any(text.encode() in answer.content for answer in self.everything(moment)))

    def changed(self, row, **fields):
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()

    def test_a_record_that_was_withdrawn_made_confidential_or_taken_down(self):
        moment = now()
        self.assert_was_shown(moment)
        self.changed(self.person, confidentiality="restricted")
        self.assert_never_shown(moment)
        self.changed(self.person, confidentiality="public")
        self.assert_was_shown(now())
        later = now()
        self.person.withdraw(self.editor, "A mistake.")
        self.assert_never_shown(later)

    def test_what_was_withdrawn_and_published_again_is_not_shown_as_it_was_before(self):
        self.changed(self.dialogue, summary="Pelican house")
        moment = now()
        self.dialogue.withdraw(self.editor, "It tells too much.")
        self.changed(self.dialogue, summary="A house")
        self.dialogue.publish(self.editor, "Corrected.")
        self.assertEqual(self.client.get(path(self.dialogue)).json()["summary"], "A house")
        self.assertEqual(self.client.get(path(self.dialogue), {"published_on": moment}).status_code, 404)
        self.assert_never_shown(moment, "Pelican")

    def test_a_takedown_and_an_erasure(self):
        make.participation(dialogue=self.dialogue, person=self.person, described_as=f"{CANARY}, a scholar")
        make.affiliation(person=self.person)
        make.statement(title=f"What {NAME} said", speakers=[self.person], quotation=f"{NAME} was there")
        other = make.dialogue(summary=f"With {NAME}.")
        moment = now()
        self.assert_was_shown(moment)
        self.changed(other, summary="With others.")
        self.person.takedown(self.editor, "safety")
        run_searches()
        self.assert_never_shown(moment)
        erasure.erase(self.person, self.administrator, "legal")
        self.assert_never_shown(moment)

    def test_a_withdrawn_dialogue_is_gone_for_every_moment(self):
        moment = now()
        self.dialogue.withdraw(self.editor, "A mistake.")
        answer = self.client.get(path(self.dialogue), {"published_on": moment})
        self.assertEqual(answer.status_code, self.client.get(path(self.dialogue)).status_code)
        self.assertEqual(answer.status_code, 410)

    def test_a_participant_whose_name_is_withheld(self):
        row = make.participation(dialogue=self.dialogue, person=self.person, note=f"{CANARY} came late")
        moment = now()
        row.naming, row.person, row.note, row.side = "withheld", None, "", None
        row.save()
        make.identity(row, person=self.person)
        self.changed(self.person, description="A person")
        (shown,) = self.shown("/api/v1/participations/", moment).json()["results"]
        self.assertEqual((shown["naming"], shown["person"], shown["note"]), ("withheld", None, ""))
        figure = self.shown(f"{path(self.dialogue)}representation/", moment)
        self.assertNotIn(CANARY.encode(), figure.content)

    def test_a_text_that_named_somebody_who_is_withheld_today(self):
        row = make.participation(dialogue=self.dialogue, person=self.person)
        self.changed(self.dialogue, summary=f"{NAME} took part.")
        moment = now()
        self.changed(
            self.dialogue, summary="Someone took part.", outcome=self.dialogue.outcome, agenda="Peace"
        )
        row.naming, row.person = "withheld", None
        row.save()
        make.identity(row, person=self.person)
        found = self.shown(path(self.dialogue), moment).json()
        self.assertEqual((found["summary"], found["agenda"]), ("Someone took part.", ""))

    def test_nothing_else_tells_who_is_withheld_though_nobody_wrote_down_who_it_is(self):
        row = make.participation(dialogue=self.dialogue, person=self.person, cited=False)
        cited = make.citation(row, quotation="The keeper of pelicans")
        self.changed(self.dialogue, summary=f"{NAME} took part.")
        moment = now()
        row.naming, row.person = "withheld", None
        row.save()
        self.changed(cited, quotation="A person")
        self.changed(self.dialogue, summary="Someone took part.")
        self.assert_never_shown(moment, "pelicans")
        self.assert_never_shown(moment, f"{NAME} took")

    def test_what_a_source_said_instead(self):
        cited = make.citation(self.dialogue, field="title", stance="contradicts", value=f"{NAME} in Yerevan")
        moment = now()
        self.assert_was_shown(moment, f"{NAME} in")
        self.changed(cited, value="A person in Yerevan")
        self.changed(self.person, name="Aynur Karimova")
        self.assert_never_shown(moment, f"{NAME} in")

    def test_a_speaker_whose_name_is_withheld_even_in_another_row(self):
        said = make.statement(title="A claim", speakers=[self.person, make.organization(name="A paper")])
        moment = now()
        said.speakers.get(person=self.person).delete()
        said.speakers.create(naming="withheld", position=3)
        row = self.shown(path(said), moment).json()
        self.assertEqual([one["naming"] for one in row["speakers"]], ["named", "withheld"])
        self.assertNotIn(CANARY, json.dumps(row["speakers"]))

    def test_a_former_name_of_a_person_anywhere(self):
        make.name(self.person, "Zara Qvortexlinski")
        self.changed(self.dialogue, summary=f"{NAME} took part.", title=f"{NAME} in Yerevan")
        self.changed(self.person, description=f"{NAME} is a scholar")
        moment = now()
        self.assert_was_shown(moment)
        self.changed(self.person, name="Aynur Karimova", description="A scholar")
        self.person.change_slug("aynur-karimova")
        self.person.save()
        self.person.other_names.all().delete()
        self.changed(self.dialogue, summary="Someone took part.", title="A meeting in Yerevan")
        self.assert_never_shown(moment)
        found = self.shown(path(self.person), moment).json()
        self.assertEqual((found["name"], found["description"]), ("Aynur Karimova", "A scholar"))

    def test_another_spelling_of_the_same_name_hides_nothing(self):
        make.name(self.person, "Zahra Qvorteksli")
        self.changed(self.dialogue, summary=f"{NAME} took part.")
        moment = now()
        self.changed(self.dialogue, summary="Someone took part.")
        self.person.other_names.all().delete()
        self.assertEqual(self.shown(path(self.dialogue), moment).json()["summary"], f"{NAME} took part.")

    def test_another_name_that_was_made_confidential(self):
        other = make.name(self.person, "Aynur Secretova")
        self.changed(self.dialogue, summary="Aynur Secretova took part.")
        moment = now()
        self.changed(self.dialogue, summary="Someone took part.")
        other.confidentiality = "confidential"
        other.save()
        self.assert_never_shown(moment, "Secretova")
        self.assertTrue(PersonName.objects.filter(pk=other.pk).exists())

    def test_an_identifier_of_a_person_that_was_removed(self):
        make.identifier(self.person, identifier="Q4711")
        moment = now()
        self.person.identifiers.all().delete()
        self.assert_never_shown(moment, "Q4711")

    def test_a_source_that_was_hidden_and_what_it_said(self):
        source = make.source(title=f"{CANARY} says")
        make.citation(self.dialogue, source=source, quotation="Pelican words")
        moment = now()
        self.assert_was_shown(moment, "Pelican")
        self.changed(source, confidentiality="confidential")
        self.assert_never_shown(moment, "Pelican")

    def test_a_dialogue_that_is_closed_today_connects_nobody(self):
        make.participation(dialogue=self.dialogue, person=self.person)
        moment = now()
        self.assertEqual(len(self.shown(NETWORK, moment).json()["edges"]), 1)
        Dialogue.objects.filter(pk=self.dialogue.pk).update(disclosure=Disclosure.SECRET)
        self.assertEqual(self.shown(NETWORK, moment).json()["edges"], [])

    def test_a_parent_that_is_hidden_hides_what_belonged_to_it_then(self):
        case = make.case(title=f"Case {CANARY}", person=self.person)
        event = make.case_event(case=case, circumstances="Pelican house")
        moment = now()
        self.changed(event, case=make.case(person=make.person(name="Another")))
        self.assert_was_shown(moment, "Pelican")
        self.changed(case, confidentiality="restricted")
        self.assert_never_shown(moment, "Pelican")
