"""Who was invited and did not come, was excluded or prevented took no part, wherever one looks."""

from dialogues.choices import ABSENT, ParticipationRole
from dialogues.models import Participation
from tests import make
from tests.rules import RuleTest
from tests.writing import API, WritingTest, path

FIELDS = {"fields": "title"}


class Told(RuleTest):
    """A dialogue to which some came and some did not; and one more, where it is the other way round."""

    @classmethod
    def setUpTestData(cls):
        conflict = make.conflict()
        cls.north, cls.south = conflict.sides.all()
        cls.came, cls.absent = make.person(name="Came"), make.person(name="Absent")
        cls.club = make.organization(name="The club")
        cls.dialogue = make.dialogue(title="Here", conflict=conflict)
        cls.other = make.dialogue(title="There", conflict=conflict)
        cls.rows = {role: cls.row(role) for role in ABSENT}
        for dialogue, person, role in (
            (cls.dialogue, cls.came, "speaker"),
            (cls.other, cls.absent, "participant"),
            (cls.other, cls.came, "prevented"),
        ):
            make.participation(dialogue=dialogue, person=person, role=role)

    @classmethod
    def row(cls, role):
        """A row of each role of who did not come: of a person, of an organization, of somebody of its own."""
        who = {
            "prevented": {"person": cls.absent, "side": cls.north},
            "invited_absent": {"organization": cls.club},
            "excluded": {
                "person": (one := make.person()),
                "affiliation": make.affiliation(person=one, organization=cls.club),
            },
        }
        return make.participation(dialogue=cls.dialogue, role=role, **who[role])

    def ask(self, place, **query):
        answer = self.client.get(f"{API}{place}", query)
        self.assertEqual(answer.status_code, 200, answer.content)
        return answer.json()

    def titles(self, **query):
        return sorted(row["title"] for row in self.ask("dialogues/", **query)["results"])


class DialogueTest(Told):
    def test_they_are_listed_apart_with_their_role(self):
        row = self.ask(f"dialogues/{self.dialogue.slug}/")
        self.assertEqual(
            [(one["person"]["name"], one["role"]) for one in row["participations"]], [("Came", "speaker")]
        )
        self.assertEqual({one["role"] for one in row["did_not_take_part"]}, {*ABSENT})

    def test_a_role_that_is_new_is_one_of_who_came_or_of_who_did_not(self):
        took_part = {*ParticipationRole} - {*ABSENT}
        for role in ParticipationRole:
            row = make.participation(role=role)
            with self.subTest(role=role):
                came = Participation.objects.took_part().filter(pk=row.pk).exists()
                self.assertEqual(came, role in took_part)
                apart = Participation.objects.did_not_take_part().filter(pk=row.pk).exists()
                self.assertEqual(apart, not came)

    def test_no_filter_of_participants_finds_them(self):
        self.assertEqual(self.titles(participant=self.came.slug), ["Here"])
        self.assertEqual(self.titles(participant=self.absent.slug), ["There"])
        self.assertEqual(self.titles(participant__in=f"{self.came.slug},{self.absent.pk}"), ["Here", "There"])
        self.assertEqual(self.titles(organization=self.club.slug), [])
        self.assertEqual(self.titles(participant_organization=self.club.slug), [])
        self.assertEqual(self.titles(participant_side=self.north.pk), [])

    def test_they_are_found_as_who_did_not_come(self):
        self.assertEqual(self.titles(did_not_take_part=self.absent.slug), ["Here"])
        self.assertEqual(self.titles(did_not_take_part=self.came.slug), ["There"])
        self.assertEqual(self.titles(did_not_take_part_organization=self.club.slug), ["Here"])

    def test_a_role_is_that_of_who_is_asked_for_beside_it(self):
        came, absent = self.came.slug, self.absent.slug
        self.assertEqual(self.titles(participant_role="prevented"), ["Here", "There"])
        self.assertEqual(self.titles(participant_role__in="excluded,speaker"), ["Here"])
        self.assertEqual(self.titles(participant=came, participant_role="speaker"), ["Here"])
        self.assertEqual(self.titles(participant=absent, participant_role="speaker"), [])
        self.assertEqual(self.titles(did_not_take_part=came, participant_role="prevented"), ["There"])
        self.assertEqual(self.titles(did_not_take_part=came, participant_role="excluded"), [])
        both = {"participant": came, "did_not_take_part": absent}
        self.assertEqual(self.titles(**both, participant_role="speaker"), ["Here"])
        self.assertEqual(self.titles(**both, participant_role="prevented"), ["Here"])
        self.assertEqual(self.titles(**both, participant_role="excluded"), [])

    def test_a_hidden_row_tells_of_nobody(self):
        person = make.person()
        for state in ({"publication": "draft"}, {"confidentiality": "restricted"}):
            make.participation(dialogue=make.dialogue(), person=person, role="prevented", **state)
        self.assertEqual(self.titles(did_not_take_part=person.slug), [])
        self.assertEqual(self.titles(participant=person.slug), [])


class ParticipationTest(Told):
    def test_the_list_has_all_and_can_be_cut_down_to_either(self):
        every, came, absent = (
            self.ask("participations/", **query)["total"]
            for query in ({}, {"took_part": "true"}, {"took_part": "false"})
        )
        self.assertEqual((every, came, absent), (6, 2, 4))

    def test_a_reference_to_a_row_tells_its_role(self):
        group = make.group(dialogue=self.dialogue, role="invited_absent")
        row = make.participation(dialogue=self.dialogue, member_of=group, role="prevented")
        self.assertEqual(self.ask(f"participations/{row.pk}/")["member_of"]["role"], "invited_absent")

    def test_links_lead_to_either(self):
        listed = (
            ("people", self.absent, "participations", ["participant"]),
            ("people", self.absent, "did_not_take_part", ["prevented"]),
            ("organizations", self.club, "participations", []),
            ("organizations", self.club, "did_not_take_part", ["invited_absent"]),
            ("dialogues", self.dialogue, "participations", ["speaker"]),
            ("dialogues", self.dialogue, "did_not_take_part", ABSENT),
        )
        for place, record, name, roles in listed:
            with self.subTest(place=place, name=name):
                link = self.ask(f"{place}/{record.slug}/")["links"][name]
                rows = self.client.get(link).json()["results"]
                self.assertCountEqual([row["role"] for row in rows], roles)
        links = self.ask(f"people/{self.absent.slug}/")["links"]
        for name, titles in (("dialogues", ["There"]), ("dialogues_did_not_take_part", ["Here"])):
            rows = self.client.get(links[name]).json()["results"]
            self.assertEqual([row["title"] for row in rows], titles)

    def test_who_came_was_no_member_of_a_group_that_did_not(self):
        group = make.group(dialogue=self.dialogue, role="invited_absent")
        row = Participation(dialogue=self.dialogue, person=make.person(), member_of=group)
        self.assert_invalid(row, "member_of")
        row.role = "prevented"
        self.assert_valid(row)


class WriteTest(WritingTest):
    def version(self, record):
        record.refresh_from_db()
        return record.version

    def document(self, came=(), absent=()):
        rows = {"participations": came, "did_not_take_part": absent}
        return {"title": "A dialogue", **{name: [*some] for name, some in rows.items()}}

    def test_each_is_written_in_the_list_that_shows_it(self):
        came, absent = {"group_label": "who came"}, {"group_label": "who did not", "role": "excluded"}
        shown = self.done(201, self.contributor, "POST", f"{API}dialogues/", self.document([came], [absent]))
        lists = [
            [row["group_label"] for row in shown[name]] for name in ("participations", "did_not_take_part")
        ]
        self.assertEqual(lists, [["who came"], ["who did not"]])
        row = Participation.objects.get(role="excluded")
        self.assertEqual(row.created_by, self.contributor)

    def test_nobody_is_written_into_the_other_list(self):
        came, absent = {"group_label": "a group"}, {"group_label": "a group", "role": "prevented"}
        for document, place in (
            (self.document([came, absent]), "/participations/1/role"),
            (self.document([], [absent, came]), "/did_not_take_part/1/role"),
        ):
            answer = self.send(self.contributor, "POST", f"{API}dialogues/", document)
            self.assert_errors(answer, place)
        self.assertFalse(Participation.objects.exists())

    def test_a_dialogue_is_written_as_it_is_read(self):
        dialogue = make.dialogue()
        for role in ("participant", "excluded"):
            make.participation(dialogue=dialogue, role=role)
        read = self.done(200, self.editor, "GET", path(dialogue))
        read.pop("editorial")
        for method in ("PUT", "PATCH"):
            document = {**read, "title": method, "reason": "A misprint."}
            shown = self.done(200, self.editor, method, path(dialogue), document, self.version(dialogue))
            self.assertEqual((shown["title"], len(shown["did_not_take_part"])), (method, 1))
        document = {"did_not_take_part": [], "reason": "A misprint."}
        answer = self.send(self.editor, "PATCH", path(dialogue), document, self.version(dialogue))
        self.assert_errors(answer, "/did_not_take_part")

    def test_a_row_moves_from_one_list_to_the_other_with_its_role(self):
        dialogue = make.dialogue()
        row = make.participation(dialogue=dialogue, role="participant")
        change = {"role": "invited_absent", "reason": "She was not there."}
        self.done(200, self.editor, "PATCH", path(row), change, self.version(row))
        shown = self.done(200, None, "GET", path(dialogue))
        self.assertEqual((shown["participations"], len(shown["did_not_take_part"])), ([], 1))
