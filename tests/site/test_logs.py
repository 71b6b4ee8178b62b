import io
import json
import logging
import re
import warnings

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client, SimpleTestCase, TestCase

from tests import make
from tracker.web import logs

NAME = "Canary"


class Read:
    """What is written to a log inside, line by line."""

    def __init__(self, name, level=logging.INFO):
        self.log, self.level = logging.getLogger(name), level

    def __enter__(self):
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(logs.JSONLine())
        self.log.addHandler(self.handler)
        return self

    def __exit__(self, *error):
        self.log.removeHandler(self.handler)

    @property
    def text(self):
        return self.stream.getvalue()

    @property
    def lines(self):
        return [json.loads(line) for line in self.text.splitlines()]


class LineTest(TestCase):
    """A record is one line of JSON that holds nothing of what was sent or stored."""

    def line(self, name, *args, **kwargs):
        """What a call of a logger's error() is written as."""
        with Read(name) as read:
            logging.getLogger(name).error(*args, **kwargs)
        (line,) = read.lines
        return line, read.text

    def test_words_of_ours_are_kept(self):
        line, _ = self.line("tracker.somewhere", "The disk is full: %s left.", "nothing")
        self.assertEqual(line["message"], "The disk is full: nothing left.")
        self.assertEqual([line["level"], line["logger"]], ["error", "tracker.somewhere"])
        self.assertRegex(line["time"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00\Z")

    def test_of_others_only_the_sentence_and_its_numbers(self):
        line, _ = self.line("django.somewhere", "%s failed at %s after %d ms", NAME, f"/{NAME}/", 7)
        self.assertEqual(line["message"], "... failed at ... after 7 ms")
        for msg, args in ((f"{NAME} failed", ()), (f"{NAME}: %d", (NAME,)), ("%(name)s", ({"name": NAME},))):
            record = logging.LogRecord("django.somewhere", logging.ERROR, __file__, 7, msg, args, None)
            self.assertEqual(
                json.loads(logs.JSONLine().format(record))["message"], "Message withheld, from test_logs:7"
            )

    def test_control_characters_begin_no_new_line(self):
        _, text = self.line("tracker.somewhere", "a%sb", '\r{"level": "error"}\x1b[2J\u2028')
        self.assertEqual(len(text.splitlines()), 1)
        self.assertIsNone(re.search(r"[^\x20-\x7e\n]", text))

    def test_an_error_says_where_and_not_what(self):
        group = make.member("editor").groups.first()
        try:
            try:
                User.groups.through.objects.model.objects.create(user_id=-1, group=group)
                User.objects.create(username=group.user_set.get().username)
            except IntegrityError as refused:
                raise ValueError(NAME) from refused
        except ValueError:
            line, text = self.line("django.request", "%s: %s", "Internal Server Error", NAME, exc_info=True)
        error = line["error"]
        self.assertEqual(error["class"], "builtins.ValueError")
        self.assertRegex(error["frames"][-1], r"test_logs\.py:\d+ test_an_error")
        self.assertEqual(error["cause"]["class"], "django.db.utils.IntegrityError")
        self.assertEqual(error["cause"]["cause"]["sqlstate"], "23505")
        for word in (NAME, "Key (", "violates"):
            self.assertNotIn(word, text)

    def test_a_warning_says_where_and_not_what(self):
        text = warnings.formatwarning(f"{NAME} has no time zone", RuntimeWarning, "fields.py", 7, NAME)
        record = logging.LogRecord("py.warnings", logging.WARNING, __file__, 7, "%s", (text,), None)
        self.assertEqual(json.loads(logs.JSONLine().format(record))["message"], "fields.py:7: RuntimeWarning")


class RequestTest(TestCase):
    """Each request is a line, by the pattern of its address."""

    def ask(self, path, method="get", client=None, **kwargs):
        """(the line, the answer) of a request."""
        with Read("tracker.requests") as read:
            answer = getattr(client or Client(raise_request_exception=False), method)(path, **kwargs)
        self.assertEqual(len(read.lines), 1, read.text)
        return read.lines[0], answer

    def test_what_it_holds(self):
        person = make.person(name=NAME)
        line, answer = self.ask(f"/api/v1/people/{person.slug}/", data={"fields": "name"})
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(
            {name: line[name] for name in ("level", "method", "status", "user")},
            {"level": "info", "method": "GET", "status": 200, "user": None},
        )
        self.assertIn("people/(?P<pk>[^/]+)/$", line["route"])
        self.assertGreater(line["milliseconds"], 0)
        self.assertEqual(line["request_id"], answer["X-Request-ID"])
        self.assertEqual(
            set(line),
            {
                *("time", "level", "logger", "request_id", "method", "route", "status"),
                *("milliseconds", "user"),
            },
        )

    def test_who_asked_if_that_was_found_out(self):
        editor = make.member("editor")
        _, token = make.token(editor, "read")
        line, _ = self.ask("/api/v1/people/", headers={"Authorization": f"Bearer {token}"})
        self.assertEqual(line["user"], editor.pk)
        client = Client()
        client.force_login(editor)
        self.assertEqual(self.ask("/admin/", client=client)[0]["user"], editor.pk)
        with self.assertNumQueries(0):
            self.assertIsNone(self.ask("/favicon.ico", client=client)[0]["user"])

    def test_an_id_is_made_or_taken_if_it_cannot_be_a_name(self):
        for given in ("0123abcd-89ef", "F" * 64):
            line, answer = self.ask("/", headers={"X-Request-ID": given})
            self.assertEqual([line["request_id"], answer["X-Request-ID"]], [given, given])
        for given in ("", NAME, "abc", "a" * 65, "0123abcd\n", "0123 abcd", "٠" * 8):
            _, answer = self.ask("/", headers={"X-Request-ID": given})
            self.assertRegex(answer["X-Request-ID"], r"\A[0-9a-f]{32}\Z")

    def test_each_request_has_another(self):
        self.assertNotEqual(self.ask("/")[1]["X-Request-ID"], self.ask("/")[1]["X-Request-ID"])

    def test_nothing_that_was_sent(self):
        for path, method in (
            (f"/{NAME}/", "get"),
            (f"/api/v1/{NAME}/", "get"),
            (f"/api/v1/people/{NAME.lower()}/?q={NAME}&{NAME}=1", "get"),
            ("/api/v1/people/", "post"),
            (f"/admin/set-password/{NAME}/{NAME}/", "get"),
            (f"/admin/people/person/{NAME}/change/", "post"),
        ):
            headers = {"User-Agent": NAME, "Referer": NAME, "Authorization": f"Bearer {NAME}", "Cookie": NAME}
            with Read(None) as read:
                getattr(self.client, method)(path, data={"name": NAME}, headers=headers)
            self.assertNotIn(NAME.lower(), read.text.lower())
        with Read("tracker.requests") as read:
            self.client.generic(NAME, "/api/v1/people/")
        self.assertEqual(read.lines[0]["method"], "other")

    def test_supervisors_fill_no_log(self):
        with Read("tracker.requests") as read:
            self.client.get("/healthz")
        self.assertEqual(read.text, "")


class LevelTest(SimpleTestCase):
    def test_levels_follow_the_status(self):
        for status, level in ((200, "info"), (404, "info"), (500, "error"), (503, "warning")):
            with Read("tracker.requests") as read:
                logs.log_request(Client().request().wsgi_request, status, 0.1)
            self.assertEqual(read.lines[-1]["level"], level)
