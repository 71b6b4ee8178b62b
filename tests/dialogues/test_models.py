"""Rules of dialogues, participations, assessments and statements, in forms and in the database."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from dialogues.choices import ASSESSMENT_VALUES, AssessmentValue
from dialogues.models import (
    Assessment,
    ContextEvent,
    Dialogue,
    Participation,
    ParticipationIdentity,
    Speaker,
    Statement,
    StatementRelation,
)
from tests import make
from tests.rules import RuleTest


class DialogueTest(RuleTest):
    def test_it_is_not_part_of_itself(self):
        row = make.dialogue()
        row.parent = row
        self.assert_invalid(row, "parent")

    def test_the_side_it_was_hosted_by_is_one_of_its_conflict(self):
        conflict, other = make.conflict(), make.conflict()
        row = make.dialogue(conflict=conflict)
        for side, right in ((conflict.sides.first(), True), (other.sides.first(), False)):
            row.venue_side = side
            row.full_clean() if right else self.assert_invalid(row, "venue_side")
        row.venue_side, row.conflict = conflict.sides.first(), None
        self.assert_invalid(row, "venue_side")

    def test_a_series_has_so_many_meetings(self):
        for low, high in ((5, None), (None, 5), (5, 5), (0, 0)):
            make.dialogue(meetings_min=low, meetings_max=high).full_clean()
        wrong = make.dialogue()
        wrong.meetings_min, wrong.meetings_max = 6, 5
        self.assert_invalid(wrong, "meetings_min", "meetings_max")
        with self.assertRaises(IntegrityError), transaction.atomic():
            wrong.save()

    def test_a_side_has_its_name_once_in_a_conflict(self):
        conflict = make.conflict(sides=["North"])
        double = conflict.sides.model(record=conflict, name="North")
        self.assert_invalid(double, "Name")
        self.assert_impossible(double)


class ParticipationTest(RuleTest):
    """Who took part: one of three, or nobody who is named."""

    @classmethod
    def setUpTestData(cls):
        cls.conflict = make.conflict()
        cls.dialogue = make.dialogue(conflict=cls.conflict)
        cls.person, cls.organization = make.person(), make.organization()
        cls.affiliation = make.affiliation(person=cls.person)
        cls.who = {"person": cls.person, "organization": cls.organization, "group_label": "a delegation"}

    def row(self, **fields):
        return Participation(dialogue=self.dialogue, **fields)

    def test_who_is_named_is_exactly_one_of_person_organization_and_group(self):
        for name, value in self.who.items():
            self.assert_valid(self.row(**{name: value}))
        names = list(self.who)
        for wrong in ([], names, names[:2], names[1:], [names[0], names[2]]):
            row = self.row(**{name: self.who[name] for name in wrong})
            with self.subTest(wrong=wrong):
                self.assert_invalid(row, *names)
                self.assert_impossible(row)

    def test_who_is_named_has_no_pseudonym(self):
        row = self.row(person=self.person, pseudonym="A.")
        self.assert_invalid(row, "pseudonym")
        self.assert_impossible(row)

    def test_who_is_not_named_is_nobody_and_has_no_affiliation(self):
        for naming, pseudonym in (("pseudonym", "A."), ("withheld", "")):
            self.assert_valid(self.row(naming=naming, pseudonym=pseudonym))
            for name, value in {**self.who, "affiliation": self.affiliation}.items():
                row = self.row(naming=naming, pseudonym=pseudonym, **{name: value})
                with self.subTest(naming=naming, name=name):
                    self.assert_invalid(row, name)
                    self.assert_impossible(row)

    def test_a_pseudonym_is_given_where_it_is_one_and_none_where_the_name_is_withheld(self):
        for naming, pseudonym in (("pseudonym", ""), ("withheld", "A.")):
            row = self.row(naming=naming, pseudonym=pseudonym)
            with self.subTest(naming=naming):
                self.assert_invalid(row, "pseudonym")
                self.assert_impossible(row)

    def test_only_a_group_is_counted(self):
        for name in ("count_min", "count_max", "women_min", "women_max"):
            self.assert_valid(self.row(group_label="a delegation", **{name: 3}))
            for who in ({"person": self.person}, {"organization": self.organization}, {"naming": "withheld"}):
                row = self.row(**who, **{name: 3})
                with self.subTest(name=name, who=list(who)):
                    self.assert_invalid(row, "group_label")
                    self.assert_impossible(row)

    def test_the_least_is_not_above_the_most(self):
        for low, high in (("count_min", "count_max"), ("women_min", "women_max"), ("women_min", "count_max")):
            row = self.row(group_label="a delegation", **{low: 6, high: 5})
            with self.subTest(low=low, high=high):
                self.assert_invalid(row, low, high)
                self.assert_impossible(row)
                self.assert_valid(self.row(group_label="a delegation", **{low: 5, high: 5}))

    def test_a_count_is_not_negative(self):
        row = self.row(group_label="a delegation", count_min=-1)
        self.assert_invalid(row, "count_min")
        self.assert_impossible(row)

    def test_one_is_a_member_of_a_group_of_the_same_dialogue(self):
        group, elsewhere = make.group(dialogue=self.dialogue), make.group()
        single = make.participation(dialogue=self.dialogue)
        self.assert_valid(self.row(person=self.person, member_of=group))
        for wrong in (elsewhere, single):
            self.assert_invalid(self.row(person=self.person, member_of=wrong), "member_of")

    def test_the_affiliation_is_one_of_the_person(self):
        self.assert_valid(self.row(person=self.person, affiliation=self.affiliation))
        self.assert_invalid(self.row(person=make.person(), affiliation=self.affiliation), "affiliation")
        self.assert_invalid(
            self.row(organization=self.organization, affiliation=self.affiliation), "affiliation"
        )

    def test_the_side_is_one_of_the_conflict_of_the_dialogue(self):
        self.assert_valid(self.row(person=self.person, side=self.conflict.sides.first()))
        self.assert_invalid(self.row(person=self.person, side=make.conflict().sides.first()), "side")

    def test_who_came_for_no_side_has_none(self):
        side = self.conflict.sides.first()
        self.assert_valid(self.row(person=self.person, no_side=True))
        both = self.row(person=self.person, side=side, no_side=True)
        self.assert_invalid(both, "no_side")
        self.assert_impossible(both)

    def test_a_side_that_is_hidden_is_told_by_no_refusal(self):
        editor, hidden = make.member("editor"), make.conflict(confidentiality="confidential")
        row = make.participation(dialogue=make.dialogue(conflict=hidden), side=hidden.sides.first())
        row.no_side = True
        row.full_clean()
        self.assertFalse(hidden.is_visible_to(editor))
        self.assertEqual((row.side, row.no_side), (None, True))

    def test_a_row_without_a_dialogue_is_told_so(self):
        row = Participation(person=self.person, side=self.conflict.sides.first())
        self.assert_invalid(row, "dialogue")

    def test_all_that_is_wrong_is_told_at_once(self):
        wrong = {
            "member_of": make.group(),
            "side": make.conflict().sides.first(),
            "affiliation": make.affiliation(),
        }
        self.assert_invalid(self.row(person=self.person, **wrong), *wrong)

    def test_the_identity_behind_a_participation_is_kept_for_the_unnamed_only(self):
        hidden = make.participation(dialogue=self.dialogue, naming="withheld")
        ParticipationIdentity(
            participation=hidden, person=self.person, affiliation=self.affiliation
        ).full_clean()
        named = make.participation(dialogue=self.dialogue)
        with self.assertRaisesMessage(ValidationError, "named participation"):
            ParticipationIdentity(participation=named, person=self.person).full_clean()
        wrong = ParticipationIdentity(
            participation=hidden, person=make.person(), affiliation=self.affiliation
        )
        with self.assertRaisesMessage(ValidationError, "affiliation of this person"):
            wrong.full_clean()


class AssessmentTest(RuleTest):
    """Of one, by one, and never ours."""

    @classmethod
    def setUpTestData(cls):
        cls.about = {
            "person": make.person(),
            "organization": make.organization(),
            "participation": make.group(),
        }
        cls.by = {"assessor_person": make.person(), "assessor_organization": make.organization()}

    def row(self, **fields):
        return Assessment(**{"attribute": "alignment", "value": "independent", "date": "2025", **fields})

    def test_it_is_about_exactly_one_person_organization_or_group(self):
        assessor = {"assessor_person": self.by["assessor_person"]}
        for name, value in self.about.items():
            self.assert_valid(self.row(**assessor, **{name: value}))
        names = list(self.about)
        for wrong in ([], names, names[:2], names[1:]):
            row = self.row(**assessor, **{name: self.about[name] for name in wrong})
            with self.subTest(wrong=wrong):
                self.assert_invalid(row, *names)
                self.assert_impossible(row)

    def test_it_has_exactly_one_assessor(self):
        about = {"organization": self.about["organization"]}
        for name, value in self.by.items():
            self.assert_valid(self.row(**about, **{name: value}))
        for wrong in ({}, self.by):
            row = self.row(**about, **wrong)
            self.assert_invalid(row, *self.by)
            self.assert_impossible(row)

    def test_of_participations_only_a_group_is_assessed(self):
        row = self.row(participation=make.participation(), assessor_person=self.by["assessor_person"])
        self.assert_invalid(row, "participation")

    def test_each_value_answers_its_attribute(self):
        given = {"organization": self.about["organization"], "assessor_person": self.by["assessor_person"]}
        for attribute, values in ASSESSMENT_VALUES.items():
            for value in AssessmentValue:
                row = self.row(**given, attribute=attribute, value=value, wording="so they say")
                with self.subTest(attribute=attribute, value=value):
                    row.full_clean() if value in values else self.assert_invalid(row, "value", attribute)

    def test_another_value_is_in_the_words_of_the_assessor(self):
        given = {"organization": self.about["organization"], "assessor_person": self.by["assessor_person"]}
        self.assert_invalid(self.row(**given, value="other"), "wording")
        self.assert_valid(self.row(**given, value="other", wording="a shop window"))
        self.assert_valid(self.row(**given, wording="on its own " * 8))
        self.assert_invalid(self.row(**given, wording="on its own feet " * 7), "25 words")

    def test_about_a_living_person_it_needs_the_exact_words(self):
        admin = make.superuser()
        living = make.assessment(person=self.about["person"], publication="draft")
        with self.assertRaisesMessage(ValidationError, "exact words"):
            living.publish(admin)
        make.citation(living, quotation="independent")
        living.publish(admin)
        make.assessment(person=make.person(death_date="2020"), publication="draft").publish(admin)
        make.assessment(publication="draft").publish(admin)


class StatementTest(RuleTest):
    def test_it_is_not_part_of_itself(self):
        row = make.statement()
        row.part_of = row
        self.assert_invalid(row, "part_of")
        self.assert_impossible(row)

    def test_a_part_has_no_parts(self):
        whole = make.statement()
        part = make.statement(part_of=whole)
        self.assert_invalid(Statement(title="Deeper", part_of=part), "part_of")
        whole.part_of = make.statement()
        self.assert_invalid(whole, "part_of")

    def test_it_quotes_at_most_twenty_five_words(self):
        row = make.statement(quotation=" word" * 25)
        row.full_clean()
        row.quotation += " more"
        self.assert_invalid(row, "quotation", "25")

    def test_a_relation_is_not_to_itself(self):
        one, other = make.statement(), make.statement()
        self.assert_valid(StatementRelation(statement=one, related_statement=other, kind="contradicts"))
        row = StatementRelation(statement=one, related_statement=one, kind="contradicts")
        self.assert_invalid(row, "statement", "related_statement")
        self.assert_impossible(row)


class SpeakerTest(RuleTest):
    """Exactly one who speaks, or nobody who is named."""

    @classmethod
    def setUpTestData(cls):
        cls.statement = make.statement(speakers=())
        cls.who = {"person": make.person(), "organization": make.organization(), "label": "the authorities"}

    def row(self, **fields):
        return Speaker(record=self.statement, **fields)

    def test_who_is_named_is_exactly_one_of_person_organization_and_label(self):
        for name, value in self.who.items():
            self.assert_valid(self.row(**{name: value, "name_as_given": "As given"}))
        names = list(self.who)
        for wrong in ([], names, names[:2], names[1:]):
            row = self.row(**{name: self.who[name] for name in wrong})
            with self.subTest(wrong=wrong):
                self.assert_invalid(row, *names)
                self.assert_impossible(row)

    def test_who_speaks_under_a_pseudonym_has_only_a_label(self):
        self.assert_valid(self.row(naming="pseudonym", label="a resident"))
        self.assert_wrong("pseudonym", {}, *({"label": "A.", name: value} for name, value in self.others()))

    def test_who_is_withheld_has_nothing(self):
        self.assert_valid(self.row(naming="withheld"))
        self.assert_wrong("withheld", {"label": "A."}, *({name: value} for name, value in self.others()))

    def others(self):
        named = {name: self.who[name] for name in ("person", "organization")}
        return {**named, "name_as_given": "N. N."}.items()

    def assert_wrong(self, naming, *rows):
        for fields in rows:
            row = self.row(naming=naming, **fields)
            with self.subTest(naming=naming, fields=list(fields)):
                self.assert_invalid(row, "label")
                self.assert_impossible(row)

    def test_a_hidden_speaker_keeps_a_statement_from_being_published(self):
        admin = make.superuser()
        for who in (make.person(publication="draft"), make.organization(confidentiality="restricted")):
            row = make.statement(speakers=["the authorities", who], publication="draft")
            with self.subTest(who=type(who).__name__), self.assertRaisesMessage(ValidationError, "speaker"):
                row.publish(admin)
            hidden = row.speakers.exclude(label="the authorities")
            hidden.update(naming="withheld", person=None, organization=None)
            row.publish(admin)


class SearchTest(RuleTest):
    def test_a_context_event_is_found_by_any_of_its_titles(self):
        row = make.context_event(
            title="The 44-day war", other_titles=["Second Karabakh war", "İkinci müharibə"]
        )
        for text in ("44 day", "second karab", "ikinci muharibe", "müharibə"):
            with self.subTest(text=text):
                self.assertIn(row, ContextEvent.objects.matching(text, None))
        row.other_titles = []
        row.save()
        self.assertNotIn(row, ContextEvent.objects.matching("ikinci", None))

    def test_a_dialogue_is_found_by_the_words_of_its_title_in_any_order(self):
        row = make.dialogue(title="Meeting in Yerevan")
        for text, found in (("yerevan meeting", True), ("Ереван", True), ("yere", True), ("revan", False)):
            with self.subTest(text=text):
                self.assertEqual(row in Dialogue.objects.matching(text, None), found)
