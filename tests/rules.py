"""What the tests of the rules of models share."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import TestCase


class RuleTest(TestCase):
    def assert_invalid(self, row, *named):
        """Validation refuses the row, and names these fields."""
        with self.assertRaises(ValidationError) as raised:
            row.full_clean()
        said = {**raised.exception.message_dict}
        text = " ".join([*said, *(sentence for sentences in said.values() for sentence in sentences)])
        for name in named:
            self.assertIn(name, text)

    def assert_impossible(self, row):
        """The database refuses the row, whoever writes it."""
        with self.assertRaises(IntegrityError), transaction.atomic():
            row.save_base(raw=True)

    def assert_valid(self, row):
        row.full_clean()
        with transaction.atomic():
            row.save()
