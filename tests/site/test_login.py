"""Logging in: guessers are stopped, owners are not; what answers alike; where a login leads."""

import re
from contextlib import contextmanager
from unittest import mock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client, TestCase, override_settings

from tests import make
from tests.records.test_throttling import later, limited

LOGIN = "/admin/login/"
LIMIT = 20
quick = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])


def log_in(client, username, password=make.PASSWORD, **given):
    """The answer to the form of the login page."""
    headers = {"X-Forwarded-For": given.pop("forwarded", "")}
    sent = {"username": username, "password": password, "next": "/admin/", **given}
    return client.post(LOGIN, sent, headers=headers)


def from_address(number):
    return Client(REMOTE_ADDR=f"192.0.2.{number}")


@contextmanager
def hashing():
    """Notes each password hash that is computed."""
    noted, encode, verify = [], Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def counted(function):
        def run(*args):
            noted.append(function.__name__)
            return function(*args)

        return run

    with (
        mock.patch.object(Argon2PasswordHasher, "encode", counted(encode)),
        mock.patch.object(Argon2PasswordHasher, "verify", counted(verify)),
    ):
        yield noted


class LoginTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.owner = make.member("editor", username="owner")

    def evaluated(self, answers):
        """How many of the answers came of a password that was looked at."""
        codes = [answer.status_code for answer in answers]
        self.assertLessEqual({*codes}, {200, 429})
        return codes.count(200)


@quick
@limited(LOGINS_PER_HOUR=LIMIT)
class GuessTest(LoginTest):
    def test_from_one_address_half_the_limit_then_the_time_to_wait(self):
        answers = [log_in(self.client, "owner", "wrong") for _ in range(LIMIT // 2 + 1)]
        self.assertEqual(self.evaluated(answers[:-1]), LIMIT // 2)
        self.assertContains(answers[-1], "Try again in 60 minutes", status_code=429)
        self.assertGreater(int(answers[-1]["Retry-After"]), 3500)
        self.assertEqual(log_in(self.client, "owner").status_code, 429)  # nor is the right one looked at
        later(minutes=61)
        self.assertEqual(log_in(self.client, "owner").status_code, 302)

    @pytest.mark.long
    def test_a_thousand_guesses_and_the_owner_comes_in(self):
        self.guess(1000)

    def test_guesses_from_a_hundred_addresses_and_the_owner_comes_in(self):
        self.guess(100)

    def guess(self, times):
        known = Client(REMOTE_ADDR="198.51.100.1")
        self.assertEqual(log_in(known, "owner").status_code, 302)
        known.post("/admin/logout/")
        later(minutes=61)
        answers = [log_in(from_address(n % 100), "owner", f"guess {n}") for n in range(times)]
        self.assertEqual(self.evaluated(answers), LIMIT)
        self.assertEqual(log_in(known, "owner").status_code, 302)
        unknown = Client(REMOTE_ADDR="198.51.100.1")
        self.assertEqual(log_in(unknown, "owner").status_code, 429)

    def test_many_accounts_from_one_address(self):
        answers = [log_in(self.client, f"user{number}", "wrong") for number in range(5 * LIMIT + 1)]
        self.assertEqual(self.evaluated(answers), 5 * LIMIT)
        self.assertEqual(log_in(from_address(1), "owner").status_code, 302)

    def test_forged_headers_change_nothing(self):
        answers = [log_in(self.client, "owner", "x", forwarded=f"203.0.113.{n}") for n in range(LIMIT)]
        self.assertEqual(self.evaluated(answers), LIMIT // 2)

    def test_refusals_use_up_nothing_that_others_have_left(self):
        for _ in range(50):
            log_in(self.client, "owner", "wrong")
        self.assertEqual(
            self.evaluated(log_in(from_address(1), "owner", "wrong") for _ in range(LIMIT)), LIMIT // 2
        )


@quick
@limited(LOGINS_PER_HOUR=LIMIT)
class KnownDeviceTest(LoginTest):
    def known(self, username="owner"):
        client = Client()
        log_in(client, username)
        later(minutes=61)
        return client

    def test_it_has_a_limit_of_its_own(self):
        client = self.known()
        answers = [log_in(client, "owner", "wrong") for _ in range(LIMIT + 1)]
        self.assertEqual(self.evaluated(answers), LIMIT)

    def test_it_is_known_to_its_account_only(self):
        client = self.known(make.member("editor", username="other").username)
        answers = [log_in(client, "owner", "wrong") for _ in range(LIMIT)]
        self.assertEqual(self.evaluated(answers), LIMIT // 2)

    def test_a_changed_cookie_is_none(self):
        client = self.known()
        cookie = client.cookies["device"].value
        for forged in (cookie[:-1] + ("A" if cookie[-1] != "A" else "B"), "x", "", cookie.split(":")[0]):
            client.cookies["device"] = forged
            later(minutes=61)
            answers = [log_in(client, "owner", "wrong") for _ in range(LIMIT)]
            self.assertEqual(self.evaluated(answers), LIMIT // 2, forged)

    def test_the_cookie_tells_no_name_and_no_script(self):
        cookie = self.known().cookies["device"]
        self.assertNotIn("owner", cookie.value)
        self.assertTrue(cookie["httponly"])
        self.assertEqual([cookie["samesite"], cookie["path"]], ["Strict", "/"])

    def test_a_wrong_password_makes_no_device_known(self):
        log_in(self.client, "owner", "wrong")
        self.assertNotIn("device", self.client.cookies)


class SameAnswerTest(LoginTest):
    """Unknown, closed, wrong, without a password, no staff: one answer, one hash."""

    def test_the_answer_and_the_work_do_not_tell_whether_there_is_an_account(self):
        closed, invited, outside = (make.user(name) for name in ("closed", "invited", "outside"))
        closed.is_staff, closed.is_active, invited.is_staff = True, False, True
        closed.save()
        invited.set_unusable_password()
        invited.save()
        given = [("owner", "wrong"), ("nobody", "wrong"), ("closed", make.PASSWORD), ("invited", "x")]
        pages = set()
        for name, password in [*given, (outside.username, make.PASSWORD)]:
            with hashing() as hashed:
                answer = log_in(Client(), name, password)
            self.assertEqual([answer.status_code, len(hashed)], [200, 1], name)
            page = answer.content.decode().replace(f'value="{name}"', "")
            pages.add(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page))
        self.assertEqual(len(pages), 1)


AWAY = (  # to another site, or what a browser may take for one
    *(
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "http:///evil.example",
        "//evil.example/admin/",
    ),
    *(r"\\evil.example", "/\\evil.example", "/admin/\\..\\x", "javascript:alert(1)", "java\nscript:alert(1)"),
    *("\x00//evil.example", "\x08//evil.example", "/\t/evil.example", " //evil.example", "data:text/html,x"),
    *("https://testserver.evil.example/admin/", "https://testserver@evil.example/admin/", "http://["),
)
NOWHERE = (  # no page of the admin, or one that a log-in is not to lead to
    *(
        "/nothing/",
        "/admin/nothing/",
        "/admin/records/nothing/",
        "/admin/records/place/1/2/3/",
        "/accounts/profile/",
    ),
    *(
        "/admin/logout/",
        "/admin/logout/?x=1",
        "/admin/login/",
        "/admin/login/?next=/admin/login/",
        "/api/v1/",
    ),
    *("/admin/set-password/1/1/", "/admin/records/place", "admin/", "", "x", "/admin/\x7f", "/admin/\x00"),
)
WANTED = (
    "/admin/records/place/?q=x",
    "/admin/records/place/add/",
    "/admin/waiting/my-drafts/",
    "/admin/password_change/",
)


@quick
class NextTest(LoginTest):
    def led_to(self, wanted):
        sent = {"username": "owner", "password": make.PASSWORD}
        return Client().post(LOGIN, {**sent, "next": wanted})["Location"]

    def test_a_bad_one_ends_on_the_start_page(self):
        for wanted in (*AWAY, *NOWHERE):
            self.assertEqual(self.led_to(wanted), "/admin/", wanted)

    def test_it_is_read_in_the_address_too(self):
        sent = {"username": "owner", "password": make.PASSWORD}
        for wanted in (*AWAY, *NOWHERE):
            answer = Client().post(LOGIN, sent, query_params={"next": wanted})
            self.assertEqual(answer["Location"], "/admin/", wanted)
        self.assertEqual(Client().post(LOGIN, sent)["Location"], "/admin/")

    def test_it_leads_to_where_one_wanted(self):
        for wanted in WANTED:
            self.assertEqual(self.led_to(wanted), wanted)

    @override_settings(SECOND_FACTOR=True)
    def test_the_way_through_the_second_factor_is_kept(self):
        wanted = "/admin/second-factor/?next=/admin/records/place/"
        self.assertEqual(self.led_to(wanted), wanted)

    @override_settings(SECOND_FACTOR=False)
    def test_without_a_second_factor_no_log_in_leads_to_its_page(self):
        self.assertEqual(self.led_to("/admin/second-factor/"), "/admin/")
