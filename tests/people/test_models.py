"""Rules of people, organizations and cases: what a form refuses, and what the database refuses of anyone."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from people.models import (
    Affiliation,
    CaseActor,
    Organization,
    PersecutionCase,
    Person,
    PersonIdentifier,
    Recognition,
)
from tests import make
from tests.rules import RuleTest
from tracker.records.values.codes.vocabularies import Confidentiality


class PeriodTest(RuleTest):
    """An end is not before its start."""

    PERIODS = (
        (make.affiliation, "start_date", "end_date"),
        (make.person, "birth_date", "death_date"),
        (make.organization, "founding_date", "dissolution_date"),
        (make.dialogue, "start_date", "end_date"),
        (make.context_event, "start_date", "end_date"),
    )

    def test_an_end_that_is_certainly_before_the_start_is_refused(self):
        for build, start, end in self.PERIODS:
            for first, last in (("2024-05-02", "2024-05-01"), ("2024", "2023"), ("2024-23", "2024-08-31")):
                row = build(cited=False)
                setattr(row, start, first)
                setattr(row, end, last)
                with self.subTest(model=type(row).__name__, first=first, last=last):
                    self.assert_invalid(row, start, end)
                    self.assert_impossible(row)

    def test_an_end_that_may_be_after_the_start_is_taken(self):
        dates = (
            ("2024-05-01", "2024-05-01"),
            ("2024-05", "2024"),
            ("2024", "2024-01"),
            ("2024", ""),
            ("", "2023"),
        )
        for build, start, end in self.PERIODS:
            for first, last in (*dates, ("2024", "../2024"), ("2024/..", "2023/..")):
                row = build(cited=False)
                setattr(row, start, first)
                setattr(row, end, last)
                with self.subTest(model=type(row).__name__, first=first, last=last):
                    self.assert_valid(row)

    def test_a_name_has_a_period_too(self):
        name = make.name(make.person(), "Former", start_date="2020")
        name.end_date = "2019"
        self.assert_invalid(name, "start_date", "end_date")
        self.assert_impossible(name)


class PersonTest(RuleTest):
    def test_names_are_never_unique(self):
        first, second = make.person(name="Anar Məmmədov"), make.person(name="Anar Məmmədov")
        self.assertNotEqual(first.slug, second.slug)
        second.full_clean()

    def test_codes_are_those_of_the_standards(self):
        for wrong in (["ZZ"], ["A1"], ["A Z"], ["AZ", "x"]):
            with self.subTest(wrong=wrong):
                self.assert_invalid(Person(name="A", nationality=wrong), "nationality", "ISO 3166-1")
        self.assert_invalid(Organization(name="A", country="nowhere"), "country")
        self.assert_invalid(Organization(name="A", country="A\n"), "country")
        Person(name="A", nationality=["AZ", "AM"]).full_clean()

    def test_a_language_is_a_tag(self):
        person = make.person()
        for tag, right in (
            ("az", True),
            ("az-Latn", True),
            ("nonsense", False),
            ("a", False),
            ("az_Latn", True),
        ):
            name = person.other_names.model(record=person, text="B", lang=tag)
            with self.subTest(tag=tag):
                name.full_clean() if right else self.assert_invalid(name, "lang")

    def test_an_organization_is_not_its_own_parent(self):
        row = make.organization()
        row.parent = row
        self.assert_invalid(row, "parent")


class IdentifierTest(RuleTest):
    """Unique among published records, and only there."""

    def test_two_published_records_cannot_have_the_same(self):
        first, second = make.person(), make.person()
        make.identifier(first, identifier="Q1")
        double = PersonIdentifier(record=second, scheme="wikidata", identifier="Q1")
        self.assert_invalid(double, "identifier")
        self.assert_impossible(double)

    def test_what_is_not_published_may_have_one_that_is_taken(self):
        make.identifier(make.person(), identifier="Q1")
        for state in ("draft", "in_review", "withdrawn"):
            double = PersonIdentifier(
                record=make.person(publication=state), scheme="wikidata", identifier="Q1"
            )
            self.assert_valid(double)

    def test_another_scheme_or_another_kind_of_record_may_have_it(self):
        make.identifier(make.person(), identifier="Q1")
        make.identifier(make.person(), identifier="Q1", scheme="viaf")
        make.identifier(make.organization(), identifier="Q1")

    def test_publishing_a_record_whose_identifier_is_taken_is_refused(self):
        known = (make.person, make.organization, make.case, make.conflict, make.place, make.dialogue)
        for build in known:
            make.identifier(build(), identifier="Q1")
            draft = build(publication="draft")
            make.identifier(draft, identifier="Q1")
            with self.subTest(model=type(draft).__name__), self.assertRaises(ValidationError) as raised:
                draft.publish(make.superuser())
            self.assertIn("same wikidata identifier", str(raised.exception))

    def test_what_is_hidden_is_not_compared_before_it_is_public(self):
        """A refusal would tell of it; the one that becomes public second is refused."""
        person = make.person(confidentiality="restricted")
        below = make.case(person=make.person(publication="draft"))
        for row in (person, below):
            make.identifier(row, identifier="Q1")
            public = make.one(type(row), publication="draft")
            make.identifier(public, identifier="Q1")
            public.publish(make.superuser())
        for hidden, change in (
            (person, {"confidentiality": "public"}),
            (below.person, {"publication": "published"}),
        ):
            with self.subTest(change=change), self.assertRaises(IntegrityError), transaction.atomic():
                Person.objects.filter(pk=hidden.pk).update(**change)
        with self.assertRaises(IntegrityError), transaction.atomic():
            PersecutionCase.objects.filter(pk=below.pk).update(person=make.person())

    def test_the_database_follows_the_publication_of_the_record(self):
        person, admin = make.person(), make.superuser()
        row = make.identifier(person, identifier="Q1")
        self.assertTrue(self.stored(row))
        person.withdraw(admin, "A mistake.")
        self.assertFalse(self.stored(row))
        make.identifier(make.person(), identifier="Q1")
        Person.objects.filter(pk=person.pk).update(publication="draft")
        with self.assertRaises(IntegrityError), transaction.atomic():
            Person.objects.filter(pk=person.pk).update(publication="published")

    def stored(self, row):
        row.refresh_from_db()
        return row.is_public


class CaseEventTest(RuleTest):
    @classmethod
    def setUpTestData(cls):
        cls.writer = make.member("contributor")

    def event(self, case, kind, date, **fields):
        return case.events.model(case=case, kind=kind, date=date, **{"created_by": self.writer, **fields})

    def test_a_release_before_every_recorded_arrest_is_taken(self):
        case = make.case_event(kind="arrest", date="2024-05").case
        for kind in ("release", "term_served", "pardon", "exchange", "death_in_custody"):
            self.assert_valid(self.event(case, kind, "2020"))

    def test_a_position_that_the_dates_contradict_is_refused(self):
        case = make.case_event(date="2024-05", position=2).case
        for position, date in ((1, "2024-06"), (3, "2024-04"), (1, "2024-06/.."), (3, "../2024-04")):
            with self.subTest(position=position, date=date):
                self.assert_invalid(self.event(case, "hearing", date, position=position), "position")

    def test_a_position_where_the_dates_leave_the_order_open_is_taken(self):
        case = make.case_event(date="2024-05", position=2).case
        make.case_event(date="2023", position=9)  # of another case
        make.case_event(date="2022", position=8, publication="withdrawn", case=case)
        dates = ("2024-05-31", "2024", "", "2024-05", "2020?", "2030%", "2024-04-28~")
        for position, date in [*((1, date) for date in dates), *((3, date) for date in dates)]:
            with self.subTest(position=position, date=date):
                self.event(case, "hearing", date, position=position).full_clean()
        for position, date in ((1, "2024-04"), (3, "2024-06"), (2, "2020"), (2, "2030"), (None, "2030")):
            with self.subTest(position=position, date=date):
                self.event(case, "hearing", date, position=position).full_clean()

    def test_an_event_without_a_date_may_stand_anywhere(self):
        case = make.case_event(date="", position=2).case
        for position in (1, 2, 3):
            self.event(case, "hearing", "2024", position=position).full_clean()

    def test_a_refusal_tells_nobody_of_an_event_that_they_do_not_see(self):
        one, other = (make.member("contributor") for _ in range(2))
        editor, officer = make.member("editor"), make.member("case_officer")
        hidden = (
            {"publication": "draft", "created_by": one},
            {"publication": "draft", "created_by": editor},
            {"confidentiality": "restricted"},
            {"confidentiality": "confidential", "created_by": other, "cleared": [officer, other]},
        )
        draft, given = {"created_by": other}, {"created_by": editor, "assigned_to": other}
        public = {"created_by": editor, "publication": "published"}
        for fields in hidden:
            case = make.case_event(date="2024", position=1, **fields).case
            for written in (draft, given, public, {"created_by": officer}, {"created_by": None}):
                with self.subTest(event=fields, other=written):
                    self.event(case, "release", "2020", position=2, **written).full_clean()

    def test_the_dates_of_drafts_are_compared_for_whoever_sees_both(self):
        editor, own = make.member("editor"), {"publication": "draft", "created_by": self.writer}
        case = make.case_event(date="2024", position=1, **own).case
        for workers in ({}, {"created_by": editor}, {"assigned_to": editor}):
            self.assert_invalid(self.event(case, "release", "2020", position=2, **workers), "position")

    def test_no_more_of_a_term_is_suspended_than_it_has(self):
        case = make.case()
        names = ("term_months", "term_days", "suspended_months", "suspended_days")
        for term in ((12, None, 13, None), (None, 10, None, 11), (None, 27, 1, None), (1, None, None, 32)):
            row = self.event(case, "sentence", "2024", **dict(zip(names, term, strict=True)))
            with self.subTest(term):
                self.assert_invalid(row, "suspended_months", "suspended_days")
                self.assert_impossible(row)
        for term in (
            *((12, None, 12, None), (12, None, 0, None), (None, None, 12, None), (12, None, None, None)),
            *((None, 15, None, 15), (1, None, None, 30), (None, 30, 1, None), (1, 15, 1, 15)),
            *((2, 0, 1, 31), (None, None, None, 9), (None, 9, None, None), (32767, 0, 32767, None)),
        ):
            with self.subTest(term):
                row = self.event(case, "sentence", "2024", **dict(zip(names, term, strict=True)))
                self.assert_valid(row)

    def test_only_a_decided_appeal_has_an_outcome(self):
        case = make.case()
        row = self.event(case, "appeal_filed", "2024", outcome="upheld")
        self.assert_invalid(row, "outcome", "appeal_decided")
        self.assert_impossible(row)
        self.assert_valid(self.event(case, "appeal_decided", "2024", outcome="upheld"))
        self.assert_valid(self.event(case, "appeal_decided", "2024"))


class OneOfTest(RuleTest):
    """Exactly one of several."""

    def test_who_acts_in_a_case_is_a_person_or_an_organization(self):
        case, person, organization = make.case(), make.person(), make.organization()
        both = CaseActor(case=case, role="court", person=person, organization=organization)
        for row in (both, CaseActor(case=case, role="court")):
            self.assert_invalid(row, "person", "organization")
            self.assert_impossible(row)
        self.assert_valid(CaseActor(case=case, role="judge", person=person))
        self.assert_valid(CaseActor(case=case, role="court", organization=organization))

    def test_the_event_of_an_actor_is_of_the_same_case(self):
        row = make.case_actor()
        row.event = make.case_event()
        self.assert_invalid(row, "event")
        row.event = make.case_event(case=row.case)
        row.full_clean()

    def test_a_case_is_recognized_by_an_organization_or_by_somebody_named(self):
        case, organization = make.case(), make.organization()
        both = Recognition(
            case=case, kind="appeal", organization=organization, recognized_by="The parliament"
        )
        for row in (both, Recognition(case=case, kind="appeal")):
            self.assert_invalid(row, "organization", "recognized_by")
            self.assert_impossible(row)
        self.assert_valid(Recognition(case=case, kind="appeal", organization=organization))
        self.assert_valid(Recognition(case=case, kind="appeal", recognized_by="The parliament"))

    def test_a_lawyer_starts_confidential_and_may_be_named_later(self):
        lawyer = make.case_actor(role="lawyer", person=make.person())
        self.assertEqual(lawyer.confidentiality, Confidentiality.CONFIDENTIAL)
        self.assertNotIn(lawyer, CaseActor.objects.visible_to(None))
        lawyer.confidentiality = Confidentiality.PUBLIC
        lawyer.save()
        self.assertIn(lawyer, CaseActor.objects.visible_to(None))
        self.assertEqual(make.case_actor(role="court").confidentiality, Confidentiality.PUBLIC)


class ChoiceTest(RuleTest):
    def test_a_term_that_is_in_no_vocabulary_is_refused_and_named(self):
        wrong = [
            (make.person(), "gender"),
            (make.person(), "basis"),
            (make.organization(), "classification"),
            (make.charge(), "stage"),
            (make.charge(), "offence"),
            (make.case_event(), "kind"),
            (make.case_actor(), "role"),
            (make.recognition(), "kind"),
        ]
        for row, name in wrong:
            setattr(row, name, "nonsense")
            with self.subTest(model=type(row).__name__, name=name):
                self.assert_invalid(row, name)
        case = make.case()
        case.impugned_activities = ["peace_advocacy", "nonsense"]
        self.assert_invalid(case, "impugned_activities")

    def test_what_a_record_cannot_be_without_is_named(self):
        self.assert_invalid(Affiliation(), "person", "organization")
        self.assert_invalid(Person(), "name")
        self.assert_invalid(CaseActor(), "case", "role")
