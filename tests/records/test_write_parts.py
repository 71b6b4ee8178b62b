"""Parts and references: kept, added, removed and ordered as a list says; hidden and absent fail alike."""

import uuid

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from dialogues.models import Participation, Statement
from people.models import Person, PersonCitation
from tests import make
from tests.writing import API, WritingTest, path
from tracker.records.values.codes.vocabularies import Publication


def version(record):
    return type(record).objects.get(pk=record.pk).version


class PartsTest(WritingTest):
    """The lists inside a record."""

    def change(self, record, status=200, method="PATCH", user=None, **document):
        document = {"reason": "A test.", **document}
        return self.done(status, user or self.editor, method, path(record), document, version(record))

    def test_parts_are_kept_by_their_id_changed_added_and_removed(self):
        person = make.person()
        kept, gone = make.name(person, "Kept"), make.name(person, "Gone")
        sent = [{"id": str(kept.pk), "text": "Changed"}, {"text": "Added", "kind": "former"}]
        names = self.change(person, other_names=sent)["other_names"]
        self.assertEqual({name["text"] for name in names}, {"Changed", "Added"})
        self.assertIn(str(kept.pk), {name["id"] for name in names})
        self.assertNotIn(str(gone.pk), {name["id"] for name in names})

    def test_what_a_part_leaves_out_is_emptied(self):
        person = make.person()
        name = make.name(person, "Kept", lang="az", start_date="2020")
        (shown,) = self.change(person, other_names=[{"id": str(name.pk), "text": "Kept"}])["other_names"]
        self.assertEqual((shown["lang"], shown["start_date"]), ("", None))

    def test_the_version_rises_by_one_however_many_parts_change(self):
        person = make.person()
        before = version(person)
        self.change(person, other_names=[{"text": f"Name {number}"} for number in range(5)])
        self.assertEqual(version(person), before + 1)

    def test_a_change_of_parts_alone_raises_the_version(self):
        person = make.person()
        before = version(person)
        self.change(person, other_names=[])
        self.assertEqual(version(person), before + 1)

    def test_it_changed_for_the_public_when_what_the_public_reads_did(self):
        person = make.person()
        hidden = make.name(person, "Hidden", confidentiality="restricted")
        question = make.question()
        for record, document, public in (
            (person, {"other_names": [{"id": str(hidden.pk), "text": "Hidden"}]}, False),
            (person, {"other_names": []}, False),
            (person, {"other_names": [{"text": "Known"}]}, True),
            (person, {"description": person.description}, False),
            (statement := make.statement(), {"questions": [question.slug]}, True),
            (statement, {"questions": [question.slug]}, False),
        ):
            before = type(record).objects.get(pk=record.pk)
            self.change(record, **document)
            after = type(record).objects.get(pk=record.pk)
            with self.subTest(document=document):
                self.assertEqual(after.changed_at != before.changed_at, public)
                self.assertGreater(after.version, before.version)

    def test_lists_that_are_left_out_stay_with_patch_and_are_emptied_by_put(self):
        person = make.person()
        make.name(person, "Kept")
        self.assertEqual(len(self.change(person, description="x")["other_names"]), 1)
        citations = [{"source": make.shared_source().slug}]
        shown = self.change(person, method="PUT", name="Only", citations=citations)
        self.assertEqual((shown["other_names"], shown["description"]), ([], ""))

    def test_speakers_and_sides_stand_in_the_order_of_their_list(self):
        statement = make.statement(speakers=["first", "second", "third"])
        before = self.read(statement)["speakers"]
        turned = [before[2], {"label": "new"}, before[0], before[1]]
        after = self.change(statement, speakers=turned)["speakers"]
        self.assertEqual([row["label"] for row in after], ["third", "new", "first", "second"])
        self.assertEqual([after[0]["id"], after[2]["id"]], [before[2]["id"], before[0]["id"]])
        conflict = make.conflict(sides=["North", "South"])
        sides = self.read(conflict)["sides"]
        after = self.change(conflict, sides=[*sides[::-1], {"name": "East"}])["sides"]
        self.assertEqual([row["name"] for row in after], ["South", "North", "East"])

    def test_a_part_of_another_record_is_not_moved(self):
        mine, other = make.person(), make.person()
        name = make.name(other, "Theirs")
        self.change(mine, other_names=[{"id": str(name.pk), "text": "Mine"}])
        self.assertEqual(other.other_names.get().text, "Theirs")

    def test_a_part_that_others_point_at_is_not_removed(self):
        conflict = make.conflict()
        make.dialogue(conflict=conflict, venue_side=conflict.sides.first())
        answer = self.send(
            self.editor, "PATCH", path(conflict), {"sides": [], "reason": "x"}, version(conflict)
        )
        self.assert_errors(answer, "/sides")
        self.assertEqual(conflict.sides.count(), 2)

    def test_two_sides_of_one_name_are_refused_at_the_second(self):
        sides = [{"name": "North"}, {"name": "North"}]
        answer = self.send(self.editor, "POST", f"{API}conflicts/", {"title": "A", "sides": sides})
        self.assert_errors(answer, "/sides/1")
        self.assertEqual(answer.json()["errors"][0]["detail"], "Another one has the same name.")

    def test_sides_take_each_others_names(self):
        conflict = make.conflict(sides=["North", "South"])
        north, south = self.read(conflict)["sides"]
        turned = [{**north, "name": "South"}, {**south, "name": "North"}]
        after = self.change(conflict, sides=turned)["sides"]
        self.assertEqual(
            [(row["id"], row["name"]) for row in after], [(row["id"], row["name"]) for row in turned]
        )
        answer = self.send(
            self.editor,
            "PATCH",
            path(conflict),
            {"sides": [{**north, "name": "East"}, {**south, "name": "East"}], "reason": "x"},
            version(conflict),
        )
        self.assert_errors(answer, "/sides/1")

    def test_rules_of_parts_are_told_in_their_words(self):
        given = {"name": "A", "citations": [{"source": str(make.source().pk), "basis": "inferred"}]}
        answer = self.send(self.editor, "POST", f"{API}people/", given)
        self.assert_errors(answer, "/citations/0")
        self.assertEqual(answer.json()["errors"][0]["detail"], "Explain how it follows from the source.")
        speakers = [{"label": "x"}, {"label": "y", "naming": "withheld"}]
        answer = self.send(self.editor, "POST", f"{API}statements/", {"title": "A", "speakers": speakers})
        self.assert_errors(answer, "/speakers/1")

    def test_an_identifier_of_another_published_record_is_refused_without_its_name(self):
        make.identifier(make.person(name="Hidden Name"), identifier="Q1")
        person = make.person()
        ids = [{"scheme": "wikidata", "identifier": "Q1"}]
        answer = self.send(
            self.editor, "PATCH", path(person), {"identifiers": ids, "reason": "x"}, version(person)
        )
        self.assert_errors(answer, "/identifiers/0")
        self.assertNotIn(b"Hidden", answer.content)
        self.assertFalse(person.identifiers.exists())


class UnseenTest(WritingTest):
    """What the writer does not see stays as it is."""

    def put_back(self, record, user):
        document = {**self.read(record, user), "reason": "x"}
        return self.done(200, user, "PUT", path(record), document, version(record))

    def draft(self, model, **fields):
        return make.one(model, publication="draft", created_by=self.contributor, **fields)

    def test_citations_of_hidden_sources_and_restricted_names_stay(self):
        person = self.draft(Person)
        hidden = make.citation(person, source=make.source(confidentiality="confidential"))
        name = make.name(person, "Secret", confidentiality="restricted")
        shown = self.put_back(person, self.contributor)
        self.assertEqual(len(shown["citations"]), 1)
        self.assertEqual(shown["other_names"], [])
        self.assertTrue(PersonCitation.objects.filter(pk=hidden.pk).exists())
        self.assertEqual(person.other_names.get(), name)

    def test_a_hidden_part_cannot_be_changed_by_its_id(self):
        person = self.draft(Person)
        name = make.name(person, "Secret", confidentiality="restricted")
        document = {"other_names": [{"id": str(name.pk), "text": "Mine"}]}
        self.done(200, self.contributor, "PATCH", path(person), document, version(person))
        self.assertEqual(set(person.other_names.values_list("text", flat=True)), {"Secret", "Mine"})

    def test_keys_and_links_to_what_is_hidden_stay(self):
        place = make.place(confidentiality="restricted")
        secret = make.person(confidentiality="restricted")
        statement = self.draft(Statement, place=place, about_people=[secret, make.person()])
        shown = self.put_back(statement, self.contributor)
        self.assertIsNone(shown["place"])
        self.assertEqual(len(shown["about_people"]), 1)
        statement.refresh_from_db()
        self.assertEqual(statement.place, place)
        self.assertIn(secret, statement.about_people.all())
        self.done(200, self.contributor, "PATCH", path(statement), {"about_people": []}, version(statement))
        self.assertEqual(list(statement.about_people.all()), [secret])

    def test_a_visible_key_is_emptied(self):
        statement = self.draft(Statement, place=make.place())
        self.done(200, self.contributor, "PATCH", path(statement), {"place": None}, version(statement))
        statement.refresh_from_db()
        self.assertIsNone(statement.place)


class ReferenceTest(WritingTest):
    """What a record refers to: by id, by slug, or by an object that holds one."""

    def post(self, **fields):
        document = {"dialogue": self.dialogue.slug, **fields}
        return self.send(self.editor, "POST", f"{API}participations/", document)

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.dialogue, cls.person = make.dialogue(), make.person()

    def test_every_form_names_the_same_record(self):
        person = self.read(self.person)
        forms = [
            str(self.person.pk),
            self.person.slug,
            {"id": str(self.person.pk)},
            {"slug": self.person.slug},
            {"id": str(self.person.pk), "name": "ignored"},
            person,
        ]
        for form in forms:
            with self.subTest(form=str(form)[:40]):
                with transaction.atomic():  # nobody is entered twice for a dialogue
                    answer = self.post(person=form)
                    transaction.set_rollback(True)
                self.assertEqual(answer.status_code, 201, answer.content)
                self.assertEqual(answer.json()["person"]["id"], str(self.person.pk))

    def test_hidden_absent_and_meaningless_fail_alike(self):
        make.person(publication="draft", slug="drafted")
        hidden = make.person(confidentiality="confidential")
        withdrawn = make.person(publication="withdrawn", slug="withdrawn")
        forms = [
            hidden.pk,
            hidden.slug,
            uuid.uuid4(),
            "nobody",
            "drafted",
            withdrawn.slug,
            "",
            5,
            True,
            [],
            {},
        ]
        forms += [{"id": 5}, {"id": None}, {"slug": ["x"]}, [str(self.person.pk)], "\u202e", "x" * 5000]
        bodies = set()
        for form in forms:
            form = str(form) if isinstance(form, uuid.UUID) else form
            with self.subTest(form=str(form)[:40]):
                # another reference of the same model does not lend itself
                answer = self.post(person=form, affiliation=None)
                self.assert_errors(answer, "/person")
                bodies.add(answer.content)
        self.assertEqual(len(bodies), 1)
        self.assertIn(b"an id or a slug of a person that you can see", bodies.pop())

    def test_a_reference_lends_itself_to_no_other(self):
        """A wrong one beside a right one of the same kind, which has no slug."""
        affiliation = make.affiliation()
        answer = self.send(
            self.editor,
            "POST",
            f"{API}participations/",
            [
                {"dialogue": self.dialogue.slug, "person": str(affiliation.person.pk), "affiliation": form}
                for form in (str(affiliation.pk), 5, {})
            ],
        )
        self.assert_errors(answer, "/1/affiliation", "/2/affiliation")

    def test_a_slug_names_what_is_published_and_never_what_had_it_before(self):
        old = make.place(name="Old", slug="town", publication="withdrawn")
        new = make.place(name="New", slug="town")
        for order in ((str(old.pk), "town"), ("town", str(old.pk))):
            documents = [{"name": "Quarter", "parent": key} for key in order]
            rows = self.done(201, self.editor, "POST", f"{API}places/", documents)["results"]
            found = {key: row["parent"]["id"] for key, row in zip(order, rows, strict=True)}
            self.assertEqual(found, {"town": str(new.pk), str(old.pk): str(old.pk)})

    def test_one_statement_for_each_model_however_many_references(self):
        def statements(count):
            people = [make.person() for _ in range(count)]
            document = {
                "title": "A dialogue",
                "participations": [
                    {"person": person.slug, "citations": [{"source": make.shared_source().slug}]}
                    for person in people
                ],
            }
            self.log_in(self.editor)
            with CaptureQueriesContext(connection) as queries:
                self.done(201, self.editor, "POST", f"{API}dialogues/", document)
            return queries

        statements(1)
        two, ten = statements(2), statements(10)
        lookups = [
            sum('FROM "people_person"' in one["sql"] and "slug" in one["sql"] for one in captured)
            for captured in (two, ten)
        ]
        self.assertEqual(lookups, [lookups[0]] * 2)
        per_row = (len(ten) - len(two)) / 8
        self.assertLessEqual(per_row, 9, [one["sql"][:80] for one in ten])
        self.assertEqual(per_row, int(per_row))
        self.assertEqual(Participation.objects.filter(publication=Publication.DRAFT).count(), 13)
