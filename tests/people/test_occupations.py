"""What people do, as sources say."""

from people.api import as_of_days
from people.models import Occupation, OccupationCitation, Person
from tests import make
from tests.people.tables import PUBLISHED, known
from tests.rules import RuleTest


class OccupationTest(RuleTest):
    def test_it_is_never_inferred(self):
        row = make.occupation(cited=False)
        given = {"record": row, "source": make.source(), "reasoning": "She wrote an article."}
        self.assert_valid(OccupationCitation(**given))
        self.assert_invalid(OccupationCitation(**given, basis="inferred"), "basis", "never inferred")
        self.assert_impossible(OccupationCitation(**given, basis="inferred"))

    def test_it_is_dated_like_an_affiliation(self):
        source = make.source(date=PUBLISHED)
        person = make.person(death_date="2020-05-05")
        for dates, told in (
            ({"start_date": "2010", "end_date": "2012"}, {"2009-12-31": "no", "2011-01-01": "certain"}),
            ({"start_date": "2010"}, {"2009-12-31": "no", "2015-01-01": "attested", "2020-05-06": "no"}),
            ({"attested_date": "2011"}, {"1990-01-01": "attested", "2020-05-06": "no"}),
        ):
            row = make.occupation(person=person, source=source, **dates)
            for day, active in told.items():
                with self.subTest(dates=dates, day=day):
                    self.assertEqual(known(Occupation, as_of_days.occupied, row, day), active)

    def test_the_newest_source_attests_it(self):
        row = make.occupation(source=make.source(date=PUBLISHED))
        url = f"/api/v1/occupations/{row.pk}/?as_of=2025-12-12"
        told = {"day": "2025-12-12", "active": "attested", "distance_days": {"min": 2, "max": 2}}
        self.assertEqual(self.client.get(url).json()["as_of"], told)
        self.assertEqual(self.ids("occupations", active="attested"), {str(row.pk)})

    def test_people_are_found_by_it_and_show_it(self):
        row = make.occupation(occupation="lawyer", wording="an attorney")
        make.occupation(occupation="journalist")
        make.occupation(occupation="lawyer", publication="draft")
        self.assertEqual(self.ids("people", occupation="lawyer"), {str(row.person_id)})
        person = self.client.get(f"/api/v1/people/{row.person_id}/").json()
        self.assertEqual(
            [(one["occupation"], one["wording"]) for one in person["occupations"]],
            [("lawyer", "an attorney")],
        )
        self.assertIn(f"/api/v1/occupations/?person={row.person_id}", person["links"]["occupations"])

    def test_it_is_published_with_the_person(self):
        person = make.person(publication="draft")
        row = make.occupation(person=person, publication="draft")
        person.publish(make.superuser())
        row.refresh_from_db()
        self.assertEqual((Person.objects.get().publication, row.publication), ("published", "published"))

    def test_nobody_is_of_public_interest_for_it_alone(self):
        person = make.occupation().person
        self.assertFalse(person.is_of_public_interest(None))

    def ids(self, name, **given):
        answer = self.client.get(f"/api/v1/{name}/", given).json()
        return {row["id"] for row in answer["results"]}
