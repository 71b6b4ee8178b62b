"""Stored answers are those that are computed, before and after every change."""

from threading import Event, Thread

from django.db import connection, connections, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from people.api.case_facts import Found
from people.api.stored_answers import (
    ANSWER_SCALES,
    Stored,
    known_answers,
    outdated_owners,
    refresh_answers,
)
from people.models import (
    CaseEvent,
    CaseEventCitation,
    Charge,
    Outdated,
    PersecutionCase,
    Person,
    StoredAnswer,
)
from people.situations.effects import TRACKS
from tests import make
from tests.emptied import TransactionTestCase
from tests.generate import PUBLIC, World
from tracker.records.base.sources import Source
from tracker.records.shapes.reader import Reader
from tracker.records.values.dates.days import Days

DAYS = (
    *("2023-12-31", "2024-02-10", "2024-05-31", "2024-07-15", "2025-02-10", "2025-06-15", "2025-10-31"),
    *("2026-11-30", "2025-10", "2024/2025", "2024-06-01/2025-02-09"),
)
HIDDEN = {"publication": "draft"}


def weakest_left_out(track, answers):
    return {str(pk): answer for pk, answer in answers.items() if answer != ANSWER_SCALES[track][0]}


def everything(found):
    """All answers, without those that need not be stored, and the dates of the facts behind them."""
    people = {track: weakest_left_out(track, found.people[track]) for track in TRACKS}
    cases = {track: weakest_left_out(track, found.cases[track]) for track in (*TRACKS, "open")}
    dates = {
        track: {str(pk): day for pk, day in found.last_reported[track].items() if str(pk) in people[track]}
        for track in TRACKS
    }
    return people, cases, dates


class StoredAnswerTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        World(3, states=[PUBLIC] * 12 + [("draft", "public"), ("published", "restricted")] * 2).build()
        cls.person = make.person()
        cls.case = make.case(person=cls.person)
        cls.event = make.case_event(case=cls.case, kind="arrest", date="2024-02-10")
        cls.undated = make.case_event(case=cls.case, kind="in_custody", date="")
        cls.charge = make.charge(case=cls.case)
        cls.source = cls.undated.citations.first().source
        refresh_answers()

    def assert_as_computed(self, about=""):
        for text in DAYS:
            reader = Reader(None, Days.read(text))
            known = known_answers(reader)
            self.assertIsInstance(known, Stored)
            self.assertEqual(everything(known), everything(Found.by(reader)), (about, text))

    def test_they_are_those_that_are_computed(self):
        self.assertFalse(Outdated.objects.exists())
        self.assertGreater(StoredAnswer.objects.values("owner").distinct().count(), 5)
        tracks = {*StoredAnswer.objects.values_list("track", "is_of_case")}
        self.assertEqual(tracks, {*((one, of) for one in TRACKS for of in (True, False)), ("open", True)})
        self.assert_as_computed()

    def test_filters_find_the_same_rows(self):
        found = 0
        for text in DAYS:
            reader = Reader(None, Days.read(text))
            known, computed = known_answers(reader), Found.by(reader)
            for kind, model in (("people", Person), ("cases", PersecutionCase)):
                for track in (*TRACKS, "open") if kind == "cases" else TRACKS:
                    for answers in [[one] for one in ANSWER_SCALES[track]] + [
                        ANSWER_SCALES[track][1:3],
                        ANSWER_SCALES[track][:2],
                    ]:
                        rows = model.objects.visible_to(None)
                        one, other = (
                            {*rows.filter(of.matching(kind, track, answers)).values_list("pk", flat=True)}
                            for of in (known, computed)
                        )
                        self.assertEqual(one, other, (text, kind, track, answers))
                        found += len(one)
        self.assertGreater(found, 1000)

    def test_they_are_looked_up(self):
        reader = Reader(None, Days.read("2025-10-31"))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            [
                *Person.objects.visible_to(None).filter(
                    known_answers(reader).matching("people", "custody", ["held"])
                )
            ]
        self.assertEqual(len(asked), 2)
        self.assertFalse([one for one in asked if "people_charge" in one["sql"]])

    def test_after_every_change(self):
        other, shown = make.person(), {"publication": "published"}
        refresh_answers()
        changes = {
            "an event's date": lambda: CaseEvent.objects.filter(pk=self.event.pk).update(
                date="2024-03", date_earliest="2024-03-01", date_latest="2024-03-31", date_sort="2024-03-01"
            ),
            "a hidden event": lambda: CaseEvent.objects.filter(pk=self.event.pk).update(**HIDDEN),
            "a new event": lambda: make.case_event(case=self.case, kind="release", date="2025-06-15"),
            "a charge": lambda: Charge.objects.filter(pk=self.charge.pk).update(stage="acquitted"),
            "a source's date": self.date_the_source,
            "a hidden source": lambda: Source.objects.filter(pk=self.source.pk).update(**HIDDEN),
            "a citation less": lambda: CaseEventCitation.objects.filter(record=self.undated).delete(),
            "a death": lambda: Person.objects.filter(pk=self.person.pk).update(
                death_date="2025-01-01",
                death_date_earliest="2025-01-01",
                death_date_latest="2025-01-01",
                death_date_sort="2025-01-01",
            ),
            "a hidden person": lambda: Person.objects.filter(pk=self.person.pk).update(**HIDDEN),
            "a person who is public again": lambda: Person.objects.filter(pk=self.person.pk).update(**shown),
            "a hidden case": lambda: PersecutionCase.objects.filter(pk=self.case.pk).update(**HIDDEN),
            "a public case": lambda: PersecutionCase.objects.filter(pk=self.case.pk).update(
                publication="published"
            ),
            "another person": lambda: PersecutionCase.objects.filter(pk=self.case.pk).update(person=other),
        }
        for about, change in changes.items():
            change()
            self.assertIn(self.person.pk, outdated_owners(), about)
            self.assert_as_computed(about)
            refresh_answers()
            self.assertFalse(Outdated.objects.exists())
            self.assert_as_computed(f"{about}, refreshed")

    def date_the_source(self):
        self.source.date = "2025-01"
        self.source.save()

    def test_whoever_sees_more_gets_what_is_computed(self):
        for reader in (
            Reader(make.member("editor"), Days.read("2025")),
            Reader(None, Days.read("2025"), known_on=Days.read("2025-01-01").last_end),
        ):
            self.assertIsInstance(known_answers(reader), Found)


class MovedMeanwhileTest(TransactionTestCase):
    """An event is hidden while another transaction moves its case, and answers are computed in between."""

    def test_nothing_hidden_stays(self):
        person, other = make.person(), make.person()
        case = make.case(person=person)
        event = make.case_event(case=case, kind="arrest", date="2024-02-10")
        refresh_answers()
        hidden, computed = Event(), Event()

        def hide():
            with transaction.atomic():
                CaseEvent.objects.filter(pk=event.pk).update(**HIDDEN)
                hidden.set()
                computed.wait(10)
            connections.close_all()

        hiding = Thread(target=hide)
        with transaction.atomic():
            PersecutionCase.objects.filter(pk=case.pk).update(person=other)
            hiding.start()
            self.assertTrue(hidden.wait(10))
        refresh_answers()
        reader = Reader(None, Days.read("2024-03-01"))
        self.assertIn(other.pk, known_answers(reader).people["custody"])
        computed.set()
        hiding.join()
        self.assertEqual(everything(known_answers(reader)), everything(Found.by(reader)))
        refresh_answers()
        self.assertEqual(everything(known_answers(reader)), everything(Found.by(reader)))
