"""A form that was sent after its session ended: what was typed is kept and can be sent again."""

import re
from urllib.parse import urlencode, urlsplit

from django.test import Client

from people.models import Person
from tests import make
from tests.test_admin import AdminTest, address, form_data
from tracker.records.accounts.staff import password_link

ORIGIN = {"headers": {"origin": "http://testserver"}}


def token(page):
    return re.search(r'name="csrfmiddlewaretoken" value="(.+?)"', page.content.decode())[1]


class EndedSessionTest(AdminTest):
    def setUp(self):
        self.client = Client(enforce_csrf_checks=True)
        self.client.force_login(self.admin)
        self.person = make.person(name="Before")
        self.path = address(Person, "change", self.person.pk)
        page = self.client.get(self.path)
        self.sent = {**form_data(page), "name": "<After>\n& more", "csrfmiddlewaretoken": token(page)}

    def test_what_was_typed_is_kept_and_sent_again_after_a_login(self):
        self.client.cookies.pop("sessionid")
        held = self.client.post(self.path, self.sent, **ORIGIN)
        self.assertContains(held, "&lt;After&gt;", status_code=403)
        self.assertContains(held, "Citations 1: locator kind", status_code=403)
        self.log_in_elsewhere()
        again = self.client.post(self.path, {**self.sent, "csrfmiddlewaretoken": token(held)}, **ORIGIN)
        self.assertContains(again, "&lt;After&gt;", status_code=403)  # the login gave another token
        self.client.post(self.path, {**self.sent, "csrfmiddlewaretoken": token(again)}, **ORIGIN)
        self.person.refresh_from_db()
        self.assertIn("After", self.person.name)

    def log_in_elsewhere(self):
        page = self.client.get("/admin/login/")
        known = {"username": self.admin.username, "password": make.PASSWORD}
        known |= {"csrfmiddlewaretoken": token(page), "next": "/admin/"}
        self.assertEqual(self.client.post("/admin/login/", known, **ORIGIN).status_code, 302)

    def test_a_row_of_any_number_is_kept(self):
        self.client.cookies.pop("sessionid")
        sent = {**self.sent, f"citations-{'9' * 5000}-locator": "Kept"}
        form = {"data": urlencode(sent), "content_type": "application/x-www-form-urlencoded"}
        self.assertContains(self.client.post(self.path, **form, **ORIGIN), "Kept", status_code=403)

    def test_the_form_of_a_stranger_is_never_offered(self):
        for headers in ({"origin": "http://evil.example"}, {"origin": "null"}, {}):
            sent = {**self.sent, "csrfmiddlewaretoken": "x" * 64}
            answer = self.client.post(self.path, sent, headers=headers)
            self.assertNotContains(answer, "Send it again", status_code=403)

    def test_nobody_without_a_session_changes_anything(self):
        self.client.cookies.pop("sessionid")
        self.client.post(self.path, self.sent, **ORIGIN)
        self.person.refresh_from_db()
        self.assertEqual(self.person.name, "Before")

    def test_whoever_only_reads_is_led_to_the_login(self):
        self.client.cookies.pop("sessionid")
        self.assertEqual(self.client.get(self.path).status_code, 302)

    def test_a_password_is_shown_to_nobody(self):
        link = urlsplit(password_link(make.member("contributor"))).path
        typed = {f"new_password{number}": "Zzyzx" for number in (1, 2)} | {"old_password": "Zzyzx"}
        for path in ("/admin/password_change/", "/admin/login/", link, self.path):
            for session in (True, False):
                with self.subTest(path=path, session=session):
                    if not session:
                        self.client.cookies.pop("sessionid", None)
                    for token in ("x" * 64, self.sent["csrfmiddlewaretoken"]):
                        sent = {**typed, "Password": "Zzyzx", "csrfmiddlewaretoken": token}
                        answer = self.client.post(path, sent, **ORIGIN)
                        self.assertNotIn("Zzyzx", answer.content.decode())
                        held = b"Send it again" in answer.content
                        self.assertFalse(held and path != self.path)
            self.client.force_login(self.admin)
