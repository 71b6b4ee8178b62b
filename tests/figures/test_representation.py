"""Who took part in a dialogue: counted, and what is recorded about them."""

import csv
import io

from django.test import TestCase

from tests import make


class DialogueRepresentationTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.conflict = make.conflict(title="A conflict")
        cls.side = cls.conflict.sides.get(name="North")
        cls.dialogue = make.dialogue(
            conflict=cls.conflict,
            start_date="2025-10-14",
            end_date="2025-10-15",
            disclosure="public",
            classification="forum",
        )

    def came(self, **given):
        return make.participation(dialogue=self.dialogue, **given)

    def group(self, **given):
        return self.came(person=None, group_label="A delegation", **given)

    def get(self, **given):
        answer = self.client.get(f"/api/v1/dialogues/{self.dialogue.slug}/representation/", given)
        self.assertEqual(answer.status_code, 200)
        return answer

    def found(self):
        return self.get().json()

    def rows(self, number):
        """The ids of the records behind a number."""
        answer = self.client.get(number["url"].partition("8000")[2])
        self.assertEqual(answer.status_code, 200, answer.content)
        return {row["id"] for row in answer.json()["results"]}

    def bucket(self, attribute, value):
        rows = self.found()["breakdown"]
        return next(row for row in rows if (row["attribute"], row["value"]) == (attribute, value))

    def test_a_named_person_a_group_and_a_withheld_one_are_told_apart(self):
        person, group = self.came(side=self.side), self.group()
        hidden = self.came(person=None, naming="withheld")
        total = self.found()["total"]
        for name, row in (("people", person), ("groups", group), ("withheld", hidden)):
            with self.subTest(name):
                self.assertEqual(total[name]["count"], 1)
                self.assertEqual(self.rows(total[name]), {str(row.pk)})
        self.assertEqual((total["people_min"], total["people_max"]), (2, None))
        self.assertEqual(total["words"], "1 named, total not stated")
        self.assertEqual(self.rows(total["groups_of_unknown_size"]), {str(group.pk)})

    def test_the_total_is_a_range_where_all_groups_have_a_size(self):
        group = self.group(count_min=3, count_max=5)
        self.came(member_of=group)
        self.came()
        total = self.found()["total"]
        self.assertEqual((total["people_min"], total["people_max"]), (4, 6))
        self.assertEqual(total["words"], "2 named of 4 to 6")

    def test_more_named_members_than_a_source_says_count(self):
        group = self.group(count_min=1)
        for _ in range(3):
            self.came(member_of=group)
        self.assertEqual(self.found()["total"]["people_min"], 3)

    def test_withheld_people_are_one_bucket_of_each_attribute(self):
        self.came(person=None, naming="withheld", side=self.side, role="speaker", capacity="official")
        rows = self.found()["breakdown"]
        self.assertEqual({row["value"] for row in rows}, {"withheld"})
        self.assertEqual([row["withheld"] for row in rows], [1] * 5)

    def test_a_bucket_leads_to_exactly_its_rows(self):
        first = self.came(side=self.side, role="speaker", person=make.person(gender="female"))
        other = self.came(no_side=True)
        third = self.group()
        for attribute, value, rows in (
            ("side", str(self.side.pk), {first}),
            ("side", "none", {other}),
            ("side", "not_stated", {third}),
            ("role", "speaker", {first}),
            ("gender", "female", {first}),
            ("capacity", "not_stated", {first, other, third}),
        ):
            with self.subTest(attribute=attribute, value=value):
                bucket = self.bucket(attribute, value)
                self.assertEqual(self.rows(bucket), {str(row.pk) for row in rows})
                self.assertEqual(sum(bucket[kind] for kind in ("people", "groups")), len(rows))

    def test_people_by_the_kind_of_their_organization_on_the_day(self):
        agency = make.organization(classification="news_agency")
        came = {}
        for active, dates in (
            ("certain", {"start_date": "2020", "end_date": "2026"}),
            ("attested", {"attested_date": "2025-10-14"}),
            ("possible", {"end_date": "2026"}),
            ("no", {"end_date": "2020"}),
        ):
            tie = make.affiliation(organization=agency, **dates)
            came[active] = {str(self.came(person=tie.person, affiliation=tie).pk)}
        alone, withheld = self.came(), self.came(person=None, naming="withheld")
        self.group()
        self.came(person=None, organization=agency)
        rows = self.found()["organizations"]
        found = [(row["classification"], row["active"], self.rows(row["people"])) for row in rows]
        last = [("not_stated", None, {str(alone.pk)}), ("withheld", None, {str(withheld.pk)})]
        self.assertEqual(found, [*(("news_agency", *one) for one in came.items()), *last])

    def test_those_who_did_not_come_are_apart(self):
        self.came(role="excluded")
        found = self.found()
        self.assertEqual([row["role"] for row in found["did_not_take_part"]], ["excluded"])
        self.assertEqual((found["participants"], found["breakdown"]), ([], []))
        self.assertEqual(found["total"]["people"]["count"], 0)

    def test_the_affiliation_is_that_of_the_day(self):
        tie = make.affiliation(start_date="2020", end_date="2026", role="editor")
        self.came(person=tie.person, affiliation=tie)
        row = self.found()["participants"][0]["affiliation_on_the_day"]
        self.assertEqual(row["organization"]["id"], str(tie.organization.pk))
        self.assertEqual((row["role"], row["as_of"]["active"]), ("editor", "certain"))

    def test_open_dialogues_of_the_conflict_before_it_count_as_earlier(self):
        person = self.came().person
        for day, disclosure in (("2024-01-01", "public"), ("2026-01-01", "public"), ("2023-01-01", "secret")):
            one = make.dialogue(conflict=self.conflict, start_date=day, end_date=day, disclosure=disclosure)
            make.participation(dialogue=one, person=person, already_public=True)
        earlier = self.found()["earlier"]
        self.assertEqual(self.rows(earlier["people"]), {str(person.pk)})
        self.assertEqual(earlier["dialogues"]["count"], 1)

    def test_a_dialogue_that_was_not_open_connects_nobody(self):
        self.came()
        self.dialogue.disclosure = "closed"
        self.dialogue.save()
        self.assertEqual(self.found()["earlier"], {"people": None, "dialogues": None})

    def test_only_what_is_said_of_the_group_is_shown(self):
        group = self.group()
        mine = make.assessment(person=None, organization=None, participation=group)
        make.assessment(person=self.came(member_of=group).person, organization=None)
        self.assertEqual([row["id"] for row in self.found()["assessments"]], [str(mine.pk)])

    def test_statements_by_the_side_of_the_speaker(self):
        person = self.came(side=self.side).person
        for speaker in (person, make.person()):
            statement = make.statement(speakers=())
            statement.about_dialogues.add(self.dialogue)
            make.speaker(statement, speaker)
        voices = {row["side"]: row["statements"]["count"] for row in self.found()["voices"]}
        self.assertEqual(voices, {"North": 1, "not_recorded": 1})

    def test_an_organization_speaks_for_the_side_for_which_it_came(self):
        organization = make.organization()
        self.came(person=None, organization=organization, side=self.side)
        make.statement(speakers=[organization], about_dialogues=[self.dialogue])
        voices = {row["side"]: row["statements"]["count"] for row in self.found()["voices"]}
        self.assertEqual(voices, {"North": 1})

    def test_hidden_rows_are_in_no_number(self):
        before = self.get().content
        hidden = self.came(publication="draft", side=self.side)
        make.statement(publication="draft").about_dialogues.add(self.dialogue)
        make.citation(hidden, source=make.source(publication="draft"))
        self.assertEqual(self.get().content, before)

    def test_each_list_is_a_table(self):
        row = self.came(side=self.side)
        for nested, column, value in (
            ({}, "id", str(row.pk)),
            ({"nested": "breakdown"}, "attribute", "side"),
            ({"nested": "dialogue"}, "id", str(self.dialogue.pk)),
        ):
            with self.subTest(**nested):
                text = self.get(format="csv", **nested).getvalue().decode()
                self.assertEqual(next(csv.DictReader(io.StringIO(text)))[column], value)

    def test_a_dialogue_that_nobody_sees_is_not_found(self):
        for one in (make.dialogue(publication="draft").pk, "no-such-dialogue"):
            answer = self.client.get(f"/api/v1/dialogues/{one}/representation/")
            self.assertEqual(answer.status_code, 404)

    def test_an_unknown_parameter_is_refused(self):
        answer = self.client.get(f"/api/v1/dialogues/{self.dialogue.pk}/representation/?side=x")
        self.assertEqual(answer.json()["errors"][0]["parameter"], "side")
