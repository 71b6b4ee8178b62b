"""What a copy of the database opens: no session; and what ends everything that it might."""

from io import StringIO

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, TestCase, override_settings

from tests import make
from tests.site.test_login import log_in, quick
from tracker.records.accounts.sessions import SessionStore, session_key_hash
from tracker.records.protocol.idempotency import KeptAnswer

INSIDE = "/admin/password_change/"


def everything():
    """All that the tables hold, as text."""
    with connection.cursor() as cursor:
        held = []
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')  # noqa: S608
            held += [row for (row,) in cursor.fetchall()]
    return "\n".join(held)


@quick
class SessionTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make.member("editor", username="owner")

    def setUp(self):
        log_in(self.client, "owner")
        self.key = self.client.cookies[settings.SESSION_COOKIE_NAME].value

    def opens(self, key):
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = key
        return client.get(INSIDE).status_code == 200

    def test_the_key_opens_the_admin_and_nothing_that_is_stored_does(self):
        self.assertTrue(self.opens(self.key))
        self.assertNotIn(self.key, everything())
        stored = Session.objects.get().session_key
        self.assertEqual(stored, session_key_hash(self.key))
        self.assertFalse(self.opens(stored))

    def test_a_key_as_it_was_stored_before_opens_nothing(self):
        Session.objects.update(session_key=self.key)
        self.assertFalse(self.opens(self.key))

    def test_it_ends_by_logging_out(self):
        self.client.post("/admin/logout/")
        self.assertFalse(self.opens(self.key) or Session.objects.exists())

    def test_store(self):
        store = SessionStore()
        store["said"] = "yes"
        store.save()
        self.assertTrue(SessionStore().exists(store.session_key))
        again = SessionStore(store.session_key)
        self.assertEqual(again["said"], "yes")
        again.cycle_key()
        self.assertFalse(SessionStore().exists(store.session_key))
        self.assertEqual(SessionStore(again.session_key)["said"], "yes")
        again.flush()
        self.assertFalse(SessionStore().exists(again.session_key or store.session_key))
        self.assertEqual(SessionStore("unknown").load(), {})

    def test_another_secret_ends_all_sessions_and_links(self):
        with override_settings(SECRET_KEY="another " * 10):
            self.assertFalse(self.opens(self.key))

    def test_no_token_password_or_code_is_stored_as_it_is_given(self):
        _, token = make.token(self.editor, "read")
        headers = {"Authorization": f"Bearer {make.token(self.editor, 'read', 'write')[1]}"}
        self.client.post(
            "/api/v1/places/",
            {"name": "Here"},
            content_type="application/json",
            headers={**headers, "Idempotency-Key": "one"},
        )
        self.assertTrue(KeptAnswer.objects.exists())
        held = everything()
        for secret in (token, headers["Authorization"].split()[1], make.PASSWORD):
            self.assertNotIn(secret, held)


@quick
class RecoverTest(TestCase):
    def test_everybody_gets_a_new_link_and_no_password_or_session_works_any_more(self):
        for name in ("ada", "bob"):
            make.member("editor", username=name)
        make.user("gone", is_active=False)
        log_in(self.client, "ada")
        out = StringIO()
        call_command("recover", "--all", stdout=out)
        lines = out.getvalue().split()
        self.assertEqual(lines[::2], ["ada", "bob"])
        self.assertEqual(self.client.get(INSIDE).status_code, 302)
        self.assertEqual(log_in(Client(), "bob").status_code, 200)
        page = lines[3].partition("/admin/")[2]
        self.assertEqual(Client().get(f"/admin/{page}", follow=True).status_code, 200)

    def test_one_or_all(self):
        for words in ([], ["ada", "--all"]):
            with self.assertRaisesMessage(CommandError, "Give a username or --all."):
                call_command("recover", *words)
