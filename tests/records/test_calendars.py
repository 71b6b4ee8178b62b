"""Lists as calendars: whole days, and never a day that no source states."""

from datetime import date

from django.db.models import QuerySet
from django.test import TestCase
from ical.calendar_stream import IcsCalendarStream

from dialogues.models import Dialogue
from people.models import CaseEvent
from tests import make
from tests.test_fixtures import load


class CalendarTest(TestCase):
    """Another program than the one that writes them reads the calendars."""

    def get(self, name, **given):
        answer = self.client.get(f"/api/v1/{name}/", {"format": "ics", **given})
        self.assertEqual((answer.status_code, answer["Content-Type"]), (200, "text/calendar; charset=utf-8"))
        return answer.content.decode()

    def events(self, name, **given):
        return IcsCalendarStream.calendar_from_ics(self.get(name, **given)).events

    def days(self, **given):
        return [(one.dtstart, one.dtend) for one in self.events("dialogues", **given)]


class DayTest(CalendarTest):
    def test_a_day_is_an_event_of_a_whole_day(self):
        make.dialogue(start_date="2025-10-31")
        self.assertEqual(self.days(), [(date(2025, 10, 31), date(2025, 11, 1))])

    def test_stated_days_are_an_event_of_all_of_them(self):
        make.dialogue(start_date="2025-12-30", end_date="2026-01-02")
        self.assertEqual(self.days(), [(date(2025, 12, 30), date(2026, 1, 3))])

    def test_what_is_not_known_to_the_day_is_left_out_and_counted(self):
        doubtful = (
            "2025",
            "2025-10",
            "2025-23",
            "2025-10-31?",
            "2025-10-31~",
            "2025-10-30/2025-10-31",
            "2025-10-XX",
        )
        for start in doubtful:
            make.dialogue(start_date=start)
        make.dialogue(start_date="2025-10-31", end_date="2025-11")
        make.dialogue(start_date="2025-10", end_date="2025-11-02")
        make.dialogue(start_date=None)
        make.dialogue(start_date="2025-10-01")
        self.assertEqual(self.days(), [(date(2025, 10, 1), date(2025, 10, 2))])
        self.assertIn(
            f"Without {len(doubtful) + 3} of which no source states the day.", unfolded(self.get("dialogues"))
        )
        self.assertNotIn("Without", self.get("dialogues", period_certainly_overlaps="2025-10-01"))

    def test_an_inferred_day_is_marked(self):
        for given in ({"field": "start_date"}, {}):
            row = make.dialogue(start_date="2025-10-31", cited=False)
            make.citation(row, basis="inferred", reasoning="As the post says.", **given)
        for event in self.events("dialogues"):
            self.assertEqual(event.description, "Meeting. Held. No source states the day; it is inferred.")

    def test_the_latest_days_come_first_and_a_shorter_calendar_says_so(self):
        make.dialogue(start_date="2025-10-01")
        make.dialogue(start_date="2025-10-31")
        text = self.get("dialogues", page_size=1)
        self.assertIn("Only the latest of a longer list.", unfolded(text))
        self.assertIn("20251031", text)
        self.assertNotIn("20251001", text)


class EventTest(CalendarTest):
    def test_a_dialogue(self):
        dialogue = make.dialogue(title="Meeting; the first, in Yerevan", start_date="2025-10-31")
        dialogue.places.add(make.place(name="Yerevan"))
        (event,) = self.events("dialogues")
        self.assertEqual(event.summary, dialogue.title)
        self.assertEqual(event.uid, f"urn:uuid:{dialogue.pk}")
        self.assertEqual(str(event.url), f"http://127.0.0.1:8000/dialogues/{dialogue.slug}/")
        self.assertEqual(
            (event.location, event.description, event.status), ("Yerevan", "Meeting. Held.", "CONFIRMED")
        )
        self.assertEqual(event.dtstamp, dialogue.changed_at.replace(microsecond=0))

    def test_lines_are_short_and_break_between_letters_and_signs_are_escaped(self):
        title = f"Встреча, \\ «первая»; 🕊{'Ə' * 60} " + "Երևան " * 20
        dialogue = make.dialogue(title=title.strip(), start_date="2025-10-31")
        dialogue.places.add(make.place(name="Hall; 2, Ереван\\n"))
        for line in self.get("dialogues").encode().split(b"\r\n"):
            self.assertLessEqual(len(line), 75)
            line.decode()  # no letter is cut
        (event,) = self.events("dialogues")
        self.assertEqual((event.summary, event.location), (dialogue.title, "Hall; 2, Ереван\\n"))

    def test_signs_that_calendars_forbid_are_left_out(self):
        make.dialogue(start_date="2025-10-31")
        QuerySet(Dialogue).update(title="A\x07 \x0btitle")
        (event,) = self.events("dialogues")
        self.assertEqual(event.summary, "A title")

    def test_what_did_not_take_place_is_not_shown_as_if_it_did(self):
        expected = {
            "planned": "TENTATIVE",
            "postponed": "CANCELLED",
            "canceled": "CANCELLED",
            "disputed": "TENTATIVE",
            "unknown": None,
        }
        for status in expected:
            make.dialogue(status=status, start_date="2025-10-31")
        found = {
            one.description.split(". ")[1].strip(".").lower(): one.status for one in self.events("dialogues")
        }
        self.assertEqual(found, expected)

    def test_hearings_are_named_after_their_case(self):
        case = make.case(title="Case of A. B.")
        make.case_event(case=case, kind="hearing", date="2025-10-31", place=make.place(name="Baku"))
        make.case_event(case=case, kind="arrest", date="2025-10-30")
        make.case_event(kind="hearing", date="2025-10-31", confidentiality="confidential")
        (event,) = self.events("case-events", kind="hearing")
        self.assertEqual((event.summary, event.description), ("Case event: Case of A. B.", "Hearing."))
        self.assertEqual((event.location, event.dtstart), ("Baku", date(2025, 10, 31)))

    def test_only_what_happens_on_days_has_a_calendar(self):
        found = {
            name
            for name in ("dialogues", "case-events", "people", "affiliations", "cases", "sources")
            if self.client.get(f"/api/v1/{name}/", {"format": "ics"}).status_code == 200
        }
        self.assertEqual(found, {"dialogues", "case-events"})

    def test_the_same_records_give_the_same_bytes(self):
        make.dialogue(start_date="2025-10-31")
        self.assertEqual(self.get("dialogues"), self.get("dialogues"))


class FixturesTest(CalendarTest):
    @classmethod
    def setUpTestData(cls):
        load()

    def test_the_article_names_months_and_seasons_and_no_day(self):
        for model, name in ((Dialogue, "dialogues"), (CaseEvent, "case-events")):
            self.assertEqual(self.events(name), [])
            said = f"Without {model.objects.count()} of which no source states the day."
            self.assertIn(said, unfolded(self.get(name)))


def unfolded(text):
    return text.replace("\r\n ", "")
