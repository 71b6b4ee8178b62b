"""The second factor: who lacks it reaches nothing, how it is set up, asked for, lost and taken."""

import re
from base64 import b32decode
from time import time
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client, TestCase, override_settings
from django.urls import URLResolver, get_resolver
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import make
from tests.browser import BrowserTest
from tests.records.test_throttling import limited
from tests.site.test_login import log_in, quick
from tracker.records.accounts.second_factor import code_hash
from tracker.records.accounts.staff import password_link

PAGE = "/admin/second-factor/"
INSIDE = "/admin/password_change/"
ARGUMENTS = {"int": "1", "uuid": str(uuid4()), "slug": "my-drafts", "path": "1", "str": "1"}
OPEN = {"/admin/login/", "/admin/logout/", PAGE, "/admin/set-password/1/1/"}
User = get_user_model()


def code_of(app, step=0):
    """What the app shows, `step` half minutes from now."""
    totp = TOTP(app.bin_key)
    totp.time = time() + 30 * step
    return f"{totp.token():06}"


def admin_paths(resolver=None, before="/"):
    """A path of each route of the admin."""
    for pattern in (resolver or get_resolver()).url_patterns:
        said = str(pattern.pattern)
        path = re.sub(r"<(?:(\w+):)?\w+>", lambda found: ARGUMENTS[found[1] or "str"], said)
        path = re.sub(r"\(\?P<\w+>[^)]*\)", "records", said) if "?P<" in said else path
        if isinstance(pattern, URLResolver):
            yield from admin_paths(pattern, before + path)
        elif (before + path).startswith("/admin/"):
            yield before + re.sub(r"[\^$\\]", "", path)


@quick
@override_settings(SECOND_FACTOR=True)
class SecondFactorTest(TestCase):
    """What these tests share: an editor who has given the password only."""

    @classmethod
    def setUpTestData(cls):
        cls.user = make.superuser(username="ada")

    def setUp(self):
        log_in(self.client, "ada")

    def set_up(self, client=None):
        """The app after it was set up, and the recovery codes that were shown."""
        client = client or self.client
        secret = client.get(PAGE).context["form"] and client.session["second_factor_begun"]
        answer = client.post(PAGE, {"code": code_of(TOTPDevice(key=secret))})
        return TOTPDevice.objects.get(user=self.user), answer.context["codes"]

    def enter(self, client, code, **given):
        return client.post(PAGE, {"code": code, **given})

    def assert_in(self, client):
        self.assertEqual(client.get(INSIDE).status_code, 200)

    def assert_out(self, client):
        self.assertEqual(client.get(INSIDE).status_code, 302)


class GateTest(SecondFactorTest):
    def test_every_route_of_the_admin_leads_to_it(self):
        paths = {*admin_paths()}
        self.assertGreater(len(paths), 150)
        self.assertLessEqual(OPEN, paths)
        for path in paths - OPEN:
            for send in (self.client.get, self.client.head):
                self.assertRedirects(
                    send(path), f"{PAGE}?{urlencode({'next': path})}", fetch_redirect_response=False
                )

    def test_no_form_is_taken_and_none_is_lost(self):
        for path in {*admin_paths()} - OPEN:
            answer = self.client.post(path, {"name": "typed"})
            self.assertIn(answer.status_code, (302, 403), path)
        self.assertContains(answer, "typed", status_code=403)
        self.assertContains(answer, "Log in in another tab", status_code=403)

    def test_a_session_reaches_nothing_in_the_api(self):
        for path in ("/api/v1/people/", "/api/v1/proposals/", "/api/v1/", "/api/v1/docs/"):
            answer = self.client.get(path)
            self.assertEqual(answer.status_code, 401, path)
            self.assertIn("second factor", answer.json()["detail"])
        answer = self.client.post("/api/v1/places/", {"name": "x"}, content_type="application/json")
        self.assertEqual(answer.status_code, 401)
        self.set_up()
        self.assertEqual(self.client.get("/api/v1/proposals/").status_code, 200)

    def test_one_can_log_out(self):
        self.assertContains(self.client.get(PAGE), "Log out")
        self.client.post("/admin/logout/")
        self.assertRedirects(
            self.client.get(PAGE), f"/admin/login/?next={PAGE}", fetch_redirect_response=False
        )

    @override_settings(SECOND_FACTOR=False)
    def test_where_it_is_off_nobody_is_asked(self):
        self.assert_in(self.client)
        self.assertEqual(self.client.get(PAGE).status_code, 404)
        self.assertNotContains(self.client.get("/admin/"), "Second factor")

    def test_the_secrets_of_others_are_on_no_page(self):
        self.set_up()
        for path in ("/admin/otp_totp/totpdevice/", "/admin/otp_static/staticdevice/"):
            self.assertEqual(self.client.get(path).status_code, 404)


class SetUpTest(SecondFactorTest):
    def test_it_is_shown_as_a_picture_and_as_text_until_a_code_is_right(self):
        first, again = self.client.get(PAGE), self.client.get(PAGE)
        self.assertEqual(first.context["secret"], again.context["secret"])
        self.assertContains(first, "<svg")
        self.assertNotContains(first, "style=")
        self.assertContains(self.enter(self.client, "000000"), "This code is not valid")
        self.assertFalse(TOTPDevice.objects.exists())
        self.assert_out(self.client)
        self.set_up()
        self.assert_in(self.client)
        self.assertNotIn("second_factor_begun", self.client.session)

    def test_recovery_codes_are_shown_once_and_kept_as_hashes(self):
        _, codes = self.set_up()
        self.assertEqual(len({*codes}), 10)
        kept = {*StaticToken.objects.values_list("token", flat=True)}
        self.assertEqual(kept, {code_hash(code) for code in codes})
        self.assertFalse(kept & {*codes})
        self.assertNotContains(self.client.get(PAGE), codes[0])

    def test_it_is_set_up_once_by_two_at_once(self):
        other = Client()
        log_in(other, "ada")
        other.get(PAGE)
        key = other.session["second_factor_begun"]
        self.set_up()
        answer = self.enter(other, code_of(TOTPDevice(key=key)))
        self.assertNotEqual(answer.status_code, 200)  # the session ended, too
        self.assert_out(other)
        self.assertEqual(TOTPDevice.objects.count(), 1)

    def test_it_leads_on_but_never_away(self):
        app, _ = self.set_up()
        places = "/admin/records/place/"
        for given, leads in ((places, places), ("//evil.example", "/admin/")):
            browser = Client()
            log_in(browser, "ada")
            app.refresh_from_db()
            TOTPDevice.objects.update(last_t=-1)
            self.assertEqual(self.enter(browser, code_of(app), next=given)["Location"], leads)


class CodeTest(SecondFactorTest):
    def setUp(self):
        super().setUp()
        self.app, self.codes = self.set_up()
        self.other = Client(REMOTE_ADDR="192.0.2.1")
        log_in(self.other, "ada")

    def test_a_code_opens_once(self):
        code = code_of(self.app, 1)
        self.assert_out(self.other)
        self.assertEqual(self.enter(self.other, code).status_code, 302)
        self.assert_in(self.other)
        third = Client()
        log_in(third, "ada")
        self.assertContains(self.enter(third, code), "This code is not valid")
        self.assert_out(third)

    def test_an_old_code_opens_nothing(self):
        self.enter(self.other, code_of(self.app, -3))
        self.assert_out(self.other)

    def test_a_recovery_code_opens_once_however_typed(self):
        self.enter(self.other, self.codes[0].upper().replace("-", " "))
        self.assert_in(self.other)
        self.assertContains(self.other.get(PAGE), "9 recovery codes are left")
        third = Client()
        log_in(third, "ada")
        self.enter(third, self.codes[0])
        self.assert_out(third)

    def test_the_code_of_somebody_else_opens_nothing(self):
        bob = make.member("editor", username="bob")
        key = TOTPDevice.objects.create(user=bob, key="ab" * 20)
        self.enter(self.other, code_of(key))
        self.assert_out(self.other)

    @limited(CODES_PER_HOUR=3)
    def test_n_guesses_and_no_more_and_the_owner_comes_in(self):
        for _ in range(3):
            self.assertEqual(self.enter(self.other, "000000").status_code, 200)
        refused = self.enter(self.other, code_of(self.app, 1))
        self.assertContains(refused, "Try again in", status_code=429)
        self.client.post("/admin/logout/")
        log_in(self.client, "ada")  # by a device that it knows
        self.assertEqual(self.enter(self.client, code_of(self.app, 1)).status_code, 302)
        self.assert_in(self.client)

    def test_a_password_alone_makes_no_device_known(self):
        self.assertNotIn("device", self.other.cookies)
        self.assertIn("device", self.client.cookies)

    def test_another_one_is_set_up_with_a_code_of_the_old(self):
        page = self.enter(self.client, "000000")
        self.assertContains(page, "This code is not valid")
        self.enter(self.client, code_of(self.app, 1))
        self.assertFalse(TOTPDevice.objects.exists() or StaticToken.objects.exists())
        self.assert_out(self.client)
        self.set_up()
        self.assert_in(self.client)


class RecoveryTest(SecondFactorTest):
    """Who lost both gets a link of an administrator."""

    def setUp(self):
        super().setUp()
        self.set_up()
        self.administrator = make.member("administrator", username="root")
        self.office = Client()
        self.office.force_login(self.administrator)
        session = self.office.session
        session["second_factor"] = True
        session.save()

    def take(self, **given):
        """What the administrator's page leaves of the second factor."""
        path = f"/admin/auth/user/{self.member.pk}/link/"
        self.assertContains(self.office.get(path), "Remove their second factor too")
        self.assertEqual(self.office.post(path, given).status_code, 200)
        return TOTPDevice.objects.filter(user=self.member).exists()

    def test_the_link_takes_it_only_if_told_so(self):
        self.member = make.member("editor", username="bob")
        TOTPDevice.objects.create(user=self.member)
        self.assertTrue(self.take())
        self.assertFalse(self.take(factors="on"))

    def test_after_the_link_one_sets_up_another(self):
        password_link(self.user, factors=True)
        self.assert_out(self.client)
        User.objects.get(pk=self.user.pk)
        self.user.set_password(make.PASSWORD)
        self.user.save()
        log_in(self.client, "ada")
        self.assertContains(self.client.get(PAGE), "<svg")

    def test_the_last_administrator_has_a_command(self):
        self.assertIn("/admin/set-password/", call_command("recover", "ada"))
        self.assertFalse(TOTPDevice.objects.filter(user=self.user).exists())
        self.assert_out(self.client)


@pytest.mark.long
@override_settings(SECOND_FACTOR=True)
class InBrowserTest(BrowserTest):
    """The picture is drawn, and the way is walked, under the policy that pages have."""

    def test_from_the_password_to_the_start_page(self):
        make.superuser(username="ada")
        self.page.goto("/admin/")
        self.page.fill("[name=username]", "ada")
        self.page.fill("[name=password]", make.PASSWORD)
        self.page.click("[type=submit]")
        self.assertGreater(self.page.locator(".qr svg path").bounding_box()["width"], 100)
        secret = self.page.inner_text("code.secret")
        self.page.fill("[name=code]", code_of(TOTPDevice(key=b32decode(secret).hex())))
        self.page.click("text=Continue")
        self.assertEqual(self.page.locator(".codes code").count(), 10)
        self.page.click("text=I have copied them")
        self.assertTrue(self.page.url.endswith("/admin/"))
        self.page.click("text=Second factor")
        self.assertIn("10 recovery codes are left", self.page.inner_text("main"))
        self.page.click("text=Log out")
        self.page.wait_for_selector("text=Logged out")


class SessionTest(SecondFactorTest):
    """A session ends as soon as the rights change that it began with, by whatever way."""

    def test_it_ends_when_the_second_factor_is_removed(self):
        self.set_up()
        self.assert_in(self.client)
        TOTPDevice.objects.all().delete()
        self.assert_out(self.client)
        self.assertNotIn("_auth_user_id", self.client.session)

    @override_settings(SECOND_FACTOR=False)
    def test_it_ends_with_roles_and_rights(self):
        changes = {
            "roles": lambda user: user.groups.clear(),
            "another role": lambda user: user.groups.create(name="anything else"),
            "staff": lambda user: User.objects.filter(pk=user.pk).update(is_staff=False),
            "closed": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
            "superuser": lambda user: User.objects.filter(pk=user.pk).update(is_superuser=True),
            "password": lambda user: User.objects.filter(pk=user.pk).update(password="x"),
        }
        for said, change in changes.items():
            member = make.member("editor")
            log_in(self.client, member.username)
            self.assert_in(self.client)
            change(member)
            ended = self.client.get(INSIDE).status_code == 302
            self.assertEqual(ended, said != "another role", said)  # a group that is no role gives no right

    @override_settings(SECOND_FACTOR=False)
    def test_it_ends_in_the_api_too(self):
        member = make.member("editor")
        self.client.force_login(member)
        self.assertEqual(self.client.get("/api/v1/proposals/").status_code, 200)
        member.groups.clear()
        self.assertEqual(self.client.get("/api/v1/proposals/").status_code, 401)
