"""All that is published is reached from the API root by the addresses in the answers, with its sources."""

from collections import deque
from functools import cache

import pytest
from django.conf import settings
from django.test import Client, TestCase

from dialogues.models import Dialogue, Participation, Statement
from people.models import (
    Affiliation,
    CaseActor,
    CaseEvent,
    CaseRelation,
    Charge,
    Occupation,
    PersecutionCase,
    Person,
    Recognition,
)
from tests import catalog, make
from tests.sampling import some
from tests.test_fixtures import load
from tracker.records.api.citation_views import TABLES
from tracker.records.shapes.urls import list_url

ROOT = f"{settings.PUBLIC_URL}/api/v1/"
CITATION = f"{ROOT}citations/"
NO_RECORDS = ("schema/", "docs/", "proposals/")  # the API described, and what only writers are shown


def addresses(value, but=()):
    """Every address of the API in an answer, wherever it stands, but not below these keys."""
    if isinstance(value, dict):
        value = [each for key, each in value.items() if key not in but]
    if isinstance(value, list):
        for each in value:
            yield from addresses(each, but)
    elif isinstance(value, str) and value.startswith(ROOT) and not value.endswith(NO_RECORDS):
        yield value


def address(record):
    return f"{list_url(type(record))}{record.pk}/"


@cache
def ask(url):
    """The answer at an address, which must be there."""
    answer = Client().get(url)
    assert answer.status_code == 200, f"{url} answers {answer.status_code}"
    return answer.json()


def is_list(url):
    return url.removeprefix(ROOT).partition("?")[0].count("/") == 1


def crawl():
    """{address: answer} of all that the root leads to, of most records how lists show them; filtered lists.

    Those are left to the tests, and so are single citations, which their records show too.
    """
    found, filtered, waiting = {}, set(), deque([ROOT])
    while waiting:
        url = waiting.pop()
        if url not in found:
            answer = ask(url)
            found |= {url: answer, **{row["url"]: row for row in answer.get("results", ()) if "url" in row}}
            for each in addresses(answer, but=["links"]):
                if "?" in each and each != answer.get("next"):
                    filtered.add(each)
                elif is_list(each):
                    waiting.append(each)
                elif not each.startswith(CITATION):  # after all lists
                    waiting.appendleft(each)
    return found, sorted(filtered)


class CrawlTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        load()
        for model in make.BUILDERS:  # the article tells of no actor, no recognition
            if not model.objects.exists():
                make.one(model)
        ask.cache_clear()
        cls.found, cls.filtered = crawl()

    def test_every_published_record_is_reached(self):
        for view in catalog.RECORDS:
            for row in view.model().objects.visible_to(None):
                self.assertIn(address(row), self.found, f"nothing leads to {row!r}")

    @pytest.mark.broad
    def test_every_record_answers_at_its_address(self):
        for url in some(url for url in self.found if not is_list(url)):
            self.assertEqual(ask(url).get("url", url), url)

    @pytest.mark.broad
    def test_every_list_behind_a_number_answers(self):
        self.assertGreater(len(self.filtered), 100)
        for url in some(self.filtered, one_in=9):
            self.assertIn("results", ask(url))

    @pytest.mark.broad
    def test_every_cited_record_shows_its_citations_and_their_sources(self):
        for table in TABLES:
            for citation in some(table.objects.visible_to(None).select_related("record")):
                url = address(citation.record)
                shown = {one["id"]: one["source"]["id"] for one in ask(url)["citations"]}
                self.assertEqual(shown.get(str(citation.pk)), str(citation.source_id), url)

    def test_a_citation_has_an_address_of_its_own(self):
        for table in TABLES:
            citation = table.objects.visible_to(None).first()
            if citation:
                self.assertEqual(ask(f"{CITATION}{citation.pk}/")["record"]["id"], str(citation.record_id))

    def test_every_kind_of_link_leads_to_a_list(self):
        for view in catalog.RECORDS:
            record = view.model().objects.visible_to(None).first()
            for name, link in self.found[address(record)]["links"].items():
                with self.subTest(record=repr(record), link=name):
                    self.assertIn("results", ask(link))

    def assert_there_and_back(self, record, model, parameter, rows):
        """A link lists just these rows, and each names the record or leads to what does."""
        link = f"{list_url(model)}?{parameter}={record.pk}"
        self.assertIn(link, self.found[address(record)]["links"].values(), f"no link to {link}")
        listed = set()
        while link:
            answer = ask(link)
            listed |= {row["id"] for row in answer["results"]}
            link = answer["next"]
        self.assertEqual(
            listed, {str(row.pk) for row in rows}, f"{model.__name__} by {parameter} of {record!r}"
        )
        for row in rows:
            there, url = address(record), address(row)
            back = there in addresses(self.found[url]) or there in addresses(ask(url))
            self.assertTrue(back, f"no way back from {row!r}")

    def test_a_person_leads_to_everything_about_them_and_back(self):
        for person in Person.objects.visible_to(None):
            for model, parameter, rows in (
                (Occupation, "person", person.occupations.all()),
                (Affiliation, "person", person.affiliations.all()),
                (PersecutionCase, "person", person.cases.all()),
                (Participation, "took_part=true&person", person.participations.took_part()),
                (Participation, "took_part=false&person", person.participations.did_not_take_part()),
                (Dialogue, "participant", Dialogue.objects.filter(participations__person=person).distinct()),
                (Statement, "about_people", person.statements.all()),
                (Statement, "speaker", Statement.objects.filter(speakers__person=person).distinct()),
            ):
                self.assert_there_and_back(person, model, parameter, rows)

    def test_a_case_leads_to_everything_that_happened_in_it_and_back(self):
        for case in PersecutionCase.objects.visible_to(None):
            for model in (Charge, CaseEvent, CaseActor, Recognition, CaseRelation):
                self.assert_there_and_back(case, model, "case", model.objects.filter(case=case))
            related = CaseRelation.objects.filter(related_case=case)
            self.assert_there_and_back(case, CaseRelation, "related_case", related)
