"""Nobody can stop the others: slow reads in lanes, exports one by one, large requests counted."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from os import environ
from subprocess import run
from threading import Barrier
from unittest import mock

from django.db import connections
from django.test import Client, SimpleTestCase, TestCase, override_settings

from people.api import case_facts
from people.api.shapes import PersonShape
from people.models import Person
from tests import make
from tests.emptied import TransactionTestCase
from tests.records.test_throttling import limited
from tests.site.test_start import StartTest
from tracker.records.admin import start_page
from tracker.records.protocol import giving_way
from tracker.records.read import queries
from tracker.records.shapes.reader import Pick, Reader
from tracker.web import lanes

THREADS = 8


class LanesTest(SimpleTestCase):
    def setUp(self):
        self.lanes = lanes.Lanes(THREADS)
        self.enterContext(mock.patch.object(lanes, "PATIENCE", 0.05))

    def took(self, kind, seconds):
        """A read of a kind that took so long."""
        self.lanes.leave(self.lanes.enter(kind)._replace(since=time.monotonic() - seconds))

    def entered(self, *kinds):
        return [self.lanes.enter(kind) for kind in kinds]

    def test_a_slow_kind_leaves_all_but_one_thread_to_others(self):
        self.took("slow", 3)
        self.took("quick", 0.01)
        self.entered("slow")
        with self.assertRaises(lanes.Full):
            self.lanes.enter("slow")
        self.entered(*["quick"] * 20)

    def test_slow_kinds_share_their_lane(self):
        for kind in ("one", "other"):
            self.took(kind, 3)
        self.entered("one")
        with self.assertRaises(lanes.Full):
            self.lanes.enter("other")

    def test_few_threads_have_lanes_too(self):
        self.lanes = lanes.Lanes(1)
        self.took("slow", 3)
        self.entered("slow")

    def test_new_kinds_have_a_quarter_of_the_threads(self):
        self.entered(*range(THREADS // 4))
        with self.assertRaises(lanes.Full):
            self.lanes.enter("new")

    def test_a_place_that_becomes_free_is_taken_by_who_waits(self):
        places = self.entered(*range(THREADS // 4))
        with mock.patch.object(lanes, "PATIENCE", 60), ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(self.lanes.enter, "new")
            while not self.lanes.waiting:
                time.sleep(0.01)
            self.lanes.leave(places[0])
            self.assertTrue(waiting.result(60).counted)

    def test_those_who_run_and_those_who_wait_leave_half_of_the_threads(self):
        self.entered(*range(THREADS // 4))
        waiting = THREADS // 4
        with mock.patch.object(lanes, "PATIENCE", 60), ThreadPoolExecutor(waiting) as pool:
            asked = [pool.submit(self.lanes.enter, number) for number in "ab"]
            while self.lanes.waiting < waiting:
                time.sleep(0.01)
            with self.assertRaises(lanes.Full):
                self.lanes.enter("new")
            for _ in asked:
                self.lanes.leave(lanes.Slot("done", True, time.monotonic()))

    def test_what_was_slow_is_forgiven_after_some_quick_ones(self):
        self.took("kind", 3)
        self.took("kind", 0.01)
        again = self.lanes.enter("kind")
        self.assertTrue(again.counted)
        self.lanes.leave(again)
        for _ in range(5):
            self.took("kind", 0.01)
        self.assertFalse(self.lanes.enter("kind").counted)

    def test_many_kinds_take_no_more_room(self):
        for number in range(lanes.KINDS + 10):
            self.took(number, 0.01)
        self.assertEqual(len(self.lanes.costs), lanes.KINDS)


class InLanesTest(TestCase):
    """Reads as they enter the lanes."""

    def kinds(self, *addresses, method="get"):
        with mock.patch.object(lanes.Lanes, "enter", return_value=None) as enter:
            for address in addresses:
                getattr(self.client, method)(address)
        return [call.args[0] for call in enter.call_args_list]

    def test_a_kind_is_a_route_with_the_names_of_parameters(self):
        row, other = make.person(), make.person()
        one, same = self.kinds(*(f"/api/v1/people/{key}/?fields=name" for key in (row.pk, other.pk)))
        self.assertEqual(one, same)
        one, same, more = self.kinds(
            "/api/v1/people/?q=a&gender=male", "/api/v1/people/?gender=female&q=b", "/api/v1/people/?q=a"
        )
        self.assertEqual(one, same)
        self.assertNotEqual(one, more)

    def test_records_and_lists_as_such_writes_and_the_health_check_need_no_place(self):
        plain = ("/healthz", f"/api/v1/people/{make.person().pk}/", "/api/v1/people/?page=1&page_size=5")
        self.assertEqual(self.kinds(*plain), [])
        self.assertEqual(self.kinds("/api/v1/people/", method="post"), [])

    def test_who_finds_no_place_is_asked_to_come_back(self):
        with mock.patch.object(lanes.Lanes, "enter", side_effect=lanes.Full):
            answer = self.client.get("/api/v1/people/?q=a")
            page = self.client.get("/admin/login/")
        self.assertEqual([answer.status_code, page.status_code], [503, 503])
        self.assertEqual(answer["Content-Type"], "application/problem+json")
        self.assertTrue(answer["Retry-After"] and page["Retry-After"])

    def test_a_place_is_left_whatever_comes_of_it(self):
        self.client.raise_request_exception = False
        own = lanes.Lanes(THREADS)
        with mock.patch("tracker.web.middleware.lanes", own):
            self.client.get("/api/v1/people/?q=a")
            self.client.get("/api/v1/people/?x=y")
            with mock.patch.object(queries.Query, "fetch", side_effect=ValueError):
                self.assertEqual(self.client.get("/api/v1/places/?q=a").status_code, 500)
        self.assertEqual(own.running, 0)
        self.assertEqual(len(own.costs), 3)


class GivingWayTest(SimpleTestCase):
    """Long work pauses for other requests, and the garbage collector does not stop them."""

    def pauses(self, own, others):
        """The pauses of work on three rows, each of which takes a second of processor time."""
        moments = iter(range(99))
        clock = mock.Mock(thread_time=moments.__next__)
        with ExitStack() as stack, mock.patch.object(giving_way, "time", clock):
            for _ in range(own + others):
                stack.enter_context(giving_way.in_progress.one())
            self.assertEqual([*giving_way.giving_way("abc", own)], [*"abc"])
        return [call.args[0] for call in clock.sleep.call_args_list]

    def test_it_pauses_while_others_are_there(self):
        wanted = [giving_way.PAUSE] * 3
        self.assertEqual([self.pauses(0, 1), self.pauses(1, 1)], [wanted, wanted])

    def test_alone_it_does_not_pause(self):
        self.assertEqual([self.pauses(0, 0), self.pauses(1, 0)], [[], []])

    def test_a_request_that_failed_is_over(self):
        with self.assertRaises(ZeroDivisionError), giving_way.in_progress.one():
            self.assertEqual(giving_way.in_progress.number, 1)
            raise ZeroDivisionError
        self.assertEqual(giving_way.in_progress.number, 0)

    def test_what_is_loaded_at_the_start_is_not_collected_again(self):
        """This includes the views."""
        text = (
            "import gc, sys, tracker.wsgi\nprint(gc.get_freeze_count(), 'dialogues.api.views' in sys.modules)"
        )
        ran = run([sys.executable, "-c", text], env={**environ, "SERVED_LOCALLY": "1"}, capture_output=True)
        frozen, loaded = ran.stdout.split()
        self.assertGreater(int(frozen), 50_000)
        self.assertEqual(loaded, b"True")


class ExportsTest(TransactionTestCase):
    ADDRESS = "/api/v1/people/?format=csv"

    def export(self, address="127.0.0.1"):
        return Client().get(self.ADDRESS, REMOTE_ADDR=address)

    def whole(self, address="127.0.0.1"):
        """The status and the content of an export that is read to its end."""
        with closing(self.export(address)) as answer:
            return answer.status_code, answer.getvalue()

    def elsewhere(self, address):
        """The status of an export on another connection, as in another process."""

        def ask():
            with mock.patch.object(queries, "EXPORTS", mock.MagicMock()):
                try:
                    return self.whole(address)[0]
                finally:
                    connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(ask).result(60)

    def test_an_address_has_one_at_a_time_in_all_processes(self):
        make.person()
        with closing(self.export("192.0.2.1")) as first:
            meanwhile = [self.elsewhere("192.0.2.1"), self.elsewhere("192.0.2.2")]
            self.assertIn(b"id", b"".join(first.streaming_content))
        self.assertEqual(meanwhile, [429, 200])
        self.assertEqual(self.elsewhere("192.0.2.1"), 200)

    def test_a_process_has_two_at_a_time(self):
        make.person()
        ready, done = Barrier(3), Barrier(3)

        def hold(address):
            try:
                answer = self.export(address)
                ready.wait(60)
                done.wait(60)
                return b"".join(answer.streaming_content)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            held = [pool.submit(hold, address) for address in ("192.0.2.1", "192.0.2.2")]
            ready.wait(60)
            refused = self.export("192.0.2.3")
            done.wait(60)
            self.assertTrue(all(one.result(60) for one in held))
        self.assertEqual(refused.status_code, 429)
        self.assertEqual(refused["Retry-After"], "10")
        self.assertEqual(self.whole("192.0.2.3")[0], 200)

    def test_one_that_breaks_off_leaves_its_place(self):
        make.person()
        for _ in range(3):
            self.export().close()
        self.assertEqual(self.whole()[1].count(b"\r\n"), 2)


class LargeRequestsTest(TestCase):
    """Texts of statements: which are one, how many are kept, and that making one counts as a search."""

    def test_the_order_and_repetition_of_a_choice_make_no_difference(self):
        self.client.get("/api/v1/people/?expand=citations,cases&fields=id,name")
        kept = len(queries.cached_query.cache)
        for query in (
            "expand=cases,citations,cases&fields=name,id",
            "fields=name&fields=id&expand=citations,cases",
        ):
            self.assertEqual(self.client.get(f"/api/v1/people/?{query}").status_code, 200)
        self.assertEqual(len(queries.cached_query.cache), kept)

    @override_settings(MAX_EXPAND=2)
    def test_the_number_of_expansions_is_limited(self):
        answer = self.client.get("/api/v1/people/?expand=summary,cases,citations")
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(answer.json()["errors"][0]["parameter"], "expand")
        self.assertIn("at most 2", answer.json()["errors"][0]["detail"])
        self.assertEqual(self.client.get("/api/v1/people/?expand=summary,cases,summary").status_code, 200)

    def test_what_is_kept_has_bounds_in_bytes(self):
        queries.cached_query.cache_clear()
        self.client.get("/api/v1/people/?fields=name")
        one = queries.cached_query.cache.currsize
        self.assertGreater(one, 100)
        text = queries.cached_query(*queries.cache_arguments(PersonShape, Pick(), Reader.today(None))).sql
        self.assertEqual(queries.cached_query.cache.currsize, one + len(text))
        self.assertLessEqual(queries.cached_query.cache.maxsize, 64 * 2**20)

    @limited(SEARCHES_PER_MINUTE=2)
    def test_a_choice_that_is_not_kept_counts_as_a_search(self):
        queries.cached_query.cache_clear()
        row = make.person()
        address = f"/api/v1/people/{row.pk}/"
        asked = ["?fields=name", "?fields=name", "?as_of=2025-10-31", "", "?fields=name"]
        answers = [self.client.get(f"{address}{query}").status_code for query in asked]
        self.assertEqual(answers, [200] * 5)
        self.assertEqual(self.client.get(f"{address}?omit=name").status_code, 429)
        self.assertEqual(self.client.get(f"{address}?fields=name").status_code, 200)


class AnswersInTimeTest(TestCase):
    """Filters by what is known on a day are worked out for all; that ends in time, and goes on next time."""

    ADDRESS = "/api/v1/people/?custody=held"

    def setUp(self):
        case_facts.known_by_facts.cache_clear()
        for _ in range(3):
            make.case_event(kind="arrest", date="2025-01-01")

    @override_settings(STATEMENT_TIMEOUT=10)
    def test_each_try_gets_further(self):
        moments = iter([0, 1, 1, 11, *[20] * 99])  # the third person is one too many
        with mock.patch.object(case_facts, "time", mock.Mock(monotonic=moments.__next__)):
            answer = Client(raise_request_exception=False).get(self.ADDRESS)
        self.assertEqual(answer.status_code, 503)
        self.assertTrue(answer["Retry-After"])
        self.assertEqual(len(case_facts.known_by_facts.cache), 2)
        with mock.patch.object(case_facts, "situation", wraps=case_facts.situation) as worked_out:
            self.assertEqual(self.client.get(self.ADDRESS).status_code, 200)
        self.assertEqual(worked_out.call_count, 1)

    def test_what_changes_is_worked_out_anew(self):
        day = "&as_of=2025-02-01"
        address = self.ADDRESS.replace("held", "held_when_last_reported") + day
        before = self.client.get(address).json()["total"]
        case = make.case_event(kind="arrest", date="2025-01-01").case
        self.assertEqual(self.client.get(address).json()["total"], before + 1)
        make.case_event(case=case, kind="release", date="2025-01-02")
        self.assertEqual(self.client.get(address).json()["total"], before)


class SectionsTest(StartTest):
    """A section of the start page that is slow or fails."""

    def page_with(self, rows):
        """The start page, where the rows of one section come in this way."""
        own = make.person(follow_up=start_page.timezone.now().date())
        sections = [
            one._replace(rows=rows) if one.slug == "review" else one for one in start_page.start.sections
        ]
        self.client.force_login(self.editor)
        with (
            mock.patch.object(start_page.start, "sections", sections),
            self.assertLogs("tracker.records.admin.start_page", "ERROR") as logged,
        ):
            page = self.client.get("/admin/")
        self.assertIn("could not be loaded: review", logged.output[0])
        self.assertContains(page, "These lists could not be loaded: <a")
        self.assertContains(page, "/admin/waiting/review/")
        shown = {one["section"].slug: [item.record for item in one["items"]] for one in page.context["busy"]}
        self.assertEqual(shown["follow-ups"], [own])

    def test_one_that_fails_leaves_the_others(self):
        self.page_with(mock.Mock(side_effect=ValueError))

    def test_one_that_the_database_cannot_answer_leaves_the_others(self):
        self.page_with(lambda user: [Person.objects.extra(select={"moment": "1 / 0"})])

    def test_one_that_takes_too_long_leaves_the_others(self):
        slow = {"moment": "(SELECT 1 FROM pg_sleep(60))"}
        self.page_with(lambda user: [Person.objects.extra(select=slow)])  # noqa: S610
