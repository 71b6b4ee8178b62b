"""Limits: each holds at n and not at n + 1, for whom it counts, for how long, and whatever a client says."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.test import (
    Client,
    RequestFactory,
    SimpleTestCase,
    TestCase,
    override_settings,
)

from tests import make
from tests.emptied import TransactionTestCase
from tests.site.test_settings import read_settings
from tracker import environment
from tracker.records.accounts.staff import password_link
from tracker.records.protocol.rate_limits import FORGET, Tally, TooMany, address, spend

LOGIN = "/admin/login/"
N = 3


def limited(**limits):
    """Settings with these limits and no others."""
    return override_settings(LIMITS={**dict.fromkeys(settings.LIMITS, 0), **limits})


def later(**passed):
    """Let time pass for all that was counted."""
    for row in Tally.objects.all():
        row.moments = [moment - timedelta(**passed) for moment in row.moments]
        row.save()


def came_from(told, remote="10.0.0.1", **forwarded):
    return address(RequestFactory(REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=told).get("/"))


class SpendTest(TestCase):
    @limited(CODES_PER_HOUR=N)
    def test_n_are_let_through_and_the_next_says_when_to_try_again(self):
        for _ in range(N):
            spend("CODES_PER_HOUR", "ada")
        later(minutes=20)
        with self.assertRaises(TooMany) as refusal:
            spend("CODES_PER_HOUR", "ada")
        self.assertAlmostEqual(refusal.exception.wait, 40 * 60, delta=30)
        self.assertIn("40 minutes", str(refusal.exception.detail))

    @limited(CODES_PER_HOUR=N)
    def test_others_and_other_limits_are_counted_apart(self):
        for _ in range(N):
            spend("CODES_PER_HOUR", "ada")
        spend("CODES_PER_HOUR", "bob")
        spend("LINKS_PER_HOUR", "ada")

    @limited(CODES_PER_HOUR=N)
    def test_no_hour_has_more_than_n_wherever_it_begins(self):
        allowed = 0
        for _ in range(50):
            later(minutes=5)
            try:
                spend("CODES_PER_HOUR", "ada")
                allowed += 1
            except TooMany:
                pass
            within = [moment for row in Tally.objects.all() for moment in row.moments]
            self.assertLessEqual(len(within), N)
        self.assertAlmostEqual(allowed, 50 * 5 / 60 * N, delta=N)

    @limited(CODES_PER_HOUR=1)
    def test_what_is_refused_is_not_counted(self):
        spend("CODES_PER_HOUR", "ada")
        for _ in range(5):
            later(minutes=11)
            self.assertRaises(TooMany, spend, "CODES_PER_HOUR", "ada")
        later(minutes=6)
        spend("CODES_PER_HOUR", "ada")

    @limited(WRITES_PER_MINUTE=1)
    def test_a_minute_is_a_minute(self):
        spend("WRITES_PER_MINUTE", "ada")
        later(seconds=58)
        self.assertRaises(TooMany, spend, "WRITES_PER_MINUTE", "ada")
        later(seconds=3)
        spend("WRITES_PER_MINUTE", "ada")

    def test_zero_is_no_limit_and_asks_nothing(self):
        with self.assertNumQueries(0):
            for _ in range(20):
                spend("CODES_PER_HOUR", "ada")

    @limited(CODES_PER_HOUR=N)
    def test_neither_names_nor_addresses_are_kept_and_what_is_old_is_forgotten(self):
        spend("CODES_PER_HOUR", "ada", "192.0.2.1")
        self.assertRegex(Tally.objects.get().key, "^[0-9a-f]{64}$")
        with self.settings(SECRET_KEY="another" * 10):
            spend("CODES_PER_HOUR", "ada", "192.0.2.1")
        self.assertEqual(Tally.objects.count(), 2)  # without the key nobody finds out who was counted
        later(minutes=61)
        spend("CODES_PER_HOUR", "bob")
        with connection.cursor() as cursor:
            cursor.execute(FORGET, [3600])
        self.assertEqual(Tally.objects.count(), 1)

    def test_the_table_is_not_written_to_the_log_of_the_database(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'records_tally'")
            self.assertEqual(cursor.fetchone()[0], "u")


class TogetherTest(TransactionTestCase):
    @limited(CODES_PER_HOUR=10)
    def test_those_who_come_at_once_share_one_count(self):
        def tried(_):
            try:
                spend("CODES_PER_HOUR", "ada")
            except TooMany:
                return 0
            finally:
                connection.close()
            return 1

        with ThreadPoolExecutor(8) as pool:
            self.assertEqual(sum(pool.map(tried, range(80))), 10)


class AddressTest(SimpleTestCase):
    def test_without_proxies_forwarded_headers_say_nothing(self):
        for told in ("", "192.0.2.7", "192.0.2.7, 198.51.100.1", "nonsense"):
            self.assertEqual(came_from(told), "10.0.0.1")

    @override_settings(PROXIES=1)
    def test_one_proxy_tells_the_last_entry(self):
        for told in ("192.0.2.7", "forged, 192.0.2.7", "198.51.100.1,192.0.2.7"):
            self.assertEqual(came_from(told), "192.0.2.7")

    @override_settings(PROXIES=2)
    def test_two_proxies_tell_the_last_but_one(self):
        self.assertEqual(came_from("forged, 192.0.2.7, 10.0.0.9"), "192.0.2.7")

    @override_settings(PROXIES=2)
    def test_who_came_past_the_proxies_is_counted_as_who_they_are(self):
        for told in ("", "192.0.2.7", "192.0.2.7, nonsense, 10.0.0.9"):
            self.assertEqual(came_from(told), "10.0.0.1")

    @override_settings(PROXIES=1)
    def test_a_network_of_one_customer_is_one(self):
        nets = {
            came_from(told) for told in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:DB8:1:2:0:0:0:1")
        }
        self.assertEqual(nets, {"2001:db8:1:2::/64"})
        self.assertNotIn(came_from("2001:db8:1:3::1"), nets)
        self.assertEqual(came_from("::ffff:192.0.2.7"), "192.0.2.7")


class LimitsTest(TestCase):
    """Each limit where it applies: N requests pass, one more is answered 429 with the time to wait."""

    def assert_limited(self, answers, passing):
        answers = list(answers)
        self.assertEqual({answer.status_code for answer in answers[:-1]}, {passing})
        self.assertEqual(answers[-1].status_code, 429)
        self.assertGreater(int(answers[-1]["Retry-After"]), 0)
        return answers[-1]

    def assert_problem(self, answer):
        self.assertEqual(answer["Content-Type"], "application/problem+json")
        self.assertIn("Try again in", answer.json()["detail"])

    def token(self, *scopes):
        return {"Authorization": f"Bearer {make.token(self.editor, *scopes)[1]}"}

    def setUp(self):
        self.editor = make.member("editor")

    @limited(SEARCHES_PER_MINUTE=N)
    def test_searches_of_an_address_and_of_a_user(self):
        for client in (self.client, Client(REMOTE_ADDR="192.0.2.1")):
            answers = (client.get("/api/v1/people/", {"q": "x"}) for _ in range(N + 1))
            self.assert_problem(self.assert_limited(answers, 200))
            self.assertEqual(client.get("/api/v1/people/").status_code, 200)
        self.client.force_login(self.editor)
        self.assert_limited((self.client.get("/api/v1/people/", {"q": "x"}) for _ in range(N + 1)), 200)

    @limited(EXPORTS_PER_HOUR=N)
    def test_exports(self):
        by_accept = {"headers": {"Accept": "text/csv"}}
        asked = [({"format": "csv"}, {}), ({}, by_accept), ({"format": "csv"}, {}), ({"format": "csv"}, {})]
        self.assert_problem(
            self.assert_limited((self.client.get("/api/v1/people/", q, **how) for q, how in asked), 200)
        )
        self.assertEqual(self.client.get("/api/v1/people/").status_code, 200)

    @limited(WRITES_PER_MINUTE=N)
    def test_writes_of_a_user_who_may_make_as_many_tokens_as_they_like(self):
        def write():
            self.header, sent = self.token("read", "write"), {"content_type": "application/json"}
            return self.client.post("/api/v1/places/", {"name": "Town"}, **sent, headers=self.header)

        self.assert_problem(self.assert_limited((write() for _ in range(N + 1)), 201))
        self.assertEqual(self.client.get("/api/v1/places/", headers=self.header).status_code, 200)

    @limited(WRITES_PER_MINUTE=N)
    def test_writes_in_the_admin(self):
        self.client.force_login(self.editor)
        answers = (self.client.post("/admin/records/place/add/", {"name": ""}) for _ in range(N + 1))
        page = self.assert_limited(answers, 200)
        self.assertContains(page, "Try again in", status_code=429)
        self.assertEqual(self.client.get("/admin/records/place/add/").status_code, 200)

    @limited(CODES_PER_HOUR=N)
    def test_guesses_at_the_old_password_in_an_open_session(self):
        self.client.force_login(self.editor)
        sent = {"old_password": "wrong", "new_password1": "x", "new_password2": "x"}
        self.assert_limited((self.client.post("/admin/password_change/", sent) for _ in range(N + 1)), 200)

    @limited(TOKENS_PER_HOUR=N)
    def test_wrong_tokens_but_no_right_one(self):
        wrong = {"Authorization": f"Bearer dtrk_{'0' * 64}"}
        answers = (self.client.get("/api/v1/people/", headers=wrong) for _ in range(N + 1))
        self.assert_problem(self.assert_limited(answers, 401))
        self.assertEqual(self.client.get("/api/v1/people/", headers=self.token("read")).status_code, 200)

    @limited(LINKS_PER_HOUR=N)
    def test_password_links(self):
        answers = (self.client.get("/admin/set-password/MQ/x-y/") for _ in range(N + 1))
        self.assertContains(self.assert_limited(answers, 200), "Try again in", status_code=429)
        right = password_link(self.editor).removeprefix(settings.PUBLIC_URL)
        self.assertEqual(Client(REMOTE_ADDR="192.0.2.1").get(right).status_code, 302)


class DefaultTest(SimpleTestCase):
    def test_each_limit_has_a_number_in_the_table_of_settings(self):
        found = read_settings()["LIMITS"]
        self.assertEqual(len(found), 8)
        self.assertNotIn(0, found.values())
        self.assertEqual(found["LOGINS_PER_HOUR"], 20)
        self.assertEqual(found, {name: int(environment.DEFAULTS[name]) for name in found})
        self.assertEqual(read_settings(LINKS_PER_HOUR="0")["LIMITS"]["LINKS_PER_HOUR"], 0)

    def test_every_limit_is_used(self):
        files = [
            file.read_text(encoding="utf-8")
            for file in (settings.BASE_DIR / "tracker").rglob("*.py")
            if file.name != "environment.py"
        ]
        used = set(re.findall(r'(?:spend|count_read)\(\s*"(\w+)"', "".join(files)))
        self.assertEqual(used, {*read_settings()["LIMITS"]})
