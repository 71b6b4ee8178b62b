"""The pictures of the site: what they draw is what the figures and records say, in every width and as PNG."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html import unescape
from itertools import pairwise
from threading import Barrier
from unittest import mock

import resvg_py
from django.test import SimpleTestCase, TestCase

from tests import make
from tests.browser import BrowserTest
from tests.test_fixtures import load
from tracker.site.pictures import fonts, sheet
from tracker.site.pictures.coverage import coverage
from tracker.site.pictures.drawing import LAYOUTS, wrapped
from tracker.site.pictures.timeline.axis import Axis
from tracker.site.pictures.timeline.bands import Band, Mark, in_bands
from tracker.site.pictures.timeline.extents import extent, moment_extent

MEETING = "/dialogues/meeting-in-yerevan-october-2025/"
CASE = "/cases/case-of-bahruz-samadov/"
SCRIPTS = {
    "Latin": "Élodie Ərtoğrul İmişli Čapek",
    "Cyrillic": "Алексей Ґалаґан Ђорђе",
    "Armenian": "Հայերեն Երևան",
    "Georgian": "ქართული თბილისი",
    "Arabic": "العربية پژوهش",
    "Hebrew": "עברית שלום",
}
LACKING = "\U0010fffd"  # no font has a letter for it


def marks(text, kind):
    """How many shapes of exactly this class a drawing has."""
    return text.count(f'class="{kind}"')


def words(text):
    """The words that a drawing shows, in their order."""
    found = re.findall(r"<text [^>]*>([^<]*)</text>", text)
    return [unescape(one).translate({0x2068: None, 0x2069: None}) for one in found]


def both(text):
    """The wide and the narrow drawing of a page."""
    return re.findall(r"<svg .*?</svg>", text, re.S)


class DrawnTest(TestCase):
    def page(self, url):
        answer = self.client.get(url)
        self.assertEqual(answer.status_code, 200, answer.headers)
        return answer.content.decode()

    def drawings(self, url):
        found = both(self.page(url))
        self.assertEqual(len(found), len(LAYOUTS))
        return found

    def drawing(self, url):
        """The wide drawing. The narrow one has the same marks."""
        wide, narrow = self.drawings(url)
        shapes = [sorted(re.findall(r'<(?:circle|rect) class="([^"]+)"', one)) for one in (wide, narrow)]
        legend = {"mark", "mark possible", "mark possible doubtful", "break"}
        self.assertEqual(*([one for one in each if one not in legend] for each in shapes))
        return wide


class ParticipantsTest(DrawnTest):
    """Who took part, by side."""

    @classmethod
    def setUpTestData(cls):
        cls.dialogue = make.dialogue()
        cls.url = f"/dialogues/{cls.dialogue.slug}/"

    def add(self, build=make.participation, **fields):
        return build(dialogue=self.dialogue, **fields)

    def test_each_named_person_is_one_mark_with_the_name(self):
        for name in ("First Person", "Second Person"):
            self.add(person=make.person(name=name))
        found = self.drawing(self.url)
        self.assertEqual(marks(found, "unit"), 2)
        self.assertEqual(
            words(found),
            ["Side not stated", "First Person", "Second Person", "Recorded: 2 named, total not stated"],
        )

    def test_a_group_of_unknown_size_is_a_shape_without_an_end_and_without_marks(self):
        self.add(make.group)
        found = self.drawing(self.url)
        self.assertIn('class="group"', found)
        self.assertIn('mask="url(#participants-wide-ends)"', found)
        self.assertEqual([marks(found, f"unit{kind}") for kind in ("", " counted", " possible")], [0, 0, 0])
        self.assertIn("number not stated", words(found))
        self.assertIn("Recorded: none named, total not stated; 1 group", words(found))

    def test_of_a_group_those_counted_and_those_who_may_have_come_are_told_apart_from_those_named(self):
        group = self.add(make.group, count_min=3, count_max=5)
        self.add(person=make.person(name="Member"), member_of=group)
        found = self.drawing(self.url)
        self.assertEqual([marks(found, f"unit{kind}") for kind in ("", " counted", " possible")], [1, 2, 2])
        self.assertNotIn("mask=", found)

    def test_a_large_group_is_one_shape_with_its_number(self):
        self.add(make.group, count_min=400, count_max=400)
        found = self.drawing(self.url)
        self.assertEqual((marks(found, "group"), marks(found, "unit counted")), (1, 0))
        self.assertIn("400 people", words(found))

    def test_who_is_withheld_has_a_place_of_their_own_whatever_their_side(self):
        side = make.conflict().sides.first()
        self.add(naming="withheld", side=side)
        self.add(pseudonym="A Pseudonym", naming="pseudonym")
        found = self.drawing(self.url)
        self.assertEqual((marks(found, "unit"), marks(found, "unit withheld")), (0, 2))
        self.assertEqual(words(found)[0], "Withheld, not classified")
        self.assertIn("A Pseudonym, a pseudonym", words(found))
        self.assertIn("Recorded: none named, total not stated; 2 names withheld", words(found))

    def test_whoever_did_not_come_is_not_drawn(self):
        self.add(person=make.person(name="Came"))
        self.add(person=make.person(name="Stayed"), role="excluded")
        self.assertNotIn("Stayed", " ".join(self.drawings(self.url)))

    def test_a_dialogue_without_participants_has_no_picture(self):
        self.assertEqual(both(self.page(self.url)), [])

    def test_the_description_says_the_same(self):
        self.add(make.group, group_label="the guests")
        self.assertIn(
            "Side not stated\u2069: \u2068the guests\u2069 (number not stated).</desc>",
            self.drawing(self.url),
        )

    def test_a_name_that_runs_from_right_to_left_stands_alone(self):
        self.add(person=make.person(name="שלום עברית"), role="moderator")
        self.assertIn("\u2068שלום עברית\u2069, moderator", self.drawing(self.url))


class SeriesTest(DrawnTest):
    """Who took part in several dialogues, in time."""

    @classmethod
    def setUpTestData(cls):
        cls.conflict = make.conflict()
        cls.first, cls.second = (
            make.dialogue(title=title, conflict=cls.conflict, start_date=date)
            for title, date in (("First meeting", "2024"), ("Second meeting", "2025-10"))
        )

    def found(self):
        """The drawing without the explanation of its marks."""
        return self.drawing("/representation/").rpartition('class="rule"')[0]

    def test_whoever_came_is_a_mark_at_their_side_and_what_is_not_known_is_as_large(self):
        side = self.conflict.sides.first()
        for _ in range(2):
            make.participation(dialogue=self.first, side=side, person=make.person())
        make.group(dialogue=self.first)
        make.group(dialogue=self.first, side=side, count_min=3, count_max=3)
        make.participation(dialogue=self.first, naming="withheld", side=side)
        found = self.found()
        self.assertEqual([marks(found, f"unit{kind}") for kind in ("", " withheld")], [2, 1])
        self.assertEqual((marks(found, "group"), found.count('mask="url(#series-wide-ends)"')), (2, 1))
        self.assertEqual({*re.findall(r' r="([^"]+)"', found)}, {"6"})
        said = words(found)
        sides = [one for one in said if one in (side.name, "Not stated", "Withheld, not classified")]
        self.assertEqual(sides, [side.name, "Not stated", "Withheld, not classified"])
        self.assertLess(said.index("First meeting"), said.index("Second meeting"))
        self.assertIn("2024. 2 named, total not stated.", said)

    def test_a_dialogue_of_which_no_participant_is_recorded_is_drawn_as_well(self):
        found = self.found()
        self.assertEqual(
            (marks(found, "mark unknown"), words(found).count("no participant recorded")), (2, 2)
        )

    def test_it_shows_no_share_and_says_how_many_it_leaves_out(self):
        make.participation(dialogue=self.first)
        self.assertNotIn("%", "".join(self.drawings("/representation/")))
        with mock.patch("tracker.site.pictures.series.MOST_DRAWN", 1):
            found = self.drawing("/representation/")
        self.assertNotIn("First meeting", found)
        self.assertIn("The latest 1 of 2 recorded dialogues: 1 named, total not stated.", found)

    def test_as_many_as_fit_are_marks_and_the_others_a_number(self):
        for _ in range(30):
            make.participation(dialogue=self.first)
        for drawing in self.drawings("/representation/"):
            (more,) = re.findall(r"and (\d+) more", " ".join(words(drawing)))
            self.assertEqual(marks(drawing, "unit") - 1 + int(more), 30)  # one explains the mark


class ExtentTest(SimpleTestCase):
    """What is known of a date is what its mark looks like."""

    def band(self, *extents):
        named = [Mark(f"Mark {number}", one) for number, one in enumerate(extents)]
        return (
            in_bands("test", max(LAYOUTS), "Title", [Band("Band", named)], "").as_svg().partition("Mark ")[0]
        )

    def test_a_day_is_a_dot(self):
        self.assertIn('<circle class="mark" ', self.band(moment_extent("2025-10-31")))

    def test_a_season_and_a_month_have_soft_ends(self):
        for edtf in ("2024-22", "2025-10", "2025-10/2025-12-10"):
            found = self.band(moment_extent(edtf))
            self.assertRegex(found, r'<rect class="mark possible" [^>]*mask="url\(#test-wide-soft\)"', edtf)

    def test_a_doubtful_date_is_dashed_and_its_ends_are_seen(self):
        for edtf in ("2024?", "2024-05~", "2024-22%"):
            found = self.band(moment_extent(edtf))
            self.assertIn('<rect class="mark possible doubtful" ', found, edtf)
            self.assertNotIn("mask=", found)
        self.assertIn('<circle class="mark doubtful" ', self.band(moment_extent("2024-05-01?")))

    def test_an_unknown_start_or_end_fades(self):
        for known, fade in (
            (moment_extent("../2025-12-10"), "begins"),
            (moment_extent("2025-12-10/.."), "ends"),
            (extent("2025-02-01", None, None), "ends"),
            (extent("../2025-02-01", None, None), "begins"),
        ):
            self.assertIn(f'mask="url(#test-wide-{fade})"', self.band(known), known)

    def test_of_a_period_only_the_sure_part_is_solid(self):
        found = self.band(extent("2025-02", "2025-06", "2025-06-30"))
        self.assertEqual((marks(found, "mark possible"), marks(found, "mark")), (1, 1))
        self.assertEqual(extent("2025-02", "2025-06", "x").sure_part, (date(2025, 2, 28), date(2025, 6, 1)))
        for unsure in (("2025-02", "2025-02", "x"), ("2025", "2025-06", "x"), ("2025-02", None, None)):
            self.assertIsNone(extent(*unsure).sure_part, unsure)

    def test_what_has_no_date_is_as_large_as_the_rest(self):
        undated = in_bands(
            "test", max(LAYOUTS), "Title", [Band("Band", [Mark("Undated", None)])], ""
        ).as_svg()
        self.assertIn('r="5.5"', undated)
        self.assertIn('r="5.5"', self.band(moment_extent("2025-10-31")))
        self.assertEqual(words(undated), ["No date recorded", "Undated"])

    def test_the_first_and_the_last_day_that_there_are_can_be_drawn(self):
        for edtf in ("9999-12-31", "9999", "0001-01-01", "../0001-01-01", "9999-12-31/.."):
            self.assertIn("<text", self.band(moment_extent(edtf)), edtf)


class AxisTest(SimpleTestCase):
    """Where days are on the axis of time."""

    def test_later_days_are_further_right_and_all_are_between_the_ends(self):
        days = [date(1988, 2, 20), date(1994, 5, 12), date(2020, 9, 27), date(2025, 10, 1), date(2025, 10, 2)]
        axis = Axis([(day, day) for day in days], 10, 850)
        places = [axis.at(day) for day in days]
        self.assertEqual(places, sorted(places))
        self.assertTrue(all(one < two for one, two in pairwise(places)))
        self.assertTrue(places[0] >= 10 and axis.after(days[-1]) <= 850)

    def test_a_long_time_without_anything_is_shortened_and_marked_and_a_short_one_is_not(self):
        far = [(date(1994, 5, 1), date(1994, 5, 1)), (date(2025, 5, 1), date(2025, 6, 1))]
        self.assertEqual(len([*Axis(far, 0, 800).breaks()]), 1)
        near = [(date(2024, 6, 1), date(2024, 6, 1)), (date(2025, 6, 1), date(2025, 6, 1))]
        self.assertEqual([*Axis(near, 0, 800).breaks()], [])

    def test_time_in_which_something_lasted_is_not_shortened(self):
        self.assertEqual([*Axis([(date(1994, 5, 1), date(2025, 5, 1))], 0, 800).breaks()], [])

    def test_what_is_written_on_it_does_not_overlap_and_names_each_year_once(self):
        for days in ((date(2025, 10, 1), date(2025, 10, 1)), (date(1900, 1, 1), date(2025, 1, 1))):
            written = [*Axis([days], 0, 320).ticks()]
            self.assertTrue(all(one[0] + 20 < two[0] for one, two in pairwise(written)), written)
            years = [year for _, said in written for year in re.findall(r"\d{4}", said)]
            self.assertEqual(len(years), len({*years}))
            self.assertTrue(years)


class WordsTest(SimpleTestCase):
    def test_long_words_are_cut_and_lines_are_not_too_many(self):
        self.assertEqual(wrapped("one two three", 40), ["one", "two", "three"])
        self.assertEqual(len(wrapped("word " * 50, 100)), 3)
        self.assertTrue(wrapped("word " * 50, 100)[-1].endswith("…"))
        self.assertLess(len(wrapped("W" * 300, 100)[0]), 20)


class ArticleTest(DrawnTest):
    """The pictures of the seed facts have as many marks as the answers have rows."""

    @classmethod
    def setUpTestData(cls):
        load()

    def test_the_meeting_in_yerevan(self):
        for one in self.client.get("/api/v1/dialogues/").json()["results"]:
            total = self.client.get(f"{one['url']}representation/").json()["total"]
            rows = [total[name]["count"] for name in ("people", "organizations", "groups", "withheld")]
            if not sum(rows):
                continue
            found = self.drawing(f"/dialogues/{one['slug']}/")
            self.assertEqual(marks(found, "unit"), rows[0] + rows[1], one["title"])
            self.assertEqual((marks(found, "group"), marks(found, "unit withheld")), (rows[2], rows[3]))
        found = self.drawing(MEETING)
        for said in (
            "Armenia",
            "Azerbaijan",
            "Side not stated",
            "Recorded: 2 named, total not stated; 3 groups",
        ):
            self.assertIn(said, words(found))
        self.assertEqual(words(found).count("number not stated"), 3)

    def test_no_picture_shows_a_share(self):
        for url in (MEETING, CASE):
            self.assertNotIn("%", "".join(self.drawings(url)))

    def test_the_course_of_each_case(self):
        for one in self.client.get("/api/v1/cases/").json()["results"]:
            record = self.client.get(one["url"]).json()
            rows = [*record["events"], *record["charges"]]
            found = self.drawing(f"/cases/{one['slug']}/")
            self.assertEqual(found.count('class="label"') + found.count('class="label end"'), len(rows))
            self.assertEqual(marks(found, "mark unknown"), sum(not row["date"] for row in rows))

    def test_a_course_says_what_is_recorded_and_no_more(self):
        found = words(self.drawing(CASE))
        for said in (
            "Arrest, summer 2024",
            "Sentence: 15 years, June 2025",
            "No date recorded",
            "Accused by the authorities of treason; charged",
        ):
            self.assertIn(said, found)
        self.assertNotIn("custody", " ".join(found).lower())

    def test_the_timeline(self):
        answer = self.client.get("/api/v1/timeline/?page_size=100").json()
        found = self.page("/timeline/picture.svg?page_size=100")
        labels = re.findall(r'<text class="label[^>]*>([^<]*)', found)
        numbers = [int(one) for said in labels for one in re.findall(r"\A(\d+) statements", said)]
        others = [said for said in labels if not re.match(r"\d+ statements", said)]
        self.assertEqual(sum(numbers) + len(others), len(answer["events"]))
        self.assertIn(f"{len(answer['events'])} recorded with a date; 2 without a date are not drawn", found)
        self.assertIn("time left out", words(found))
        self.assertIn("50 recorded with a date, the first ones of more", self.page("/timeline/picture.svg"))

    def test_the_timeline_takes_the_filters_of_the_figure(self):
        self.assertNotIn("Statements", words(self.page("/timeline/picture.svg?kind=dialogues")))
        for form in ("svg", "png"):
            url = f"/timeline/picture.{form}"
            self.assertEqual(self.client.get(f"{url}?kind=nonsense").status_code, 404)
            self.assertRedirects(self.client.get(f"{url}?nonsense=1"), url)


class CoverageTest(DrawnTest):
    """How much has a source."""

    def test_the_tiles_and_the_numbers_are_those_of_the_figure(self):
        load()
        answer = self.client.get("/api/v1/coverage/").json()
        found = self.drawing("/coverage/")
        rows = [row for row in answer["kinds"] if row["records"]]
        few = [row for row in rows if row["records"] < 10]
        bars = sum(bool(row["one_source"]) for row in rows if row not in few)
        self.assertEqual(marks(found, "share one"), sum(row["one_source"] for row in few) + bars + 1)
        self.assertEqual((marks(found, "share several"), marks(found, "share none")), (1, 1))
        for row in rows:
            share = f" ({row['cited_percent']}%)" if row["cited_percent"] is not None else ""
            said = f": {row['cited']} of {row['records']} with a source{share}"
            self.assertTrue(any(said in one for one in words(found)), said)

    def test_a_share_is_drawn_of_ten_or_more_and_what_has_no_source_is_as_high(self):
        row = dict.fromkeys(("cited", "contradicted", "several_sources"), 2)
        for records, percent, none in ((9, None, 7), (20, 10, 1)):
            numbers = {"records": records, "uncited": records - 2, "one_source": 0, "cited_percent": percent}
            found = coverage({"kinds": [{"kind": "people", **row, **numbers}]})[0].as_svg()
            self.assertEqual(marks(found, "share none") - 1, none)
            self.assertEqual("%" in found, percent is not None)
            heights = re.findall(r'class="share (?:several|none)" [^>]*height="(\d+)"', found)[2:]
            self.assertEqual({*heights}, {"14"})
            self.assertIn("; 2 contradicted by a source", found)


class NetworkTest(DrawnTest):
    """Who took part in which open dialogue."""

    @classmethod
    def setUpTestData(cls):
        cls.meetings = [make.dialogue(title=f"Meeting {n}", disclosure="public") for n in range(3)]
        cls.guest = make.person(name="Guest Everywhere")
        for one in cls.meetings[:2]:
            make.participation(dialogue=one, person=cls.guest)
        make.participation(dialogue=cls.meetings[2], organization=make.organization(name="A Newspaper"))
        make.participation(dialogue=cls.meetings[2], naming="withheld")

    def test_each_participation_is_a_line_and_everyone_is_drawn_once(self):
        found = self.drawing("/network/")
        answer = self.client.get("/api/v1/network/").json()
        self.assertEqual(marks(found, "edge"), len(answer["edges"]))
        self.assertEqual(found.count('class="label'), len(answer["nodes"]))
        self.assertEqual(words(found).count("Guest Everywhere"), 1)
        self.assertIn("1 withheld participant not drawn", found)

    def test_nobody_is_drawn_over_another(self):
        for one in self.drawings("/network/"):
            places = re.findall(r'<text class="label(?: end)?" x="([\d.]+)" y="([\d.]+)"', one)
            for column in {x for x, _ in places}:
                heights = sorted(float(y) for x, y in places if x == column)
                self.assertTrue(all(two - first >= 20 for first, two in pairwise(heights)), heights)

    def test_the_same_answer_is_drawn_in_the_same_way(self):
        self.assertEqual(self.drawings("/network/"), self.drawings("/network/"))

    def test_too_many_are_not_drawn_but_the_reader_is_told(self):
        with mock.patch("tracker.site.pictures.network.MOST_NODES", 2):
            found = self.drawing("/network/")
        self.assertEqual(marks(found, "edge"), 0)
        self.assertIn("Too many participants to draw", found)

    def test_without_anyone_there_is_no_picture(self):
        self.assertEqual(both(self.page("/network/?period_overlaps=1950")), [])
        self.assertEqual(self.client.get("/network/picture.svg?period_overlaps=1950").status_code, 404)


class StripTest(DrawnTest):
    """The newest dialogues and events on the start page."""

    def page(self, url):
        return self.client.get(url, headers={"Accept": "text/html"}).content.decode()

    def test_each_of_the_newest_is_a_mark(self):
        make.dialogue(title="Undated meeting", start_date="")
        make.dialogue(title="Meeting of a day", start_date="2025-03-04")
        make.case_event(date="2025-03-05")
        found = words(self.drawing("/"))
        self.assertIn("Meeting of a day", found)
        self.assertEqual(found[-2:], ["No date recorded", "Undated meeting"])
        for month in range(1, 8):
            make.dialogue(title=f"Meeting {month}", start_date=f"2025-{month:02}-01")
        found = self.drawing("/")
        self.assertNotIn("Meeting of a day", words(found))
        self.assertEqual(found.count("<title>\u2068Meeting"), 8)

    def test_without_records_there_is_no_strip(self):
        self.assertEqual(both(self.page("/")), [])


class FileTest(TestCase):
    """Each picture at an address of its own."""

    @classmethod
    def setUpTestData(cls):
        cls.case = make.case()
        make.case_event(case=cls.case, kind="arrest", date="2025-02-10")
        cls.url = f"/cases/{cls.case.slug}/course"

    def test_an_svg_is_styled_without_a_style_of_its_own(self):
        answer = self.client.get(f"{self.url}.svg")
        self.assertEqual(answer["Content-Type"], "image/svg+xml; charset=utf-8")
        text = answer.content.decode()
        self.assertIn('<?xml-stylesheet type="text/css" href="/static/tracker/pictures', text)
        self.assertNotIn("style=", text)
        self.assertNotIn("<style", text)

    def test_a_png_carries_what_must_not_be_lost(self):
        with mock.patch.object(sheet.resvg_py, "svg_to_bytes", return_value=b"") as made:
            self.client.get(f"{self.url}.png?", headers={"Cache-Control": "no-cache"})
        said = " ".join(words(made.call_args.kwargs["svg_string"]))
        sheet.png.cache.clear()
        for expected in (
            f"{self.case.title}: its recorded course",
            "1 event and 0 accusations; 1 of 1 with a date. Recorded from 1 source, as of ",
            f"http://127.0.0.1:8000/cases/{self.case.slug}/",
        ):
            self.assertIn(expected, said)

    def test_a_png_is_made_once(self):
        with mock.patch.object(sheet.resvg_py, "svg_to_bytes", side_effect=resvg_py.svg_to_bytes) as made:
            first = self.client.get(f"{self.url}.png")
            again = self.client.get(f"{self.url}.png", headers={"If-None-Match": first["ETag"]})
        self.assertEqual((first.content[:8], first["Content-Type"]), (b"\x89PNG\r\n\x1a\n", "image/png"))
        self.assertEqual((again.status_code, made.call_count), (304, 1))
        self.assertEqual(first["Cache-Control"], "no-cache")

    def test_whoever_asks_at_once_waits_for_one_picture(self):
        asked = Barrier(10)

        def png(_):
            asked.wait()
            return sheet.png("<svg/>")

        def slow(**given):
            time.sleep(0.1)
            return b"picture"

        with (
            mock.patch.object(sheet.resvg_py, "svg_to_bytes", side_effect=slow) as made,
            ThreadPoolExecutor(10) as pool,
        ):
            found = {*pool.map(png, range(10))}
        sheet.png.cache.clear()
        self.assertEqual((found, made.call_count), ({b"picture"}, 1))

    def test_a_takedown_shows_at_once(self):
        self.assertEqual(self.client.get(f"{self.url}.png").status_code, 200)
        type(self.case).objects.filter(pk=self.case.pk).update(publication="taken_down")
        for form in ("svg", "png"):
            self.assertEqual(self.client.get(f"{self.url}.{form}").status_code, 404)

    def test_an_id_leads_to_the_picture_with_the_slug(self):
        for form in ("svg", "png"):
            answer = self.client.get(f"/cases/{self.case.pk}/course.{form}")
            self.assertRedirects(answer, f"{self.url}.{form}")

    def test_a_case_of_which_nothing_is_recorded_has_no_picture(self):
        empty = make.case()
        for form in ("svg", "png"):
            self.assertEqual(self.client.get(f"/cases/{empty.slug}/course.{form}").status_code, 404)
        self.assertNotIn("<figure", self.client.get(f"/cases/{empty.slug}/").content.decode())

    def test_the_page_leads_to_the_files_and_to_the_data(self):
        text = self.client.get(f"/cases/{self.case.slug}/").content.decode()
        for url in (
            f"{self.url}.png",
            f"{self.url}.svg",
            f"http://127.0.0.1:8000/api/v1/cases/{self.case.pk}/",
        ):
            self.assertIn(f'<a href="{url}">', text)


class FontTest(TestCase):
    """No letter is drawn as a box."""

    def drawn(self, letters):
        text = f'<text y="30" font-size="24">{letters}</text>'
        return resvg_py.svg_to_bytes(
            svg_string=f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">{text}</svg>',
            font_files=fonts.first_fonts(),
            skip_system_fonts=True,
            font_family=fonts.FONT_FAMILY,
        )

    def test_each_letter_of_six_scripts_has_a_shape(self):
        box, nothing = self.drawn(LACKING), self.drawn(" ")
        self.assertNotEqual(box, nothing)
        for script, text in SCRIPTS.items():
            self.assertEqual(fonts.drawable(text)[0], text, script)
            for letter in {*text} - {" "}:
                self.assertNotIn(self.drawn(letter), (box, nothing), f"{script}: {letter}")

    def test_a_letter_that_no_font_has_is_transliterated(self):
        self.assertEqual(fonts.drawable(f"a {LACKING}")[0], "a ?")
        with mock.patch.object(fonts, "letters_of", return_value={*"Erevan"}):
            self.assertEqual(fonts.drawable("Երևան")[0], "Erevan")

    def test_letters_that_the_first_fonts_lack_are_taken_from_others(self):
        has = {"first": {"a"}, "second": {"b"}, "third": {"c"}}
        with (
            mock.patch.object(fonts, "first_fonts", return_value=["first"]),
            mock.patch.object(fonts, "other_fonts", return_value=["second", "third"]),
            mock.patch.object(fonts, "letters_of", side_effect=has.get),
        ):
            self.assertEqual(fonts.drawable("ac"), ("ac", ["first", "third"]))

    def test_without_fonts_there_are_words_instead_of_a_picture(self):
        case = make.case()
        make.case_event(case=case)
        sheet.png.cache.clear()
        with mock.patch.object(fonts, "first_fonts", return_value=[]):
            answer = self.client.get(f"/cases/{case.slug}/course.png")
        self.assertContains(answer, "This picture cannot be drawn here", status_code=501)
        self.assertEqual(self.client.get(f"/cases/{case.slug}/course.svg").status_code, 200)


class LooksTest(BrowserTest):
    """What a browser makes of the pictures."""

    URLS = (
        MEETING,
        CASE,
        f"{MEETING}representation/",
        "/",
        "/timeline/?page_size=100",
        "/coverage/",
        "/network/",
        "/representation/",
    )
    OUTSIDE = """svg => {
        const frame = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')].filter(one => {
            const box = one.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1;
        }).map(one => one.textContent);
    }"""
    OVERLAPPING = """svg => {
        const boxes = [...svg.querySelectorAll('text')].map(
            one => [one.getBoundingClientRect(), one.textContent]);
        return boxes.flatMap(([a, first], n) => boxes.slice(n + 1).filter(([b]) =>
            a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4
        ).map(([, second]) => first + ' | ' + second));
    }"""

    def test_one_drawing_is_shown_and_all_its_words_can_be_read(self):
        load()
        for number in range(12):
            title = f"Meeting of editors in a far away town, number {number}"
            meeting = make.dialogue(title=title, disclosure="public")
            person = make.person(name=f"A Person With A Very Long Name Indeed {number % 5}")
            make.participation(dialogue=meeting, person=person)
        for url in self.URLS:
            self.page.goto(url)
            for width, name in ((360, "narrow"), (640, "narrow"), (768, "wide"), (1280, "wide")):
                with self.subTest(url=url, width=width):
                    self.page.set_viewport_size({"width": width, "height": 800})
                    shown = self.page.locator(".drawing:visible")
                    self.assertEqual(shown.count(), 1)
                    self.assertEqual(shown.get_attribute("class"), f"drawing {name}")
                    self.assertEqual(shown.evaluate(self.OUTSIDE), [])
                    self.assertEqual(shown.evaluate(self.OVERLAPPING), [])
                    wide = self.page.evaluate("document.documentElement.scrollWidth")
                    self.assertLessEqual(wide, width)
                    light, dark = self.color_in(shown, "light"), self.color_in(shown, "dark")
                    self.assertNotEqual(light, dark)

    def test_a_link_with_the_focus_shows_what_belongs_to_it_in_the_picture(self):
        names = [make.person(name=f"Person {number}") for number in range(3)]
        meetings = [make.dialogue(disclosure="public", title=f"Meeting {number}") for number in range(2)]
        for person, meeting in ((0, 0), (1, 0), (2, 1)):
            make.participation(dialogue=meetings[meeting], person=names[person])
        self.page.goto("/network/")
        drawing = self.page.locator(".drawing:visible")
        link = self.page.locator(f"main ul a[href='/people/{names[0].slug}/']")
        for show, hide in ((link.focus, link.blur), (link.hover, lambda: self.page.mouse.move(0, 0))):
            show()
            chosen = drawing.locator(".of-pages.chosen").all_text_contents()
            self.assertEqual(sorted(chosen), ["Meeting 0", "Person 0"])
            self.assertEqual(drawing.locator(".edge.chosen").count(), 1)
            hide()
            self.assertEqual(self.page.locator(".choosing").count(), 0)
        self.page.goto("/timeline/")
        self.page.locator(f"main ol a[href='/dialogues/{meetings[1].pk}/']").focus()
        self.assertEqual(
            drawing.locator(".chosen").all_text_contents()[0].count("Meeting 1"), 2
        )  # and the tip

    def color_in(self, drawing, scheme):
        """The color of the words of a drawing in a color scheme."""
        self.page.emulate_media(color_scheme=scheme)
        return drawing.evaluate("one => getComputedStyle(one).fill")

    def test_a_file_has_the_same_colors_as_the_page(self):
        load()
        self.page.goto(f"{CASE}course.svg")
        filled = self.page.locator("rect.mark").first.evaluate("one => getComputedStyle(one).fill")
        self.assertEqual(filled, "rgb(27, 75, 89)")
