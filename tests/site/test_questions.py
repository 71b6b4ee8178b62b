"""Questions of a reporter: each is answered within three clicks from the start page, and by one request.

A click is a link by its words, or a form that is filled and sent.
"""

import re
from html import unescape
from typing import NamedTuple
from urllib.parse import urlencode

from django.test import TestCase

from tests.site.test_public import BROWSER
from tests.site.test_records import text_of
from tests.test_fixtures import load

MEETING, MEETING_KEY = "Meeting in Yerevan, October 2025", "meeting-in-yerevan-october-2025"
CASE, SAMADOV = "Case of Bahruz Samadov", "Bahruz Samadov"
MOST_CLICKS = 3
LINK = re.compile(r'<a (?:class="[^"]*" )?(?:rel="next" )?href="([^"]+)"[^>]*>(.*?)</a>', re.S)


class Question(NamedTuple):
    """What is asked; the clicks; words of the answer; the request, a place in its answer, and its value."""

    asked: str
    clicks: tuple
    words: tuple
    request: str
    place: str
    value: object


QUESTIONS = (
    # Those of the README.
    Question(
        "Which dialogues are known?",
        ("Dialogues",),
        ("5 dialogues", MEETING, "Visit to Baku, November 2025"),
        "dialogues/",
        "total",
        5,
    ),
    Question(
        "Who took part in the Yerevan meeting of October 2025?",
        (MEETING,),
        ("Kamala Mammadova", "Farhad Mammadov", "the Azerbaijani delegation", "the total is not stated"),
        f"participations/?dialogue={MEETING_KEY}&took_part=true",
        "total",
        5,
    ),
    Question(
        "Who was in custody then, when last reported?",
        (MEETING, "What is recorded of all of them on these days"),
        (SAMADOV, "Held when last reported: arrest, summer 2024", "No release recorded"),
        "people/?as_of=2025-10-15&custody=held_when_last_reported",
        "results.0.name",
        SAMADOV,
    ),
    Question(
        "Where does his sentence come from?",
        (CASE,),
        ("Sentence: 15 years", "June 2025"),
        "case-events/?person=bahruz-samadov&kind=sentence&expand=citations",
        "results.0.citations.0.locator",
        "17",
    ),
    # Those of the documents.
    Question(
        "What did participants claim about the meeting?",
        (MEETING, "Who says what about it, side by side, and what has no recorded answer"),
        ("8 recorded", "Kamala Mammadova", "completely bilateral format"),
        f"dialogues/{MEETING_KEY}/claims/",
        "total.about.count",
        8,
    ),
    Question(
        "Who contradicts that there was a new interest?",
        ("Statements", {"q": "genuine interest of both"}, "Genuine interest of both parties at the meeting"),
        ("Contradicted by: Genuine interest at all times",),
        "statement-relations/?related_statement=genuine-interest-of-both-parties-at-the-meeting",
        "results.0.statement.title",
        "Genuine interest at all times",
    ),
    Question(
        "What posts did the participants have then?",
        (MEETING,),
        ("Recorded post: editor, 1news.az", "attested 40 to 70 days from that time"),
        f"people/kamala-mammadova/?during={MEETING_KEY}",
        "affiliations.0.as_of.active",
        "attested",
    ),
    Question(
        "Which cases of the conflict may have been open then?",
        (MEETING, "What is recorded of all of them on these days"),
        ("4 people have a recorded case", "Certain: it had begun", "Undated: no fact of the case has a date"),
        f"dialogues/{MEETING_KEY}/concurrent-cases/",
        "total.count",
        4,
    ),
    Question(
        "Is a name found in another spelling?",
        ({"q": "Səmədov"},),
        (SAMADOV,),
        "search/?" + urlencode({"q": "Səmədov"}),
        "results.0.name",
        SAMADOV,
    ),
    # Ten more.
    Question(
        "How many of the participants are named, and of how many?",
        (MEETING, "Who took part and for whom, in numbers"),
        ("2 named, total not stated", "3 groups without names"),
        f"dialogues/{MEETING_KEY}/representation/",
        "total.words",
        "2 named, total not stated",
    ),
    Question(
        "What do named assessors say of the groups?",
        (MEETING, "Who took part and for whom, in numbers"),
        ("Arzu Geybullayeva", "as a question, not an assertion", "or at least those presented as such"),
        f"dialogues/{MEETING_KEY}/representation/",
        "assessments.0.form",
        "question",
    ),
    Question(
        "Was anyone invited, excluded or prevented?",
        (MEETING, "Who took part and for whom, in numbers"),
        ("Nobody is recorded as invited, excluded or prevented. Whether anyone was is not recorded.",),
        f"participations/?dialogue={MEETING_KEY}&took_part=false",
        "total",
        0,
    ),
    Question(
        "What do the authorities accuse him of, and who says why?",
        (CASE,),
        ("Accused by the authorities of treason; charged", "Peace advocacy, according to"),
        "charges/?case=case-of-bahruz-samadov",
        "results.0.offence",
        "treason",
    ),
    Question(
        "Who accused Leyla Yunus?",
        ("Cases", "Case of Leyla Yunus"),
        ("Accused of treason; by whom is not recorded",),
        "charges/?case=case-of-leyla-yunus",
        "total",
        2,
    ),
    Question(
        "Who was held on a given day in 2024?",
        ("Held on a day", {"as_of": "2024-12-01"}),
        ("On 1 December 2024", SAMADOV, "Held when last reported"),
        "census/?as_of=2024-12-01",
        "people.0.name",
        SAMADOV,
    ),
    Question(
        "And what of it was known before the article appeared?",
        ("Held on a day", {"as_of": "2024-12-01", "known_on": "2024-12-01"}),
        ("as known on 1 December 2024", "none recorded in the 0 sources read"),
        "census/?as_of=2024-12-01&known_on=2024-12-01",
        "total.count",
        0,
    ),
    Question(
        "Why did earlier meetings bring no results, and according to whom?",
        (
            "Questions",
            "Why did earlier meetings bring no results?",
            "Side by side, with what has no recorded answer",
        ),
        ("11 recorded", "Refusal of the authorities as the cause of earlier failure", "Nazrin Gadimova"),
        "questions/why-did-earlier-meetings-bring-no-results/claims/",
        "total.about.count",
        11,
    ),
    Question(
        "What happened in November 2025?",
        ("Timeline", {"overlaps": "2025-11"}),
        ("Orbeli Forum in Yerevan, November 2025", "Visit to Baku, November 2025"),
        "timeline/?overlaps=2025-11&kind=dialogues",
        "events.1.type",
        "visit",
    ),
    Question(
        "How much of this rests on a single source?",
        ("Coverage",),
        ("163 of 163 published records have a source (100%)", "No record has several independent sources"),
        "coverage/",
        "kinds.0.one_source",
        163,
    ),
    Question(
        "How old are the reports about people in custody?",
        ("Coverage",),
        ("1 person was held when last reported", "more than 180 days old"),
        "coverage/",
        "custody.more_than_180_days_ago.count",
        1,
    ),
    Question(
        "How do the participants of all dialogues spread over the sides?",
        ("Who took part",),
        ("5 named, total not stated", "Azerbaijan 1 0 3 0", "Not stated 4 0 1 0"),
        "representation/",
        "total.people.count",
        5,
    ),
    Question(
        "What does this site not know?",
        ("About",),
        ("None recorded does not mean that there was none", "it is not representative of what happened"),
        "sources/",
        "total",
        1,
    ),
)


class QuestionsTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        load()

    def page(self, address):
        answer = self.client.get(address, headers=BROWSER, follow=True)
        self.assertEqual(answer.status_code, 200, address)
        return answer.content.decode()

    def clicked(self, html, click):
        """The page behind a link, or behind the form with these fields."""
        if isinstance(click, dict):
            forms = re.findall(r"<form [^>]*action=\"([^\"]+)\".*?</form>", html, re.S)
            bodies = re.findall(r"<form .*?</form>", html, re.S)
            fits = [all(f'name="{name}"' in body for name in click) for body in bodies]
            places = [place for place, fit in zip(forms, fits, strict=True) if fit]
            self.assertTrue(places, f"No form with {[*click]}")
            return self.page(f"{places[-1]}?{urlencode(click)}")
        found = {words(inner): unescape(address) for address, inner in reversed(LINK.findall(html))}
        self.assertIn(click, found)
        return self.page(found[click])

    def test_the_site_answers_within_three_clicks(self):
        for one in QUESTIONS:
            with self.subTest(one.asked):
                self.assertLessEqual(len(one.clicks), MOST_CLICKS)
                html = self.page("/")
                for click in one.clicks:
                    html = self.clicked(html, click)
                text = re.sub(r" ([.,:;])", r"\1", text_of(html))
                for said in one.words:
                    self.assertIn(said, text)

    def test_the_api_answers_with_one_request(self):
        for one in QUESTIONS:
            with self.subTest(one.asked):
                answer = self.client.get(f"/api/v1/{one.request}")
                self.assertEqual(answer.status_code, 200, answer.content[:300])
                found = answer.json()
                for step in one.place.split("."):
                    found = found[int(step)] if step.isdigit() else found[step]
                self.assertEqual(found, one.value)


def words(html):
    """The words of a link."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html))).strip()
