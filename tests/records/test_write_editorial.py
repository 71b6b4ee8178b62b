"""The work on a record: never public, set by those who may, kept where it is not spoken of."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import CaseActor, Person, PersonName
from tests import make
from tests.writing import API, WritingTest, path
from tracker.records.base.places import Place

PLACES, PEOPLE = f"{API}places/", f"{API}people/"
WORK = {
    "confidentiality": "restricted",
    "assigned_to": "anna",
    "follow_up": "2026-01-31",
    "publish_at": "2026-02-01T08:00:00.000000Z",
    "notes": "Ask for the indictment.",
}
OWN = {name: WORK[name] for name in ("confidentiality", "follow_up", "notes")}
NONE = {"confidentiality": "public", "follow_up": None, "notes": ""}


def version(record):
    return type(record).objects.get(pk=record.pk).version


class EditorialTest(WritingTest):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.anna = make.member("contributor", username="anna")
        cls.officer = make.member("case_officer")

    def change(self, user, record, work, **more):
        document = {"editorial": work, "reason": "A test.", **more}
        return self.send(user, "PATCH", path(record), document, version(record))

    def changed(self, user, record, work, **more):
        answer = self.change(user, record, work, **more)
        self.assertEqual(answer.status_code, 200, answer.content)
        return answer.json()


class ReadingTest(EditorialTest):
    """Who reads it."""

    def test_those_who_work_on_a_record_read_it_and_nobody_else(self):
        place = make.place(created_by=self.contributor, assigned_to=self.anna, notes="A secret.")
        for user, shown in (
            (self.editor, {**NONE, "notes": "A secret.", "assigned_to": "anna", "publish_at": None}),
            (self.contributor, {**NONE, "notes": "A secret."}),
            (self.anna, {**NONE, "notes": "A secret."}),
            (self.officer, None),
        ):
            self.assertEqual(self.read(place, user)["editorial"], shown)
            (row,) = self.done(200, user, "GET", PLACES)["results"]
            self.assertEqual(row["editorial"], shown)
            self.assertIn(
                "editorial.notes", self.send(user, "GET", f"{PLACES}?format=csv").getvalue().decode()
            )
        for user in (None, make.user(), make.member("administrator")):
            for query in ("", "?format=csv", f"{place.pk}/", f"{place.pk}/?expand=parent"):
                answer = self.send(user, "GET", f"{PLACES}{query}")
                self.assertNotRegex(answer.getvalue().decode(), "editorial|secret|anna")

    def test_others_are_not_told_that_there_is_such_a_key(self):
        make.place()
        for query in ("fields=editorial", "omit=editorial", "fields=editoria"):
            answers = {self.send(user, "GET", f"{PLACES}?{query}").content for user in (None, make.user())}
            self.assertEqual(len(answers), 1)
            self.assertNotIn(b'"editorial"', answers.pop())
        self.assertEqual(self.send(None, "GET", f"{PLACES}?fields=editorial").status_code, 400)
        (row,) = self.done(200, self.editor, "GET", f"{PLACES}?fields=editorial")["results"]
        self.assertEqual(list(row), ["editorial"])

    def test_a_cleared_case_officer_reads_it(self):
        place = make.place(confidentiality="confidential", notes="A secret.")
        place.cleared.add(self.officer)
        self.assertEqual(self.read(place, self.officer)["editorial"]["notes"], "A secret.")

    def test_nested_records_and_names_show_it_too(self):
        person = make.person()
        make.name(person, "Secret", confidentiality="restricted")
        make.affiliation(person=person, notes="A secret.")
        shown = self.read(person)
        self.assertEqual(shown["other_names"][0]["confidentiality"], "restricted")
        self.assertEqual(shown["affiliations"][0]["editorial"]["notes"], "A secret.")
        make.name(person, "Open")
        public = self.done(200, None, "GET", path(person))
        self.assertNotIn("confidentiality", public["other_names"][0])
        self.assertNotIn("editorial", public["affiliations"][0])


class SettingTest(EditorialTest):
    """Who sets what."""

    def test_an_editor_sets_all_of_it_anew_and_later(self):
        made = self.done(201, self.editor, "POST", PLACES, {"name": "A", "editorial": WORK})
        self.assertEqual(made["editorial"], WORK)
        place = Place.objects.get()
        self.assertEqual((place.assigned_to, place.notes), (self.anna, WORK["notes"]))
        self.assertEqual(made, self.read(place))
        nothing = {**NONE, "assigned_to": None, "publish_at": None}
        self.assertEqual(self.changed(self.editor, place, nothing)["editorial"], nothing)

    def test_a_contributor_sets_what_is_theirs_and_is_told_the_rest_is_not(self):
        made = self.done(201, self.contributor, "POST", PLACES, {"name": "A", "editorial": OWN})
        self.assertEqual(made["editorial"], OWN)
        answer = self.send(self.contributor, "POST", PLACES, {"name": "B", "editorial": WORK})
        self.assert_errors(answer, "/editorial/assigned_to", "/editorial/publish_at")

    def test_others_than_editors_only_raise_the_confidentiality(self):
        for user in (self.contributor, self.officer):
            place = make.place(publication="draft", created_by=user, confidentiality="restricted")
            answer = self.change(user, place, {"confidentiality": "public"})
            self.assert_errors(answer, "/editorial/confidentiality")
            self.changed(user, place, {"confidentiality": "restricted"})
            self.assertEqual(Place.objects.get(pk=place.pk).confidentiality, "restricted")
        self.changed(self.editor, place, {"confidentiality": "public"})

    def test_whoever_may_not_be_cleared_makes_nothing_confidential(self):
        place = make.place(publication="draft", created_by=self.contributor)
        answer = self.change(self.contributor, place, {"confidentiality": "confidential"})
        self.assert_errors(answer, "/editorial/confidentiality")

    def test_whoever_makes_it_confidential_is_cleared_and_still_reads_it(self):
        for user in (self.officer, self.editor):
            place = make.place(publication="draft", created_by=user)
            shown = self.changed(user, place, {"confidentiality": "confidential"})
            self.assertEqual(shown, self.read(place, user))
            self.done(404, make.member("editor"), "GET", path(place))

    def test_nested_records_are_made_with_it(self):
        case = {
            "title": "A",
            "person": make.person().slug,
            "editorial": {"confidentiality": "restricted"},
            "events": [{"kind": "arrest", "editorial": {"confidentiality": "confidential", "notes": "x"}}],
        }
        shown = self.done(201, self.editor, "POST", f"{API}cases/", case)
        self.assertEqual(shown["events"][0]["editorial"]["confidentiality"], "confidential")
        self.assert_errors(
            self.send(self.contributor, "POST", f"{API}cases/", case), "/events/0/editorial/confidentiality"
        )

    def test_a_lawyer_stays_confidential_whatever_is_said(self):
        actor = {"case": make.case().slug, "person": make.person().slug, "role": "lawyer"}
        document = {**actor, "editorial": {"confidentiality": "public"}}
        shown = self.done(201, self.editor, "POST", f"{API}case-actors/", document)
        self.assertEqual(shown["editorial"]["confidentiality"], "confidential")
        self.assertEqual(CaseActor.objects.get().confidentiality, "confidential")

    def test_what_is_not_spoken_of_stays_whatever_the_method(self):
        person = make.person(confidentiality="restricted", notes="Keep.", assigned_to=self.anna)
        name = make.name(person, "Secret", confidentiality="confidential")
        cited = [{"source": make.shared_source().slug}]
        names = [{"id": str(name.pk), "text": "Changed"}]
        document = {"name": "B", "citations": cited, "other_names": names, "reason": "x"}
        for work in ({}, {"editorial": None}, {"editorial": {}}):
            self.done(200, self.editor, "PUT", path(person), {**document, **work}, version(person))
            kept = Person.objects.get()
            self.assertEqual(
                (kept.confidentiality, kept.notes, kept.assigned_to), ("restricted", "Keep.", self.anna)
            )
            self.assertEqual(PersonName.objects.get().confidentiality, "confidential")

    def test_names_are_made_confidential_and_open_again_by_editors(self):
        person = make.person(publication="draft", created_by=self.contributor)
        document = {"other_names": [{"text": "Secret", "confidentiality": "restricted"}]}
        shown = self.done(200, self.contributor, "PATCH", path(person), document, version(person))
        self.assertEqual(shown["other_names"], [])
        (name,) = self.read(person)["other_names"]
        self.assertEqual(name["confidentiality"], "restricted")
        document = {"other_names": [{**name, "confidentiality": "public"}]}
        self.done(200, self.editor, "PATCH", path(person), document, version(person))
        self.assertEqual(len(self.read(person, self.contributor)["other_names"]), 1)

    def test_the_work_on_a_public_record_is_no_public_change(self):
        place = make.place()
        before = self.send(None, "GET", path(place)).content
        self.changed(
            self.editor, place, {name: WORK[name] for name in WORK if name.startswith(("a", "f", "n"))}
        )
        self.assertEqual(self.send(None, "GET", path(place)).content, before)

    def test_it_is_proposed_by_who_may_not_change_the_record(self):
        place = make.place()
        answer = self.change(self.contributor, place, {"confidentiality": "restricted"})
        self.assertEqual(answer.status_code, 202)
        address = answer["Location"].removeprefix("http://127.0.0.1:8000")
        (one,) = self.done(200, self.editor, "GET", address)["difference"]
        self.assertEqual((one["field"], one["after"]["confidentiality"]), ("editorial", "restricted"))
        self.done(200, self.editor, "POST", f"{address}apply/")
        self.done(404, None, "GET", path(place))
        answer = self.change(self.contributor, make.place(), {"assigned_to": "anna"})
        self.assert_errors(answer, "/editorial/assigned_to")


class RefusalTest(EditorialTest):
    """What is wrong is pointed at; no username is told to those who do not know it."""

    def test_every_wrong_place(self):
        document = {
            "name": "A",
            "editorial": {
                "confidentiality": "secret",
                "assigned_to": 5,
                "follow_up": "soon",
                "publish_at": "2026-13-01T00:00:00Z",
                "notes": None,
                "cleared": [],
            },
        }
        answer = self.send(self.editor, "POST", PLACES, document)
        self.assert_errors(answer, *(f"/editorial/{name}" for name in document["editorial"]))
        for wrong in (5, "x", [], True):
            answer = self.send(self.editor, "POST", PLACES, {"name": "A", "editorial": wrong})
            self.assert_errors(answer, "/editorial")
        rows = [{"name": "A"}, {"name": "B", "editorial": {"notes": 5}}]
        self.assert_errors(self.send(self.editor, "POST", PLACES, rows), "/1/editorial/notes")

    def test_who_does_not_work_here_fails_like_who_does_not_exist(self):
        for name, more in (("plain", {}), ("gone", {"is_active": False}), ("staff", {"is_staff": True})):
            make.user(name, **more)
        make.member("editor", username="left", is_active=False)
        make.member("administrator", username="chief")
        said = set()
        for name in ("nobody", "plain", "gone", "staff", "left", "chief", "", "Anna", "x" * 5000):
            answer = self.send(self.editor, "POST", PLACES, {"name": "A", "editorial": {"assigned_to": name}})
            self.assert_errors(answer, "/editorial/assigned_to")
            said.add(answer.content)
        self.assertEqual(len(said), 1)

    def test_who_had_the_record_may_keep_it(self):
        place = make.place(assigned_to=self.anna)
        self.anna.groups.clear()
        self.changed(self.editor, place, {"assigned_to": "anna", "notes": "x"})
        self.assert_errors(
            self.change(self.editor, make.place(), {"assigned_to": "anna"}), "/editorial/assigned_to"
        )

    def test_parts_have_no_work(self):
        document = {"name": "A", "other_names": [{"text": "B", "editorial": {}}]}
        self.assert_errors(self.send(self.editor, "POST", PEOPLE, document), "/other_names/0/editorial")

    def test_however_many_are_assigned_by_one_look_up(self):
        users = [make.member("contributor") for _ in range(10)]
        rows = [{"name": "A", "editorial": {"assigned_to": user.username}} for user in users]
        self.log_in(self.editor)
        with CaptureQueriesContext(connection) as queries:
            self.done(201, self.editor, "POST", PLACES, rows)
        asked = [
            one["sql"]
            for one in queries
            if one["sql"].startswith("SELECT") and '"auth_user"."username" IN' in one["sql"]
        ]
        self.assertEqual(len(asked), 1)
        self.assertEqual({row.assigned_to for row in Place.objects.all()}, set(users))
