"""Who took part in several dialogues: counted again from the lists of the API."""

from collections import Counter
from itertools import groupby
from random import Random
from unittest import mock

from django.test import TestCase

from dialogues.models import Dialogue
from tests import make
from tests.figures.asking import FigureAsking

ABSENT = ("invited_absent", "excluded", "prevented")
NOT_HELD = ("planned", "postponed", "canceled")
CONNECTING = ("public", "announced_after")


def kind_of(row):
    if row["naming"] != "named":
        return "withheld"
    return "people" if row["person"] else "organizations" if row["organization"] else "groups"


def least_and_most(rows):
    """How many people took part in one dialogue, from its participations; None: not stated."""
    groups = {row["id"]: row for row in rows if row["group_label"]}
    people = [row for row in rows if not row["group_label"] and not row["organization"]]
    group_of = [row["member_of"] and row["member_of"]["id"] for row in people]
    least = most = sum(group not in groups for group in group_of)
    for pk, group in groups.items():
        came = group_of.count(pk)
        least += max(group["count_min"] or 0, came)
        most = None if None in (most, group["count_max"]) else most + max(group["count_max"], came)
    return least, most if groups else None


class RandomDialoguesTest(FigureAsking, TestCase):
    @classmethod
    def setUpTestData(cls):
        rng = cls.rng = Random(20251015)
        cls.conflict, other = make.conflict(), make.conflict()
        cls.people = [make.person(gender=rng.choice(["female", "male", "unknown"])) for _ in range(6)]
        cls.series = make.dialogue(conflict=cls.conflict, classification="series", start_date="2020")
        for number in range(14):
            cls.fill(
                make.dialogue(
                    conflict=rng.choice([cls.conflict, cls.conflict, other, None]),
                    start_date=f"20{10 + number}",
                    disclosure=rng.choice([*CONNECTING, "public", "closed", "secret", "unknown"]),
                    status=rng.choice(["held", "held", "disputed", "planned"]),
                    parent=rng.choice([cls.series, None]),
                    classification=rng.choice(["forum", "visit"]),
                )
            )
        cls.fill(cls.series)

    @classmethod
    def fill(cls, dialogue):
        rng, sides = cls.rng, [None, *(dialogue.conflict.sides.all() if dialogue.conflict else ())]
        groups = []
        for _ in range(rng.randrange(3)):
            low = rng.choice([None, 1, 3])
            high = rng.choice([None, 4]) if low else None
            groups.append(
                cls.came(dialogue, sides, person=None, group_label="some", count_min=low, count_max=high)
            )
        for person in rng.sample(cls.people, rng.randrange(5)):
            group = rng.choice([None, *groups])
            role = rng.choice(["participant", "speaker", *(() if group else ABSENT)])
            cls.came(dialogue, sides, person=person, member_of=group, role=role)
        for naming in rng.sample(["withheld", "withheld", "pseudonym"], rng.randrange(3)):
            pseudonym = "X" if naming == "pseudonym" else ""
            cls.came(dialogue, sides, person=None, naming=naming, pseudonym=pseudonym)
        if rng.random() < 0.4:
            cls.came(dialogue, sides, person=None, organization=make.organization(), role="host")

    @classmethod
    def came(cls, dialogue, sides, **given):
        given = {"side": cls.rng.choice(sides), "capacity": cls.rng.choice(["expert", "unknown"]), **given}
        return make.participation(dialogue=dialogue, already_public=True, **given)

    def rows(self, address, **given):
        return self.asked(address, page_size=200, **given).json()["results"]

    def assert_figure(self, **given):
        found, dialogues = self.asked("representation", **given).json(), self.rows("dialogues", **given)
        keys = {row["id"] for row in dialogues}
        rows = [row for row in self.rows("participations") if row["dialogue"]["id"] in keys]
        came = [row for row in rows if row["role"] not in ABSENT]
        self.assert_leads_to(found["selected"], keys)
        self.assert_kinds(found["total"], came)
        self.assert_leads_to(found["named_people"], {row["person"]["id"] for row in came if row["person"]})
        ranges = [least_and_most([row for row in came if row["dialogue"]["id"] == key]) for key in keys]
        most = None if not keys or None in [high for _, high in ranges] else sum(high for _, high in ranges)
        self.assertEqual(found["total"]["people_min"], sum(low for low, _ in ranges))
        self.assertEqual(found["total"]["people_max"], most)
        self.assert_breakdown(found["breakdown"], came)
        self.assert_absent(found["did_not_take_part"], rows)
        self.assert_each(found, dialogues, rows)
        self.assert_returning(found["returning"], dialogues, came)

    def assert_kinds(self, numbers, came):
        for kind in ("people", "organizations", "groups", "withheld"):
            self.assert_leads_to(numbers[kind], {row["id"] for row in came if kind_of(row) == kind})

    def assert_breakdown(self, buckets, came):
        kinds = Counter(map(kind_of, came))
        for attribute, same in groupby(buckets, key=lambda row: row["attribute"]):
            same = list(same)
            for kind in kinds if attribute != "gender" else ("people", "withheld"):
                self.assertEqual(sum(row[kind] for row in same), kinds[kind], (attribute, kind))
            for row in same:
                if row["url"] is not None:
                    total = sum(row[kind] for kind in ("people", "organizations", "groups", "withheld"))
                    self.assertEqual(len(self.behind(row)), total, row)

    def assert_absent(self, numbers, rows):
        self.assertEqual([row["role"] for row in numbers], [*ABSENT, "withheld"])
        for number in numbers:
            named = {row["id"] for row in rows if row["role"] == number["role"] and row["naming"] == "named"}
            self.assert_leads_to(number, named)

    def assert_each(self, found, dialogues, rows):
        self.assertEqual([row["id"] for row in found["dialogues"]], [row["id"] for row in dialogues])
        for row in found["dialogues"]:
            own = [one for one in rows if one["dialogue"]["id"] == row["id"]]
            came = [one for one in own if one["role"] not in ABSENT]
            self.assert_kinds(row, came)
            self.assertEqual((row["people_min"], row["people_max"]), least_and_most(came))
            self.assert_leads_to(row["did_not_take_part"], {one["id"] for one in own if one not in came})
            self.assert_sides(row["sides"], came)

    def assert_sides(self, buckets, came):
        for row in buckets:
            behind = [one for one in came if one["id"] in self.behind(row)]
            for kind in ("people", "organizations", "groups", "withheld"):
                self.assertEqual(row[kind], sum(kind_of(one) == kind for one in behind), row)
            sizes = [(one["count_min"], one["count_max"]) for one in behind if one["group_label"]]
            self.assertEqual(row["groups_of_unknown_size"], sizes.count((None, None)))
            numbers = [row[kind] for kind in ("people", "organizations", "groups", "withheld")]
            self.assertEqual(sum(numbers), len(self.behind(row)), row)
        self.assertEqual(sum(len(self.behind(row)) for row in buckets), len(came))

    def assert_returning(self, found, dialogues, came):
        opened = [
            row for row in dialogues if row["disclosure"] in CONNECTING and row["status"] not in NOT_HELD
        ]
        parents = {row["parent"]["id"] for row in opened if row["parent"]}
        keys = {row["id"] for row in opened} - parents
        pairs = {(row["person"]["id"], row["dialogue"]["id"]) for row in came if row["person"]}
        counts = Counter(person for person, dialogue in pairs if dialogue in keys)
        recorded = {row["dialogue"]["id"] for row in came} & keys
        self.assert_leads_to(found["dialogues"], recorded)
        self.assert_leads_to(found["of_people"], counts)
        if len(recorded) < 2:
            self.assertIsNone(found["people"])
        else:
            self.assert_leads_to(found["people"], {person for person, n in counts.items() if n > 1})

    def test_it_is_what_the_lists_of_the_api_say(self):
        for given in (
            {},
            {"conflict": self.conflict.slug},
            {"conflict": self.conflict.slug, "classification": "forum"},
            {"parent": self.series.slug},
            {"period_overlaps": "2012/2018"},
            {"start_date_overlaps": "2012/2018"},
            {"disclosure__in": "closed,secret,unknown"},
            {"id__in": str(self.series.pk)},
            {"conflict": "no-such-conflict"},
        ):
            with self.subTest(**given):
                self.assert_figure(**given)

    def test_where_no_filter_selects_the_same_rows_there_is_no_link(self):
        asked = {"period_overlaps": "2000/2030"}
        self.assertIsNotNone(self.asked("representation", **asked).json()["total"]["people"]["url"])
        with self.settings(MAX_VALUES=3):
            found = self.asked("representation", **asked).json()
        self.assertIsNone(found["total"]["people"]["url"])
        self.assertEqual({row["url"] for row in found["breakdown"]}, {None})

    def test_the_latest_are_listed_and_how_many_more_there_are(self):
        with mock.patch("tracker.figures.series.MOST_DIALOGUES", 3):
            found = self.asked("representation").json()
        every = self.asked("representation").json()
        self.assertEqual(found["dialogues"], every["dialogues"][-3:])
        self.assertEqual((found["more"], every["more"]), (12, 0))
        self.assertEqual(found["total"], every["total"])


class SeriesTest(FigureAsking, TestCase):
    def test_people_return_through_open_dialogues_only(self):
        person = make.person()
        for disclosure in ("public", "closed", "secret", "unknown"):
            one = make.dialogue(disclosure=disclosure)
            make.participation(dialogue=one, person=person, already_public=True)
        self.assertEqual(Dialogue.objects.count(), 4)
        found = self.asked("representation").json()["returning"]
        self.assertEqual((found["people"], found["of_people"]["count"]), (None, 1))
        make.participation(dialogue=make.dialogue(disclosure="announced_after"), person=person)
        found = self.asked("representation").json()["returning"]
        self.assert_leads_to(found["people"], {person})
        self.assertIn("1 of 1 named people", found["words"])

    def test_no_filter_by_who_took_part(self):
        for name in ("participant", "participant_side", "participant_role", "did_not_take_part"):
            answer = self.client.get("/api/v1/representation/", {name: "someone"})
            self.assertEqual(answer.status_code, 400, name)

    def test_hidden_rows_change_nothing(self):
        conflict = make.conflict()
        group = make.group(dialogue=make.dialogue(conflict=conflict), count_min=2, count_max=3)
        person = make.participation(dialogue=group.dialogue, side=conflict.sides.first()).person
        asked = [{}, {"conflict": conflict.slug}, {"start_date_overlaps": "2025"}]
        before = [self.asked("representation", **given).content for given in asked]
        draft = {"publication": "draft"}
        make.participation(dialogue=group.dialogue, member_of=group, **draft)
        make.participation(dialogue=group.dialogue, role="excluded", **draft)
        make.participation(dialogue=group.dialogue, person=make.person(confidentiality="restricted"))
        make.participation(dialogue=make.dialogue(conflict=conflict, **draft), person=person)
        make.citation(group, source=make.source(**draft))
        self.assertEqual([self.asked("representation", **given).content for given in asked], before)

    def test_who_came_with_a_hidden_group_came_alone(self):
        dialogue = make.dialogue()
        hidden = make.group(dialogue=dialogue, publication="draft", count_min=9)
        make.participation(dialogue=dialogue, member_of=hidden)
        make.group(dialogue=dialogue, count_min=2, count_max=3)
        total = self.asked(f"dialogues/{dialogue.pk}/representation").json()["total"]
        self.assertEqual((total["people_min"], total["people_max"]), (3, 4))

    def test_sides_of_a_hidden_conflict_are_not_stated(self):
        conflict = make.conflict(sides=["Hidden"], publication="draft")
        dialogue = make.dialogue(conflict=conflict)
        row = make.participation(dialogue=dialogue, side=conflict.sides.get())
        make.participation(dialogue=make.dialogue(conflict=conflict, start_date="2020"), person=row.person)
        make.statement(speakers=[row.person]).about_dialogues.add(dialogue)
        for address in (f"dialogues/{dialogue.pk}/representation", "representation"):
            answer = self.asked(address)
            self.assertNotIn(b"Hidden", answer.content)
            (side,) = (one for one in answer.json()["breakdown"] if one["attribute"] == "side")
            self.assertEqual(side["value"], "not_stated")
            self.assertEqual(len(self.behind(side)), side["people"])
        found = self.asked(f"dialogues/{dialogue.pk}/representation").json()
        self.assertEqual(found["earlier"], {"people": None, "dialogues": None})
        self.assertEqual([row["side"] for row in found["voices"]], ["not_recorded"])

    def test_cases_of_a_hidden_conflict_are_not_connected(self):
        conflict = make.conflict(publication="draft")
        make.case_event(case=make.case(conflict=conflict))
        dialogue = make.dialogue(conflict=conflict)
        found = self.asked(f"dialogues/{dialogue.pk}/concurrent-cases").json()
        self.assertEqual((found["people"], found["total"]["count"]), ([], 0))
