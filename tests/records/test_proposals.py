"""Proposals through the API: what a contributor would change of a published record, and who decides."""

from tests import make
from tests.writing import API, WritingTest, path
from tracker.records.audit.history import Entry
from tracker.records.base.places import Place
from tracker.records.workflow.proposals import Proposal

PROPOSALS = f"{API}proposals/"


def version(record):
    return type(record).objects.get(pk=record.pk).version


class ProposalTest(WritingTest):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.person = make.person(name="Anna")

    def propose(self, record=None, user=None, status=202, **document):
        record, document = record or self.person, {"reason": "A misprint.", **document}
        return self.done(status, user or self.contributor, "PATCH", path(record), document, version(record))

    def proposed(self, record=None, user=None, **document):
        """The path of a new proposal."""
        return self.propose(record, user, **document)["url"].removeprefix("http://127.0.0.1:8000")


class MakingTest(ProposalTest):
    """A contributor's change to what is published."""

    def test_it_is_kept_and_changes_nothing(self):
        before, number = self.read(self.person), version(self.person)
        answer = self.send(
            self.contributor, "PATCH", path(self.person), {"name": "Anne", "reason": "A misprint."}, number
        )
        self.assertEqual(answer.status_code, 202)
        self.assertEqual(answer["Location"], answer.json()["url"])
        self.assertEqual((self.read(self.person), version(self.person)), (before, number))
        kept = Proposal.objects.get()
        self.assertEqual(
            (kept.document, kept.reason, kept.version), ({"name": "Anne"}, "A misprint.", number)
        )
        self.assertFalse(Entry.objects.filter(record_id=self.person.pk, after__name="Anne").exists())

    def test_it_passes_the_validation_of_a_write_or_is_refused(self):
        for document, pointer in (
            ({"birth_date": "yesterday"}, "/birth_date"),
            ({"other_names": [{"text": ""}]}, "/other_names/0/text"),
            ({"nme": "x"}, "/nme"),
            ({"reason": " "}, "/reason"),
            ({"citations": []}, ""),
        ):
            answer = self.send(
                self.contributor,
                "PATCH",
                path(self.person),
                {"reason": "A misprint.", **document},
                version(self.person),
            )
            self.assert_errors(answer, pointer)
        self.assertFalse(Proposal.objects.exists())

    def test_it_means_a_version(self):
        change = {"name": "Anne", "reason": "A misprint."}
        self.done(428, self.contributor, "PATCH", path(self.person), change)
        self.done(412, self.contributor, "PATCH", path(self.person), change, 99)

    def test_only_a_part_is_proposed(self):
        document = {**self.read(self.person), "reason": "A misprint."}
        self.done(403, self.contributor, "PUT", path(self.person), document, version(self.person))


class SeeingTest(ProposalTest):
    """Who sees which proposals."""

    def test_its_author_and_editors_see_it_and_nobody_else(self):
        address = self.proposed(name="Anne")
        other = make.member("contributor")
        for user, status, listed in (
            (self.contributor, 200, 1),
            (self.editor, 200, 1),
            (other, 404, 0),
            (make.member("administrator"), 404, 0),
            (make.user(), 404, 0),
        ):
            self.done(status, user, "GET", address)
            self.assertEqual(len(self.done(200, user, "GET", PROPOSALS)["results"]), listed)
        self.done(401, None, "GET", address)
        self.done(401, None, "GET", PROPOSALS)

    def test_what_an_editor_may_not_see_is_not_in_their_list_either(self):
        officer = make.member("case_officer")
        secret = make.person(name="Secret", confidentiality="confidential")
        secret.cleared.add(officer)
        address = self.proposed(secret, officer, name="Secrets")
        self.done(200, officer, "GET", address)
        for call in (("GET", address), ("POST", f"{address}apply/"), ("POST", f"{address}decline/")):
            body = {"comment": "No."} if "decline" in call[1] else None
            self.done(404, self.editor, *call, body)
        self.assertEqual(self.done(200, self.editor, "GET", PROPOSALS)["results"], [])
        secret.cleared.add(self.editor)
        self.done(200, self.editor, "GET", address)

    def test_the_difference_is_told_as_a_read_shows_it(self):
        place = make.place(name="Town")
        club = make.organization(place=None, country="AM")
        address = self.proposed(club, place=place.slug, country="AM", founding_date="summer 2020")
        number = version(club)
        shown = self.done(200, self.editor, "GET", address)
        changed = {one["field"]: (one["before"], one["after"]) for one in shown["difference"]}
        self.assertEqual(set(changed), {"place", "founding_date"})
        self.assertEqual((changed["place"][0], changed["place"][1]["name"]), (None, "Town"))
        self.assertEqual(changed["founding_date"][1]["edtf"], "2020-22")
        self.assertEqual(shown["document"]["place"], place.slug)
        self.assertEqual(version(club), number)
        place.withdraw(self.editor, "There is no such town.")
        hidden = self.done(200, self.contributor, "GET", address)
        self.assertEqual({one["field"] for one in hidden["difference"]}, {"place", "founding_date"})


class DecidingTest(ProposalTest):
    """Applied or declined, once, by an editor."""

    def test_it_is_applied_through_the_validation_of_a_write(self):
        address = self.proposed(name="Anne", other_names=[{"text": "Anni"}])
        number = version(self.person)
        shown = self.done(200, self.editor, "POST", f"{address}apply/")
        self.assertEqual((shown["state"], shown["difference"]), ("applied", []))
        read = self.read(self.person)
        self.assertEqual((read["name"], read["other_names"][0]["text"]), ("Anne", "Anni"))
        self.assertEqual(version(self.person), number + 1)
        entry = Entry.objects.filter(record_id=self.person.pk, kind="people.person").last()
        self.assertEqual((entry.reason, entry.user), ("A misprint.", self.editor))
        self.assertEqual(self.done(200, self.editor, "GET", PROPOSALS)["results"], [])

    def test_it_is_declined_with_a_comment_that_its_author_reads(self):
        address = self.proposed(name="Anne")
        for body in (None, {}, {"comment": " "}):
            self.assert_errors(self.send(self.editor, "POST", f"{address}decline/", body), "/comment")
        for body in ([], {"reason": "x"}):
            self.assert_errors(self.send(self.editor, "POST", f"{address}decline/", body), "")
        self.done(200, self.editor, "POST", f"{address}decline/", {"comment": "The source says Anna."})
        shown = self.done(200, self.contributor, "GET", address)
        self.assertEqual((shown["state"], shown["comment"]), ("declined", "The source says Anna."))
        self.assertEqual(self.read(self.person)["name"], "Anna")

    def test_it_is_decided_once(self):
        address = self.proposed(name="Anne")
        self.done(200, self.editor, "POST", f"{address}apply/")
        self.done(409, self.editor, "POST", f"{address}apply/")
        self.done(409, self.editor, "POST", f"{address}decline/", {"comment": "No."})

    def test_its_author_decides_nothing(self):
        address = self.proposed(name="Anne")
        self.done(403, self.contributor, "POST", f"{address}apply/")
        self.done(403, self.contributor, "POST", f"{address}decline/", {"comment": "No."})

    def test_what_was_changed_since_is_412_and_what_was_withdrawn_409(self):
        address, other = self.proposed(name="Anne"), self.proposed(description="x")
        self.done(200, self.editor, "POST", f"{address}apply/")
        self.done(412, self.editor, "POST", f"{other}apply/")
        self.assertEqual(self.read(self.person)["description"], "")
        self.person.refresh_from_db()
        self.person.withdraw(self.editor, "Wrong person.")
        self.done(409, self.editor, "POST", f"{other}apply/")
        self.done(200, self.editor, "POST", f"{other}decline/", {"comment": "It is withdrawn."})

    def test_what_is_no_longer_valid_is_refused_and_stays_open(self):
        place = make.place()
        club = make.organization()
        address = self.proposed(club, place=place.slug)
        place.withdraw(self.editor, "There is no such town.")
        Place.objects.filter(pk=place.pk).update(confidentiality="confidential")
        answer = self.send(self.editor, "POST", f"{address}apply/")
        self.assert_errors(answer, "/place")
        self.assertEqual(self.done(200, self.contributor, "GET", address)["state"], "open")
