"""Who took part in which dialogue, as a network."""

from datetime import UTC, datetime
from unittest import mock
from xml.etree import ElementTree

from django.db.models import QuerySet
from django.test import TestCase

from people.models import Consent, Person
from tests import make
from tests.generate import PUBLIC, World
from tracker.figures.overviews import network

NETWORK = "/api/v1/network/"
SPACE = {"g": network.GRAPHML_SPACE}


class NetworkTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.conflict = make.conflict()
        cls.dialogue = make.dialogue(conflict=cls.conflict)
        cls.row = make.participation(dialogue=cls.dialogue, role="speaker", side=cls.conflict.sides.first())

    def get(self, **given):
        answer = self.client.get(NETWORK, given)
        self.assertEqual(answer.status_code, 200)
        return answer

    def edges(self, **given):
        return {edge["id"] for edge in self.get(**given).json()["edges"]}

    def test_an_edge_leads_from_a_person_to_a_dialogue_with_its_source(self):
        found = self.get().json()
        (edge,) = found["edges"]
        self.assertEqual((edge["role"], edge["side"]["name"]), ("speaker", "North"))
        self.assertEqual(edge["sources"], [edge["citations"][0]["source"]["url"]])
        ends = {str(self.row.person.pk): "people", str(self.dialogue.pk): "dialogues"}
        self.assertEqual({node["id"]: node["kind"] for node in found["nodes"]}, ends)

    def test_only_named_people_and_organizations_who_came(self):
        organization = make.participation(dialogue=self.dialogue, organization=make.organization())
        make.participation(dialogue=self.dialogue, role="excluded")
        group = make.group(dialogue=self.dialogue)
        withheld = make.participation(dialogue=self.dialogue, person=None, naming="withheld")
        self.assertEqual(self.edges(), {str(self.row.pk), str(organization.pk)})
        not_drawn = self.get().json()["not_drawn"]
        for name, one in (("groups", group), ("withheld", withheld)):
            rows = self.client.get(not_drawn[name]["url"].partition("8000")[2]).json()["results"]
            self.assertEqual([row["id"] for row in rows], [str(one.pk)])

    def test_only_open_dialogues(self):
        for disclosure in ("closed", "secret", "unknown", "announced_after"):
            other = make.dialogue(disclosure=disclosure)
            row = make.participation(dialogue=other, already_public=True)
            with self.subTest(disclosure):
                self.assertEqual(str(row.pk) in self.edges(), disclosure == "announced_after")

    def test_consent_must_cover_participations(self):
        person = make.person(basis="consent")
        row = make.participation(dialogue=self.dialogue, person=person)
        for scope, shown in ((None, False), ("name", False), ("participations", True)):
            if scope:
                Consent.objects.create(record=person, scope=scope, form="written", date="2025")
            with self.subTest(scope):
                self.assertEqual(str(row.pk) in self.edges(), shown)
        Consent.objects.update(withdrawn_on=datetime.now(UTC).date())
        self.assertNotIn(str(row.pk), self.edges())

    def test_filters_of_dialogues(self):
        make.participation(dialogue=make.dialogue(classification="summit"))
        self.assertEqual(self.edges(classification="meeting"), {str(self.row.pk)})
        self.assertEqual(self.client.get(NETWORK, {"classification": "x"}).status_code, 400)

    def test_it_says_how_many_edges_are_left_out(self):
        newer = make.participation(dialogue=make.dialogue(start_date="2026"))
        with mock.patch.object(network, "MOST_EDGES", 1):
            found = self.get().json()
        self.assertEqual(([edge["id"] for edge in found["edges"]], found["left_out"]), ([str(newer.pk)], 1))

    def test_graphml(self):
        answer = self.get(format="graphml")
        self.assertEqual(answer["Content-Type"], "application/graphml+xml")
        root = ElementTree.fromstring(answer.getvalue())  # noqa: S314 - made here
        (edge,) = root.iterfind("g:graph/g:edge", SPACE)
        ends = (str(self.row.person.pk), str(self.dialogue.pk))
        self.assertEqual((edge.get("source"), edge.get("target")), ends)
        self.assertEqual({node.get("id") for node in root.iterfind("g:graph/g:node", SPACE)}, {*ends})
        data = {one.get("key"): one.text for one in edge.iterfind("g:data", SPACE)}
        self.assertEqual((data["edge-role"], data["edge-side"]), ("speaker", "North"))
        keys = {one.get("id") for one in root.iterfind("g:key", SPACE)}
        self.assertLessEqual({one.get("key") for one in root.iter(f"{{{network.GRAPHML_SPACE}}}data")}, keys)

    def test_signs_that_xml_forbids_are_left_out(self):
        QuerySet(Person).update(name="A\x01 \uffffname")
        for url in ("/api/v1/network/?format=graphml", "/network/picture.svg"):
            found = ElementTree.fromstring(self.client.get(url).getvalue())  # noqa: S314 - made here
            self.assertIn("A name", "".join(found.itertext()))

    def test_it_is_no_format_of_lists(self):
        self.assertEqual(self.client.get("/api/v1/dialogues/", {"format": "graphml"}).status_code, 400)

    def test_nothing_of_cases_is_in_it(self):
        before = self.get().content
        make.case_event(case=make.case(person=self.row.person, conflict=self.conflict))
        self.assertEqual(self.get().content, before)

    def test_hidden_rows_change_nothing(self):
        before = self.get().content
        make.participation(dialogue=self.dialogue, publication="draft")
        make.participation(dialogue=self.dialogue, person=make.person(publication="draft"))
        make.participation(dialogue=make.dialogue(publication="draft"))
        make.citation(self.row, source=make.source(publication="draft"))
        self.assertEqual(self.get().content, before)


class GeneratedNetworkTest(TestCase):
    def test_the_edges_are_the_public_participations_of_open_dialogues(self):
        World(7, states=[PUBLIC] * 20 + [("draft", "public")] * 5).build()
        for status in ("held", "disputed", "canceled"):
            make.participation(dialogue=make.dialogue(status=status))
        came = self.client.get("/api/v1/participations/?took_part=true&page_size=200").json()["results"]
        wanted = set()
        for row in came:
            dialogue = self.client.get(row["dialogue"]["url"].partition("8000")[2]).json()
            person = row["person"] and self.client.get(row["person"]["url"].partition("8000")[2]).json()
            held = dialogue["status"] not in ("planned", "postponed", "canceled")
            if (
                held
                and dialogue["disclosure"] in ("public", "announced_after")
                and (row["organization"] or (person and person["basis"] != "consent"))
            ):
                wanted.add(row["id"])
        self.assertTrue(wanted)
        found = self.client.get(NETWORK).json()
        self.assertEqual({edge["id"] for edge in found["edges"]}, wanted)
        ends = {edge["dialogue"]["id"] for edge in found["edges"]}
        ends |= {(edge["person"] or edge["organization"])["id"] for edge in found["edges"]}
        self.assertEqual({node["id"] for node in found["nodes"]}, ends)
