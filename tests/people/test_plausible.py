"""What is perhaps a mistake is told before publication, as far as its reader sees it, and never refused."""

from django.test import override_settings

from people.choices import CaseEventKind
from people.likely_mistakes import ACTS_BEFORE, BEFORE_BIRTH, NEVER_HELD
from people.models import CaseEvent, Person
from people.situations.effects import IMPLY_CUSTODY
from tests import make
from tests.site.test_workflow import WorkTest
from tests.writing import WritingTest, path
from tracker.records.base.record import LATER

HIDDEN = ({"publication": "draft"}, {"confidentiality": "confidential"})
DATED = {
    make.charge: "date",
    make.case_event: "date",
    make.recognition: "date",
    make.dialogue: "start_date",
    make.context_event: "start_date",
    make.statement: "date",
    make.assessment: "date",
    make.affiliation: "start_date",
    make.occupation: "start_date",
}


class LaterTest(WritingTest):
    def told(self, build, date, *sources, user=None, **fields):
        """Whether it is told that a draft of this date is later than these sources."""
        row = build(**{DATED[build]: date}, cited=False, publication="draft", **fields)
        for source in sources:
            make.citation(row, source=source)
        return LATER in row.warnings(user or self.editor)

    def test_what_is_certainly_later_than_every_source(self):
        source = make.source(date="2025-10")
        for build in DATED:
            self.assertTrue(self.told(build, "2025-11-01", source), build.__name__)
            self.assertTrue(self.told(build, "2026/..", source), build.__name__)

    def test_what_may_not_be_later(self):
        source = make.source(date="2025-10")
        for date in ("2025-10-31", "2025-11~", "2025-11-02?", "../2025-12", "2025", ""):
            self.assertFalse(self.told(make.case_event, date, source), date)
        later, undated, open_end = (make.source(date=date) for date in ("2025-12", "", "2025-10/.."))
        for other in (later, undated, open_end):
            self.assertFalse(self.told(make.case_event, "2025-11-20", source, other), other.date)
        self.assertFalse(self.told(make.case_event, "2025-11-20"))

    def test_what_is_planned_may_be_later(self):
        source = make.source(date="2025-10")
        for status, told in (("planned", False), ("postponed", False), ("held", True), ("disputed", True)):
            dialogue = make.dialogue(start_date="2025-12", status=status)
            row = make.participation(dialogue=dialogue, source=source, publication="draft")
            self.assertEqual(LATER in row.warnings(self.editor), told)

    def test_only_of_sources_that_its_reader_sees(self):
        old, new = make.source(date="2025-10"), make.source(date="2025-12", confidentiality="confidential")
        self.assertTrue(self.told(make.case_event, "2025-11-20", old, new))
        new.cleared.add(self.editor)
        self.assertFalse(self.told(make.case_event, "2025-11-20", old, new))


class SentenceTest(WritingTest):
    def told(self, case, user=None, **fields):
        row = make.case_event(case=case, kind="sentence", publication="draft", **fields)
        return NEVER_HELD in row.warnings(user or self.editor)

    def test_a_sentence_in_a_case_without_custody(self):
        case = make.case()
        for term in ({}, {"term_months": 24}, {"life": True}, {"term_months": 24, "suspended_months": 12}):
            self.assertTrue(self.told(case, **term), term)
        self.assertFalse(self.told(case, term_months=24, suspended_months=24))
        self.assertFalse(self.told(case, term_days=10, suspended_days=10))
        for kind in ("search", "charge", "trial", "house_arrest", "travel_ban", "sentence", "left_country"):
            make.case_event(case=case, kind=kind)
        self.assertTrue(self.told(case))

    def test_any_event_that_tells_of_custody(self):
        for kind in IMPLY_CUSTODY:
            case = make.case()
            event = make.case_event(case=case, kind=kind)
            event.cleared.add(self.editor)
            self.assertFalse(self.told(case), kind)

    def test_other_kinds_say_nothing_of_it(self):
        case = make.case()
        for kind in {*CaseEventKind} - {CaseEventKind.SENTENCE}:
            row = make.case_event(case=case, kind=kind, publication="draft")
            self.assertNotIn(NEVER_HELD, row.warnings(self.editor))
            CaseEvent.objects.filter(pk=row.pk).delete()

    def test_only_of_events_that_its_reader_sees(self):
        for hidden in (
            {"confidentiality": "confidential"},
            {"publication": "draft", "created_by": self.editor},
        ):
            case = make.case()
            event = make.case_event(case=case, **hidden)
            self.assertTrue(self.told(case, self.contributor))
            event.cleared.add(self.editor)
            self.assertFalse(self.told(case, self.editor))

    def test_an_organization_is_not_held(self):
        self.assertFalse(self.told(make.case(person=None, organization=make.organization())))


class BirthTest(WritingTest):
    def acts(self, person, date):
        """A draft of each act of a person, dated so."""
        draft, case = {"publication": "draft"}, make.case(person=person)
        yield make.case_event(case=case, date=date, **draft)
        yield make.charge(case=case, date=date, **draft)
        yield make.recognition(case=case, date=date, **draft)
        yield make.affiliation(person=person, start_date=date, **draft)
        yield make.occupation(person=person, start_date=date, **draft)
        yield make.participation(person=person, dialogue=make.dialogue(start_date=date), **draft)
        yield make.assessment(person=person, date=date, **draft)
        yield make.assessment(assessor_person=person, date=date, **draft)
        yield make.statement(speakers=[person], date=date, **draft)
        yield make.case_actor(person=person, event=make.case_event(date=date), **draft)

    def told(self, row, person, user=None):
        return BEFORE_BIRTH.format(person) in row.warnings(user or self.editor)

    def make(self, birth_date="1980", **fields):
        return make.person(birth_date=birth_date, created_by=self.editor, **fields)

    def test_an_act_that_is_certainly_before_the_birth(self):
        person = self.make()
        for row in self.acts(person, "1979-12-31"):
            self.assertTrue(self.told(row, person), row)
        for row in self.acts(person, "1980-01-01"):
            self.assertFalse(self.told(row, person), row)

    def test_what_may_not_be_before_it(self):
        for birth_date, date in (
            *(("1980", "1975/1980"), ("1980~", "1979-12"), ("1980?", "1979"), ("", "1900"), ("1980", "")),
            *(("../1980", "1900"), ("1980", "1970/..")),
        ):
            person = self.make(birth_date)
            row = make.affiliation(person=person, start_date=date, publication="draft")
            self.assertFalse(self.told(row, person), (birth_date, date))

    def test_a_part_of_a_statement_is_by_its_speakers(self):
        person = self.make()
        whole = make.statement(speakers=[person])
        part = make.statement(part_of=whole, speakers=(), date="1970", publication="draft")
        self.assertTrue(self.told(part, person))

    def test_the_person_is_told_too(self):
        for person in (self.make(publication="draft"), self.make()):
            rows = [*self.acts(person, "1979")]
            (sentence,) = [
                said for said in person.likely_mistakes(self.editor) if said.startswith(ACTS_BEFORE[:20])
            ]
            for row in rows:
                self.assertIn(row._meta.verbose_name, sentence)
            self.assertIn("2 assessments", sentence)
            self.assertEqual(person.likely_mistakes(self.contributor)[:-1], [])

    def test_nobody_is_told_of_whom_or_what_they_do_not_see(self):
        for hidden in HIDDEN:
            person = self.make(**hidden)
            row = make.assessment(assessor_person=person, date="1970", publication="draft")
            self.assertNotIn("birth", str(row.warnings(self.contributor)))
            self.assertFalse(Person.objects.visible_to(self.contributor).filter(pk=person.pk).exists())
        person = self.make()
        make.affiliation(person=person, start_date="1970", publication="draft", created_by=self.editor)
        self.assertEqual(len(person.likely_mistakes(self.editor)), 1)
        self.assertEqual(person.likely_mistakes(self.contributor), [])

    def test_it_is_told_and_not_refused(self):
        person = self.make()
        row = make.affiliation(person=person, start_date="1970", publication="draft")
        with override_settings(FOUR_EYES=False):
            shown = self.done(200, self.editor, "GET", path(row, "publication"))
            self.assertIn(BEFORE_BIRTH.format(person), shown["hints"])
            self.assertEqual(shown["missing"], [])
            self.done(200, self.editor, "POST", path(row, "publish"), {}, row.version + 1)


@override_settings(FOUR_EYES=False)
class AdminTest(WorkTest):
    def test_it_stands_on_the_page_also_of_what_is_published(self):
        person = make.person(birth_date="1980")
        for state in ("draft", "published"):
            row = make.affiliation(person=person, start_date="1970", publication=state)
            self.assertContains(self.page(self.editor, row), BEFORE_BIRTH.format(person))

    def test_it_is_read_before_it_is_published(self):
        row = make.affiliation(person=make.person(birth_date="1980"), start_date="1970", publication="draft")
        self.client.force_login(self.editor)
        page = self.change(row, _publish="1")
        self.assertContains(page, BEFORE_BIRTH.format(row.person))
        self.assertEqual(self.state(row), "draft")
