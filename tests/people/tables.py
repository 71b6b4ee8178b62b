"""What the tests of what is known as of a day share."""

from datetime import date

from django.db.models import TextField
from django.db.models.functions import Cast
from django.test import TestCase

from people.models import CaseEvent, Charge, PersecutionCase
from tests import make
from tracker.records.shapes import Reader

PUBLISHED = "2025-12-10"  # when the source that everything cites appeared
LAST = "held_when_last_reported"


def known(model, expression, row, day):
    """What the database says of a row as of a day, to the public."""
    told = Cast(expression(Reader(None, date.fromisoformat(day))), TextField())
    return model.objects.filter(pk=row.pk).values_list(told, flat=True).get()


class AsOfTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.source = make.source(title="The article", date=PUBLISHED)
        cls.person = make.person(source=cls.source)
        cls.organization = make.organization(source=cls.source)

    def case(self, *events, charges=(), source=None, person=None):
        """A case with events of (kind, date) and charges of (stage, date), all cited if there is a source."""
        public = {"publication": "published"}
        case = PersecutionCase(title="Case", person=person or self.person, **public)
        happened = [CaseEvent(case=case, kind=k, date=d, **dict(more), **public) for k, d, *more in events]
        PersecutionCase.objects.bulk_create([case])
        CaseEvent.objects.bulk_create(happened)
        Charge.objects.bulk_create([Charge(case=case, stage=s, date=d, **public) for s, d in charges])
        for row in [case, *happened] if source else ():
            make.citation(row, source=source)
        return case


class CaseTest(AsOfTest):
    expression = None

    def assert_told(self, days, *events, **more):
        """`days` is {day: what is known of a case with these events}."""
        case = self.case(*events, **more)
        for day, told in days.items():
            with self.subTest(events=events, day=day, **{name: str(value) for name, value in more.items()}):
                self.assertEqual(known(PersecutionCase, type(self).expression, case, day), told)
