import re

from django.test import SimpleTestCase

from dialogues.choices import ASSESSMENT_VALUES, AssessmentAttribute, AssessmentValue
from people.choices import CaseEventKind, ChargeStage
from tracker.records.values.codes.vocabularies import Reliability, Stance, Vocabulary, vocabularies

CODES = {
    "huridocs": r"\d{1,2}:\d{2,12}",
    "cameo": r"\d{3,4}",
    "ftm": r"[A-Za-z]+(\.[a-z]+)*",
    "wgad": r"[IV]+",
}


class VocabularyTest(SimpleTestCase):
    def test_a_member_is_its_slug_with_label_and_code(self):
        member = Reliability("highly_reliable")
        self.assertEqual(member, "highly_reliable")
        self.assertEqual(str(member), "highly_reliable")
        self.assertEqual(member.label, "Highly reliable")
        self.assertEqual((member.scheme, member.code), ("huridocs", "42:01"))

    def test_a_member_without_a_standard_has_no_code(self):
        self.assertEqual((Stance.SUPPORTS.scheme, Stance.SUPPORTS.code), (None, None))

    def test_choices_are_ordinary_and_in_the_order_of_declaration(self):
        expected = [("supports", "Supports"), ("contradicts", "Contradicts"), ("mentions", "Mentions")]
        self.assertEqual(Stance.choices, expected)

    def test_every_vocabulary_is_listed_once_under_its_snake_case_name(self):
        self.assertEqual(len(vocabularies()), len(Vocabulary.__subclasses__()))
        self.assertIn("case_event_kind", vocabularies())
        for name in vocabularies():
            self.assertRegex(name, r"^[a-z]+(_[a-z]+)*$")

    def test_slugs_are_lower_snake_case_and_short_and_labels_differ(self):
        for name, vocabulary in vocabularies().items():
            with self.subTest(name):
                self.assertGreater(len(vocabulary), 1)
                self.assertEqual(len(set(vocabulary.labels)), len(vocabulary))
                for member in vocabulary:
                    self.assertRegex(member.value, r"^[a-z0-9]+(_[a-z0-9]+)*$")
                    self.assertLessEqual(len(member.value), 30)

    def test_codes_are_well_formed(self):
        for vocabulary in vocabularies().values():
            for member in vocabulary:
                with self.subTest(member):
                    if member.code is not None:
                        self.assertTrue(re.fullmatch(CODES[member.scheme], member.code), member.code)

    def test_no_code_says_more_than_its_term(self):
        """HURIDOCS' acquitted were arrested, its killings are deliberate, its threats not of death."""
        more = (
            *(ChargeStage.ACQUITTED, ChargeStage.DROPPED, CaseEventKind.ACQUITTAL, CaseEventKind.TERM_SERVED),
            *(CaseEventKind.SEARCH, CaseEventKind.KILLING, CaseEventKind.THREAT, CaseEventKind.DISMISSAL),
        )
        self.assertEqual([term for term in more if term.code], [])
        same = {
            "torture": "02011111",
            "expulsion": "330101",
            "abduction": "030104",
            "surveillance": "02010303",
        }
        for slug, code in same.items():
            self.assertEqual(CaseEventKind(slug).code, f"4:{code}")

    def test_other_and_unknown_come_last(self):
        for vocabulary in vocabularies().values():
            last = [slug for slug in vocabulary.values if slug in ("other", "unknown")]
            with self.subTest(vocabulary.__name__):
                self.assertEqual(vocabulary.values[len(vocabulary) - len(last) :], last)


class AssessmentTableTest(SimpleTestCase):
    def test_every_value_answers_an_attribute(self):
        self.assertEqual(set(ASSESSMENT_VALUES), set(AssessmentAttribute))
        self.assertEqual(
            {value for values in ASSESSMENT_VALUES.values() for value in values}, set(AssessmentValue)
        )
