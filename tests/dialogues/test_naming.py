"""Who is not named: counted like everybody, found by nobody, known to those who are cleared."""

from django.test import override_settings

from dialogues.models import Participation, ParticipationIdentity
from people.models.people import NO_RELATIVES
from tests import make
from tests.site.test_workflow import WorkTest
from tests.test_admin import address, form_data
from tests.writing import API, WritingTest, path

SECRET = "Zzyzxqova"


class UnnamedTest(WritingTest):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.dialogue = make.dialogue()
        cls.person = make.person(name=SECRET)  # public for something else
        cls.named = make.participation(dialogue=cls.dialogue)
        cls.pseudonym = make.participation(dialogue=cls.dialogue, naming="pseudonym", pseudonym="A.")
        cls.withheld = [make.participation(dialogue=cls.dialogue, naming="withheld") for _ in range(2)]
        for row in (cls.pseudonym, *cls.withheld):
            make.identity(row, person=cls.person)

    def total(self, query):
        return self.done(200, None, "GET", f"{API}{query}")["total"]

    def test_each_counts_like_everybody(self):
        self.assertEqual(self.total(f"participations/?dialogue={self.dialogue.pk}"), 4)
        self.assertEqual(len(self.done(200, None, "GET", path(self.dialogue))["participations"]), 4)
        csv = self.send(None, "GET", f"{API}participations/?format=csv").getvalue().decode()
        self.assertEqual(len(csv.splitlines()), 5)

    def test_those_who_are_withheld_are_one_bucket(self):
        for naming, number in (("named", 1), ("pseudonym", 1), ("withheld", 2)):
            self.assertEqual(self.total(f"participations/?naming={naming}"), number)
        self.assertEqual(self.total("participations/?naming=withheld&person__isnull=true"), 2)

    def test_no_filter_finds_who_it_is(self):
        for query in (
            f"participations/?person={self.person.pk}",
            f"participations/?person__in={self.person.pk},{self.person.slug}",
            f"dialogues/?participant={self.person.slug}",
        ):
            self.assertEqual(self.total(query), 0)
        self.assertEqual(self.total("participations/?person__isnull=false"), 1)

    def test_no_answer_names_them(self):
        for user in (None, self.contributor, self.editor):
            for query in (
                "participations/",
                "participations/?expand=dialogue",
                "dialogues/",
                f"dialogues/{self.dialogue.pk}/?expand=participations",
                f"participations/{self.pseudonym.pk}/corrections/",
            ):
                answer = self.send(user, "GET", f"{API}{query}")
                self.assertNotIn(SECRET, answer.getvalue().decode(), query)

    def test_an_unnamed_speaker_counts_too_and_has_no_name_at_all(self):
        row = make.statement(speakers=[])
        row.speakers.create(naming="withheld")
        row.speakers.create(naming="pseudonym", label="a resident", position=1)
        first, second = self.done(200, None, "GET", path(row))["speakers"]
        self.assertEqual((first["naming"], first["person"], first["label"]), ("withheld", None, ""))
        self.assertEqual((second["person"], second["label"]), (None, "a resident"))


@override_settings(FOUR_EYES=False)
class IdentityTest(WorkTest):
    def test_a_cleared_editor_enters_who_it_is_and_no_other_sees_it(self):
        person = make.person(name=SECRET)
        row = make.participation(naming="withheld", cleared=[self.editor])
        page = self.page(self.editor, row)
        (prefix,) = [
            one.formset.prefix
            for one in page.context["inline_admin_formsets"]
            if one.formset.model is ParticipationIdentity
        ]
        data = {**form_data(page), "reason": "Known.", f"{prefix}-0-person": person.pk}
        data[f"{prefix}-TOTAL_FORMS"] = "1"
        self.assertEqual(self.client.post(address(Participation, "change", row.pk), data).status_code, 302)
        self.assertEqual(ParticipationIdentity.objects.get(pk=row.pk).person, person)
        for user, seen in ((self.editor, True), (self.second, False), (self.contributor, False)):
            for page in ("change", "history"):
                self.assertEqual(SECRET in self.page(user, row, page).content.decode(), seen)


class RelativeTest(WorkTest):
    """Nobody is published for whom they know."""

    def test_a_person_of_whom_nothing_is_recorded_is_pointed_out(self):
        person = make.person(publication="draft")
        make.affiliation(person=person)
        make.statement(about_people=[person])
        self.assertIn(NO_RELATIVES, person.warnings(self.editor))
        for page in ("change", "publish"):
            self.assertContains(self.page(self.editor, person, page), NO_RELATIVES)

    def test_who_did_or_suffered_something_is_not(self):
        for build in (
            lambda person: make.participation(person=person, publication="draft"),
            lambda person: make.case(person=person),
            lambda person: make.statement(speakers=[person]),
            lambda person: make.assessment(person=person),
            lambda person: make.assessment(assessor_person=person),
        ):
            person = make.person()
            build(person)
            self.assertNotIn(NO_RELATIVES, person.warnings(self.editor))
