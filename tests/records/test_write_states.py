"""States: the verbs, what publishing lacks, what is deleted, and which version a write means."""

from django.test import override_settings

from dialogues.models import Dialogue, Participation
from people.models import CaseActor, CaseEvent, Charge, PersecutionCase, Person, Recognition
from tests import make
from tests.writing import API, WritingTest, path
from tracker.records.base.places import Place
from tracker.records.base.sources import Source
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.values.names import slugify_name


def state(record):
    return type(record).objects.get(pk=record.pk).publication


def version(record):
    return type(record).objects.get(pk=record.pk).version


class StatesTest(WritingTest):
    def draft(self, model, **fields):
        return make.one(model, **{"publication": "draft", "created_by": self.contributor, **fields})

    def verb(self, user, record, name, body=None, number=None):
        return self.send(user, "POST", path(record, name), body, number or version(record))


class WayTest(StatesTest):
    """The way of a record from draft to withdrawal and back, in the words of the API."""

    def test_the_whole_way(self):
        place = self.draft(Place)
        for user, verb, body, then in (
            (self.contributor, "submit", {}, "in_review"),
            (self.editor, "send-back", {"comment": "Which country?"}, "draft"),
            (self.contributor, "submit", {"comment": "Armenia."}, "in_review"),
            (self.editor, "publish", None, "published"),
            (self.editor, "withdraw", {"reason": "It is another town."}, "withdrawn"),
            (self.editor, "publish", {"comment": "It is this town."}, "published"),
        ):
            before = version(place)
            answer = self.verb(user, place, verb, body)
            self.assertEqual(answer.status_code, 200, answer.content)
            self.assertEqual(answer["ETag"], f'"{before + 1}"')
            self.assertEqual(answer.json(), self.read(place, user))
            self.assertEqual(state(place), then)
        place.refresh_from_db()
        self.assertEqual((place.published_by, place.slug), (self.editor, slugify_name(place.name)))

    def test_what_must_be_said_is_asked_for(self):
        place = self.draft(Place, publication="in_review")
        for body in (None, {}, {"comment": "  "}):
            self.assert_errors(self.verb(self.editor, place, "send-back", body), "/comment")
        place = make.place()
        for body in (None, {"reason": ""}):
            self.assert_errors(self.verb(self.editor, place, "withdraw", body), "/reason")
        self.assertEqual(state(place), "published")

    def test_a_reason_is_required_for_what_was_ever_published(self):
        for publication in ("published", "withdrawn"):
            place = make.place(publication=publication)
            for method in ("PUT", "PATCH"):
                document = {"name": "Other"}
                for said in ({}, {"reason": " "}):
                    answer = self.send(self.editor, method, path(place), document | said, 1)
                    self.assert_errors(answer, "/reason")
                self.assert_errors(
                    self.send(self.editor, method, path(place), document | {"reason": 5}, 1), "/reason"
                )

    def test_a_public_record_does_not_lose_its_last_source(self):
        person = make.person()
        change = {"citations": [], "reason": "x"}
        answer = self.send(self.editor, "PATCH", path(person), change, version(person))
        self.assert_errors(answer, "")
        self.assertEqual(person.citations.count(), 1)
        person.citations.get().source.withdraw(self.editor, "It was wrong.")
        change = {"description": "Its source is gone; this is no news.", "reason": "x"}
        self.done(200, self.editor, "PATCH", path(person), change, version(person))


@override_settings(FOUR_EYES=True)
class PublishTest(StatesTest):
    """A record and the drafts that belong to it: all, or none."""

    def test_a_dialogue_is_published_with_its_participations(self):
        dialogue = self.draft(Dialogue)
        drafts = [self.draft(Participation, dialogue=dialogue) for _ in range(3)]
        reviewed = self.draft(Participation, dialogue=dialogue, publication="in_review")
        withdrawn = make.participation(dialogue=dialogue, publication="withdrawn")
        shown = self.verb(self.editor, dialogue, "publish").json()
        self.assertEqual(len(shown["participations"]), 5)  # an editor sees what is withdrawn too
        self.assertEqual({state(row) for row in (dialogue, *drafts, reviewed)}, {"published"})
        self.assertEqual(state(withdrawn), "withdrawn")

    def test_a_case_and_a_person_likewise_but_never_the_cases_of_a_person(self):
        person = self.draft(Person)
        case = self.draft(PersecutionCase, person=person)
        affiliation = self.draft(make.people.Affiliation, person=person)
        self.assertEqual(self.verb(self.editor, person, "publish").status_code, 200)
        self.assertEqual((state(affiliation), state(case)), ("published", "draft"))
        rows = [self.draft(model, case=case) for model in (Charge, CaseEvent, CaseActor, Recognition)]
        self.assertEqual(self.verb(self.editor, case, "publish").status_code, 200)
        self.assertEqual({state(row) for row in rows}, {"published"})

    def test_one_that_lacks_something_stops_all_and_is_named_with_what_it_lacks(self):
        dialogue = self.draft(Dialogue, cited=False)
        good = self.draft(Participation, dialogue=dialogue)
        bad = self.draft(Participation, dialogue=dialogue, cited=False)
        answer = self.verb(self.editor, dialogue, "publish")
        self.assertEqual(answer.status_code, 409)
        lacking = [(error["url"], error["detail"]) for error in answer.json()["errors"]]
        self.assertEqual({url for url, _ in lacking}, {self.url(dialogue), self.url(bad)})
        for _, sentence in lacking:
            self.assertIn("source", sentence)
        self.assertEqual({state(row) for row in (dialogue, good, bad)}, {"draft"})
        self.assertIsNone(Dialogue.objects.get(pk=dialogue.pk).slug)

    def url(self, record):
        return f"http://127.0.0.1:8000{path(record)}"

    def test_whoever_wrote_one_of_them_does_not_publish_them(self):
        dialogue = self.draft(Dialogue)
        self.draft(Participation, dialogue=dialogue, created_by=self.editor)
        answer = self.verb(self.editor, dialogue, "publish")
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(state(dialogue), "draft")
        with override_settings(FOUR_EYES=False):
            self.assertEqual(self.verb(self.editor, dialogue, "publish").status_code, 200)

    def test_what_publishing_would_do_is_told_to_those_who_work_on_it(self):
        dialogue = self.draft(Dialogue, cited=False)
        child = self.draft(Participation, dialogue=dialogue)
        written = self.draft(Participation, dialogue=dialogue, created_by=self.editor)
        make.participation(dialogue=dialogue)
        found = self.done(200, self.editor, "GET", path(dialogue, "publication"))
        self.assertEqual((found["publication"], found["version"]), ("draft", version(dialogue)))
        self.assertEqual(len(found["missing"]), 1)
        drafts = {one["url"]: one for one in found["drafts"]}
        self.assertEqual(set(drafts), {self.url(child), self.url(written)})
        self.assertEqual(drafts[self.url(child)]["missing"], [])
        self.assertEqual(drafts[self.url(child)]["type"], "participations")
        self.assertIn("another editor has to publish it", drafts[self.url(written)]["missing"][0])
        found = self.done(200, self.contributor, "GET", path(dialogue, "publication"))
        self.assertEqual([one["url"] for one in found["drafts"]], [self.url(child)])
        self.assertEqual(len(found["missing"]), 1)

    def test_what_hinders_nobody_is_told_too_but_no_name_that_is_hidden(self):
        known, hidden = make.person(publication="draft"), make.person(confidentiality="confidential")
        dialogue = self.draft(Dialogue)
        rows = [self.draft(Participation, dialogue=dialogue, person=one) for one in (known, hidden)]
        found = self.done(200, self.editor, "GET", path(dialogue, "publication"))
        hints = {one["url"]: one["hints"] for one in found["drafts"]}
        self.assertEqual(hints[self.url(rows[0])], [f"It stays hidden until {known.name} is public."])
        self.assertNotIn(self.url(rows[1]), hints)  # as the person, so the participation
        hidden.cleared.add(self.editor)
        found = self.done(200, self.editor, "GET", path(dialogue, "publication"))
        hints = {one["url"]: one["hints"] for one in found["drafts"]}
        self.assertEqual(hints[self.url(rows[1])], [f"It stays hidden until {hidden} is public."])
        self.assertNotIn(hidden.name, str(found))

    def test_why_a_draft_was_sent_back_is_told(self):
        dialogue = self.draft(Dialogue, publication="in_review")
        self.verb(self.editor, dialogue, "send-back", {"comment": "Say when."})
        found = self.done(200, self.contributor, "GET", path(dialogue, "publication"))
        self.assertEqual(found["comment"], "Say when.")

    def test_the_state_changes_nothing_of_what_others_wrote_meanwhile(self):
        """What was read before the lock is not written back."""
        stale = self.draft(Place)
        Place.objects.filter(pk=stale.pk).update(country="AM", version=5)
        stale.submit(self.contributor)
        stale.refresh_from_db()
        self.assertEqual((stale.country, stale.version, stale.publication), ("AM", 6, "in_review"))

    def test_two_of_one_title_get_two_slugs(self):
        rows = [self.draft(Dialogue, title="The Same") for _ in range(2)]
        slugs = {self.verb(self.editor, row, "publish").json()["slug"] for row in rows}
        self.assertEqual(len(slugs), 2)

    def test_a_conflict_with_a_published_record_is_409_without_its_name(self):
        make.source(title="Hidden Title", source_url="https://example.org/a")
        source = self.draft(Source, source_url="https://example.org/a")
        answer = self.verb(self.editor, source, "publish")
        self.assertEqual(answer.status_code, 409, answer.content)
        self.assertNotIn(b"Hidden", answer.content)
        self.assertEqual(state(source), "draft")


class DeleteTest(StatesTest):
    """One's own draft that was never published, and nothing else."""

    def delete(self, user, record):
        return self.send(user, "DELETE", path(record), None, version(record))

    def test_a_draft_goes_with_its_parts(self):
        person = self.draft(Person)
        make.name(person, "Other")
        answer = self.delete(self.contributor, person)
        self.assertEqual((answer.status_code, answer.content), (204, b""))
        self.assertFalse(Person.objects.filter(pk=person.pk).exists())
        self.assertEqual(self.send(self.contributor, "GET", path(person)).status_code, 404)

    def test_what_was_ever_published_points_at_withdraw(self):
        for record in (
            make.place(created_by=self.editor),
            make.place(created_by=self.editor, publication="withdrawn"),
        ):
            answer = self.delete(self.editor, record)
            self.assertEqual(answer.status_code, 409)
            self.assertIn("Withdraw published records", answer.json()["detail"])

    def test_what_others_point_at_stays_and_they_are_not_named(self):
        place = self.draft(Place)
        hidden = {"publication": "draft", "confidentiality": "confidential"}
        make.organization(name="Hidden Name", place=place, **hidden)
        self.draft(make.people.Organization, name="Hidden no more", place=place)
        answer = self.delete(self.contributor, place)
        self.assertEqual(answer.status_code, 409)
        self.assertNotIn(b"Hidden", answer.content)
        self.assertTrue(Place.objects.filter(pk=place.pk).exists())


class VersionTest(StatesTest):
    """Which version a write means."""

    def test_a_write_without_a_version_is_428_and_one_of_another_412(self):
        place = make.place(publication="draft")
        requests = [("PUT", path(place)), ("PATCH", path(place)), ("DELETE", path(place))]
        requests += [("POST", path(place, verb)) for verb in ("submit", "send-back", "publish", "withdraw")]
        for given, status in (
            (None, 428),
            ("*", 428),
            ("1", 428),
            ('"2"', 412),
            ('"0"', 412),
            ('"01"', 412),
            ('"x", "y"', 412),
            ('W/"2"', 412),
            ("W/1", 428),
        ):
            for method, address in requests:
                with self.subTest(given=given, address=address, method=method):
                    headers = {} if given is None else {"If-Match": given}
                    answer = self.send(self.editor, method, address, {}, **headers)
                    self.assertEqual(answer.status_code, status, answer.content)
                    self.assertEqual(answer["Content-Type"], "application/problem+json")
        self.assertEqual(version(place), 1)

    def test_a_tag_that_a_proxy_made_weak_and_one_of_several_name_the_version(self):
        place = make.place(publication="draft")
        for number, given in enumerate(('W/"{}"', '"9", "{}"', '"9",W/"{}"', ' "{}" ,"9"'), version(place)):
            named = {"If-Match": given.format(number)}
            answer = self.send(self.editor, "PATCH", path(place), {"name": f"Town {number}"}, **named)
            self.assertEqual((answer.status_code, answer.get("ETag")), (200, f'"{number + 1}"'), given)

    def test_one_of_several_is_enough(self):
        place = make.place(publication="draft")
        answer = self.send(self.editor, "PATCH", path(place), {"name": "B"}, **{"If-Match": '"7", "1"'})
        self.assertEqual(answer.status_code, 200)

    def test_the_etag_of_a_read_is_the_version_that_a_write_means(self):
        person = make.person(publication="draft")
        for number in range(3):
            etag = self.send(self.editor, "GET", path(person))["ETag"]
            answer = self.send(
                self.editor, "PATCH", path(person), {"description": str(number)}, **{"If-Match": etag}
            )
            self.assertEqual(answer.status_code, 200)
            self.assertNotEqual(answer["ETag"], etag)
            self.assertEqual(answer["Cache-Control"], "no-store")

    def test_a_slug_names_the_record_that_is_written(self):
        old = make.place(name="Old", slug="town", publication="withdrawn")
        new = make.place(name="New", slug="town")
        change = {"country": "AM", "reason": "x"}
        self.done(200, self.editor, "PATCH", f"{API}places/town/", change, 1)
        old.refresh_from_db()
        new.refresh_from_db()
        self.assertEqual((old.country, new.country), ("", "AM"))

    def test_confidential_records_are_seen_by_whoever_wrote_them(self):
        case = make.case()
        document = {"case": case.slug, "person": make.person().slug, "role": "lawyer"}
        shown = self.done(201, self.editor, "POST", f"{API}case-actors/", document)
        self.assertEqual(
            self.done(200, self.editor, "GET", shown["url"].removeprefix("http://127.0.0.1:8000")), shown
        )
        self.assertEqual(CaseActor.objects.get().confidentiality, "confidential")
        other = make.member("editor")
        self.assertEqual(self.send(other, "GET", f"{API}case-actors/{shown['id']}/").status_code, 404)
        answer = self.send(self.contributor, "POST", f"{API}case-actors/", document)
        self.assert_errors(answer, "")
        nested = {
            "title": "A",
            "person": make.person().slug,
            "actors": [{k: document[k] for k in ("person", "role")}],
        }
        self.assert_errors(self.send(self.contributor, "POST", f"{API}cases/", nested), "/actors/0")
        self.assertEqual(CaseActor.objects.count(), 1)
        self.assertEqual(PersecutionCase.objects.count(), 1)
        self.assertEqual(Publication.DRAFT, CaseActor.objects.get().publication)
