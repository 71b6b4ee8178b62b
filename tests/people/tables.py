"""What the tests of what is known as of a day share."""

from datetime import date

from django.db.models import TextField
from django.db.models.functions import Cast
from django.test import Client, TestCase

from people.models import CaseEvent, Charge, PersecutionCase, Person
from tests import make
from tracker.records.shapes.reader import Reader
from tracker.records.values.dates.days import Days

PUBLISHED = "2025-12-10"  # when the source that everything cites appeared


def known(model, expression, row, day):
    """What the database says of a row as of a day, to the public."""
    told = Cast(expression(Reader(None, Days.day(date.fromisoformat(day)))), TextField())
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
        if person is None:  # one case bears on another of the same person
            person = Person(name="Example", **public)
            Person.objects.bulk_create([person])
        case = PersecutionCase(title="Case", person=person, **public)
        happened = [CaseEvent(case=case, kind=k, date=d, **dict(more), **public) for k, d, *more in events]
        PersecutionCase.objects.bulk_create([case])
        CaseEvent.objects.bulk_create(happened)
        Charge.objects.bulk_create([Charge(case=case, stage=s, date=d, **public) for s, d in charges])
        for row in [case, *happened] if source else ():
            make.citation(row, source=source)
        return case


def opened(case, day):
    """Whether a case was open on a day, as the public reads it."""
    return (
        Client().get(f"/api/v1/cases/{case.pk}/", {"as_of": day, "fields": "as_of"}).json()["as_of"]["open"]
    )


class CaseTest(AsOfTest):
    def assert_told(self, days, *events, **more):
        """`days` is {day: whether a case with these events was open}."""
        case = self.case(*events, **more)
        for day, told in days.items():
            with self.subTest(events=events, day=day, **{name: str(value) for name, value in more.items()}):
                self.assertEqual(opened(case, day), told)
