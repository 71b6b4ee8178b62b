"""Cases of organizations, how cases stand to each other, and what is said of them."""

from django.core.exceptions import ValidationError

from people.models import CaseRelation, PersecutionCase
from tests import make
from tests.rules import RuleTest
from tests.writing import API, WritingTest


class OrganizationCaseTest(RuleTest):
    """A case is of a person or of an organization."""

    def test_it_is_of_exactly_one(self):
        person, organization = make.person(), make.organization()
        both = PersecutionCase(title="Both", person=person, organization=organization)
        for row in (both, PersecutionCase(title="Neither")):
            self.assert_invalid(row, "person", "organization")
            self.assert_impossible(row)
        self.assert_valid(PersecutionCase(title="Hers", person=person))
        self.assert_valid(PersecutionCase(title="Theirs", organization=organization))

    def test_it_is_shown_with_the_organization_and_found_by_it(self):
        event = make.case_event(kind="closure", case=make.case(organization=make.organization()))
        case, organization = event.case, event.case.organization
        shown = self.client.get(f"{API}cases/{case.pk}/").json()
        self.assertIsNone(shown["person"])
        self.assertEqual(shown["organization"]["slug"], organization.slug)
        told = self.client.get(f"{API}organizations/{organization.pk}/").json()
        self.assertEqual([one["id"] for one in told["cases"]], [str(case.pk)])
        self.assertIn(f"{API}cases/?organization={organization.pk}", told["links"]["cases"])
        for name, row, given in (
            ("cases", case, {"organization": organization.slug}),
            ("case-events", event, {"organization": organization.slug}),
            ("organizations", organization, {"case_event_kind": "closure"}),
        ):
            self.assertEqual(self.ids(name, **given), [str(row.pk)], name)
        self.assertEqual(self.ids("cases", person__isnull="true"), [str(case.pk)])

    def test_it_is_hidden_with_the_organization(self):
        hidden = {"confidentiality": "restricted"}, {"publication": "draft"}, {"publication": "withdrawn"}
        for fields in hidden:
            make.charge(case=make.case(organization=make.organization(**fields)))
        self.assertEqual(self.ids("cases"), [])
        self.assertEqual(self.ids("charges"), [])

    def test_nobody_is_in_custody_in_it_and_nobody_dies(self):
        make.case_event(kind="closure", date="2024", case=make.case(organization=make.organization()))
        (shown,) = self.client.get(f"{API}cases/", {"as_of": "2025-01-01"}).json()["results"]
        answers = (shown["as_of"]["open"], shown["as_of"]["custody"]["answer"])
        self.assertEqual(answers, ("certain", "not_recorded"))

    def test_its_identifiers_follow_the_organization(self):
        organization = make.organization(publication="draft")
        row = make.identifier(make.case(organization=organization), identifier="Q1")
        self.assertFalse(self.stored(row))
        organization.publish(make.superuser())
        self.assertTrue(self.stored(row))
        taken = make.case(publication="draft")
        make.identifier(taken, identifier="Q1")
        with self.assertRaisesRegex(ValidationError, "same wikidata identifier"):
            taken.publish(make.superuser())
        organization.withdraw(make.superuser(), "A mistake.")
        self.assertFalse(self.stored(row))

    def test_the_organization_answers_it(self):
        case = make.case(organization=make.organization())
        for speaker, allowed in ((case.organization, True), (make.organization(), False)):
            answer = make.statement(speakers=[speaker], publication="draft")
            answer.responds_to_cases.set([case])
            self.assertEqual(not answer.answers_for_others(), allowed)

    def stored(self, row):
        row.refresh_from_db()
        return row.is_public

    def ids(self, name, **given):
        return [row["id"] for row in self.client.get(f"{API}{name}/", given).json()["results"]]


class RelatedCaseTest(WritingTest, RuleTest):
    """What one case is to another, told on both."""

    def test_it_is_not_to_itself(self):
        case = make.case()
        row = CaseRelation(case=case, kind="follows", related_case=case)
        self.assert_invalid(row, "related_case")
        self.assert_impossible(row)
        self.assert_valid(CaseRelation(case=case, kind="follows", related_case=make.case()))

    def test_both_cases_show_it(self):
        row = make.case_relation(kind="appeal_of")
        both = row.case, row.related_case
        first, second = (self.client.get(f"{API}cases/{one.pk}/").json() for one in both)
        (told,), (back,) = first["relations"], second["relations_to"]
        self.assertEqual((told["kind"], told["related_case"]["id"]), ("appeal_of", second["id"]))
        self.assertEqual((back["kind"], back["case"]["id"]), ("appeal_of", first["id"]))
        self.assertEqual((first["relations_to"], second["relations"]), ([], []))
        found = self.client.get(f"{API}cases/", {"related_case": second["id"]}).json()["results"]
        self.assertEqual([one["id"] for one in found], [first["id"]])
        listed = self.client.get(f"{API}case-relations/", {"kind": "appeal_of"}).json()["results"]
        self.assertEqual([one["id"] for one in listed], [str(row.pk)])

    def test_one_hidden_case_hides_it_on_the_other(self):
        for name in ("case", "related_case"):
            row = make.case_relation(**{name: make.case(publication="draft")})
            other = row.related_case if name == "case" else row.case
            shown = self.client.get(f"{API}cases/{other.pk}/").json()
            self.assertEqual((shown["relations"], shown["relations_to"]), ([], []))

    def test_it_is_written_and_published_with_its_case(self):
        cite = [{"source": make.shared_source().slug}]
        relation = {"kind": "same_trial", "related_case": make.case().slug, "citations": cite}
        document = {"title": "A", "person": make.person().slug, "citations": cite, "relations": [relation]}
        shown = self.done(201, self.editor, "POST", f"{API}cases/", document)
        PersecutionCase.objects.get(pk=shown["id"]).publish(make.superuser())
        (told,) = self.client.get(f"{API}cases/{shown['id']}/").json()["relations"]
        self.assertEqual(told["kind"], "same_trial")


class OrderTest(WritingTest):
    """Events of a case stand by date, then by position."""

    def test_position_decides_where_dates_are_the_same(self):
        case = make.case()
        told = (("2024-05", None), ("2024-05", 2), ("2024-05", 1), ("2023", 9), ("", 1), ("", None))
        rows = [make.case_event(case=case, date=date, position=position) for date, position in told]
        wanted = [str(rows[number].pk) for number in (3, 2, 1, 0, 4, 5)]
        shown = self.client.get(f"{API}cases/{case.pk}/").json()["events"]
        self.assertEqual([one["id"] for one in shown], wanted)
        for more in ({}, {"cursor": "*"}, {"ordering": "date,position"}):
            answer = self.client.get(f"{API}case-events/", {"case": case.slug, **more}).json()
            self.assertEqual([one["id"] for one in answer["results"]], wanted, more)

    def test_a_cursor_goes_on_after_what_has_no_position(self):
        case = make.case()
        rows = {str(make.case_event(case=case, position=number).pk) for number in (1, None, 2, None)}
        url, found = f"{API}case-events/?case={case.pk}&cursor=*&page_size=1", []
        while url:
            answer = self.client.get(url).json()
            found += [one["id"] for one in answer["results"]]
            url = answer["next"]
        self.assertEqual((len(found), set(found)), (4, rows))


class WgadTest(RuleTest):
    def test_an_opinion_has_more_than_one_category(self):
        row = make.recognition(kind="wgad_opinion", wgad_categories=["category_i", "category_ii"])
        make.recognition(kind="wgad_opinion", wgad_categories=["category_v"])
        for category in ("category_i", "category_ii"):
            answer = self.client.get(f"{API}recognitions/", {"wgad_categories": category}).json()
            self.assertEqual([one["id"] for one in answer["results"]], [str(row.pk)])
        self.assertEqual(answer["results"][0]["wgad_categories"], ["category_i", "category_ii"])
        row.wgad_categories = ["category_x"]
        self.assert_invalid(row, "wgad_categories")
