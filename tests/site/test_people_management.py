"""Who works here: invitations, roles, links that set a password, the ends of sessions."""

import re
from datetime import timedelta
from importlib import import_module
from io import StringIO
from unittest import mock
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import make
from tracker.management.commands.serve import Command, create_accounts
from tracker.records.admin.people.accounts import AccountForm
from tracker.records.policy.roles import Role, roles

USERS = "/admin/auth/user/"
PASSWORD = "another long password"
User = get_user_model()


class PeopleTest(TestCase):
    """What these tests share: an administrator who is logged in."""

    @classmethod
    def setUpTestData(cls):
        cls.administrator = make.member("administrator")

    def setUp(self):
        self.client.force_login(self.administrator)

    def invite(self, username="maria", **fields):
        given = {"username": username, "email": "maria@example.org", "roles": ["contributor"], **fields}
        return self.client.post(f"{USERS}add/", given)

    def change(self, user, **fields):
        """The answer to the form of an account, sent with these changes."""
        held = [role.value for role in Role if user.groups.filter(name=role).exists()]
        given = {"username": user.username, "email": user.email, "is_active": "on", "roles": held, **fields}
        sent = {name: value for name, value in given.items() if value is not None}
        return self.client.post(f"{USERS}{user.pk}/change/", sent)

    def link_in(self, answer):
        """The path of the link that a page shows."""
        self.assertEqual(answer.status_code, 200, answer)
        link = re.search(r'class="secret">([^<]+)<', answer.content.decode())[1]
        self.assertTrue(link.startswith(settings.PUBLIC_URL))
        return urlsplit(link).path

    def new_link(self, user):
        return self.link_in(self.client.post(f"{USERS}{user.pk}/link/"))

    def open(self, link):
        """A browser of somebody who is not logged in, and the page that the link leads to."""
        browser = Client()
        return browser, browser.get(link, follow=True)

    def choose(self, link, password=PASSWORD):
        """The answer to choosing a password by a link."""
        browser, page = self.open(link)
        given = {"new_password1": password, "new_password2": password}
        return browser.post(page.request["PATH_INFO"], given, follow=True)

    def assert_dead(self, link):
        self.assertContains(self.open(link)[1], "no longer works")


class GroupTest(TestCase):
    def test_the_migration_makes_a_group_of_each_role(self):
        Group.objects.all().delete()
        import_module("tracker.records.migrations.0001_initial").make_groups(apps, None)
        self.assertEqual({*Group.objects.values_list("name", flat=True)}, {role.value for role in Role})


class InvitationTest(PeopleTest):
    def test_an_invited_person_chooses_a_password_and_works(self):
        link = self.link_in(self.invite(roles=["contributor", "case_officer"]))
        user = User.objects.get(username="maria")
        self.assertEqual(roles(user), {Role.CONTRIBUTOR, Role.CASE_OFFICER})
        self.assertFalse(user.has_usable_password() or user.is_superuser)
        self.assertContains(self.open(link)[1], "maria")
        answer = self.choose(link)
        self.assertContains(answer, "Your password has been set")
        browser = Client()
        self.assertTrue(browser.login(username="maria", password=PASSWORD))
        self.assertEqual(browser.get("/admin/").status_code, 200)
        self.assertEqual(browser.get("/admin/people/person/add/").status_code, 200)
        self.assertEqual(browser.get(USERS).status_code, 403)

    def test_the_link_is_shown_once_and_kept_nowhere(self):
        answer = self.invite()
        token = self.link_in(answer).split("/")[-2]
        self.assertIn("no-store", answer["Cache-Control"])
        user = User.objects.get(username="maria")
        for path in (USERS, f"{USERS}{user.pk}/change/", f"{USERS}{user.pk}/history/", "/admin/"):
            self.assertNotContains(self.client.get(path), token)
        kept = [*User.objects.values_list(), *LogEntry.objects.values_list()]
        kept += [session.get_decoded() for session in Session.objects.all()]
        self.assertNotIn(token, repr(kept))

    def test_the_link_works_once(self):
        link = self.link_in(self.invite())
        self.choose(link)
        self.assert_dead(link)
        self.assertContains(self.choose(link, "a third long password"), "no longer works")
        self.assertTrue(Client().login(username="maria", password=PASSWORD))

    def test_the_link_works_for_a_limited_time(self):
        link = self.link_in(self.invite())
        later = timezone.make_naive(timezone.now()) + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 60)
        with mock.patch("django.contrib.auth.tokens.PasswordResetTokenGenerator._now", return_value=later):
            self.assert_dead(link)

    def test_a_weak_password_is_refused(self):
        link = self.link_in(self.invite())
        for weak in ("short", "maria@example", "password1234"):
            self.choose(link, weak)
            self.assertFalse(Client().login(username="maria", password=weak))
        self.assertContains(self.choose(link, "short"), "too short")

    def test_a_changed_link_opens_nothing(self):
        link = self.link_in(self.invite())
        nobodys = reverse("set_password", args=["MQ", "x-y"])
        for wrong in (f"{link[:-1]}0/", f"{link[:-2]}/", nobodys):
            self.assert_dead(wrong)

    def test_a_role_is_needed_and_a_name_is_given_once(self):
        self.assertContains(self.invite(roles=[]), "This field is required")
        self.assertContains(self.invite(roles=["superuser"]), "Select a valid choice")
        self.invite()
        self.assertContains(self.invite(), "already exists")
        self.assertEqual(User.objects.filter(username="maria").count(), 1)

    def test_a_form_sent_twice_at_once_invites_one(self):
        self.invite()
        with mock.patch.object(AccountForm, "validate_unique"):
            given = {"username": "maria", "roles": ["editor"]}
            answer = self.client.post(f"{USERS}add/", given, follow=True)
        self.assertContains(answer, "another user already has this name")

    def test_nobody_is_invited_as_a_superuser(self):
        self.invite(is_superuser="on", is_staff="", user_permissions=["1"], password="chosen by a stranger")
        user = User.objects.get(username="maria")
        self.assertFalse(user.is_superuser or user.user_permissions.exists() or user.has_usable_password())

    def test_there_is_no_sign_up(self):
        for path in ("/admin/signup/", "/admin/register/", "/accounts/signup/", "/admin/password_reset/"):
            self.assertIn(Client().get(path).status_code, (302, 404))


class ResetTest(PeopleTest):
    """A new link takes the password at once, and every session and earlier link with it."""

    def setUp(self):
        super().setUp()
        self.user = make.member("contributor")

    def test_it_asks_first(self):
        page = self.client.get(f"{USERS}{self.user.pk}/link/")
        self.assertContains(page, "stops working immediately")
        self.assertTrue(Client().login(username=self.user.username, password=make.PASSWORD))

    def test_the_old_password_and_sessions_end_and_the_link_sets_a_new_one(self):
        browser = Client()
        browser.login(username=self.user.username, password=make.PASSWORD)
        link = self.new_link(self.user)
        self.assertEqual(browser.get("/admin/").status_code, 302)
        self.assertFalse(Client().login(username=self.user.username, password=make.PASSWORD))
        self.choose(link)
        self.assertTrue(Client().login(username=self.user.username, password=PASSWORD))

    def test_a_newer_link_ends_the_older(self):
        older, newer = self.new_link(self.user), self.new_link(self.user)
        self.assert_dead(older)
        self.assertContains(self.open(newer)[1], "Set this password")

    def test_it_is_logged_without_the_link(self):
        token = self.new_link(self.user).split("/")[-2]
        (entry,) = LogEntry.objects.filter(object_id=self.user.pk)
        self.assertEqual(entry.user, self.administrator)
        self.assertNotIn(token, entry.change_message)

    def test_a_closed_account_gets_none_and_its_link_is_dead(self):
        link = self.new_link(self.user)
        self.change(self.user, is_active=None)
        self.assert_dead(link)
        self.assertEqual(self.client.post(f"{USERS}{self.user.pk}/link/").status_code, 302)

    def test_nobody_takes_their_own_password(self):
        self.assertEqual(self.client.post(f"{USERS}{self.administrator.pk}/link/").status_code, 302)
        self.administrator.refresh_from_db()
        self.assertTrue(self.administrator.has_usable_password())

    def test_a_superuser_is_out_of_reach(self):
        above = make.superuser()
        self.assertEqual(self.client.get(f"{USERS}{above.pk}/change/").status_code, 200)
        self.assertEqual(self.client.post(f"{USERS}{above.pk}/link/").status_code, 403)
        self.assertEqual(self.change(above, username="other", roles=["editor"]).status_code, 403)
        above.refresh_from_db()
        self.assertTrue(above.has_usable_password())
        self.client.force_login(above)
        self.assertEqual(self.change(make.superuser(), roles=[]).status_code, 302)


class RoleTest(PeopleTest):
    """Roles are given and taken on the page of an account; sessions end with them."""

    def setUp(self):
        super().setUp()
        self.user = make.member("contributor")
        self.browser = Client()
        self.browser.login(username=self.user.username, password=make.PASSWORD)

    def logged_in(self):
        return self.browser.get("/admin/").status_code == 200

    def test_a_changed_role_ends_the_sessions_of_this_user_only(self):
        self.assertEqual(self.change(self.user, roles=["editor"]).status_code, 302)
        self.assertEqual(roles(User.objects.get(pk=self.user.pk)), {Role.EDITOR})
        self.assertFalse(self.logged_in())
        self.assertEqual(self.client.get("/admin/").status_code, 200)
        self.assertTrue(self.browser.login(username=self.user.username, password=make.PASSWORD))

    def test_another_change_ends_no_session(self):
        self.change(self.user, email="new@example.org")
        self.assertTrue(self.logged_in())

    def test_a_closed_account_is_logged_out_for_good(self):
        self.change(self.user, is_active=None)
        self.assertFalse(self.logged_in())
        self.change(self.user)
        self.assertTrue(User.objects.get(pk=self.user.pk).is_active)
        self.assertFalse(self.logged_in())

    def test_a_changed_password_ends_the_other_sessions(self):
        other = Client()
        other.login(username=self.user.username, password=make.PASSWORD)
        given = {"old_password": make.PASSWORD, "new_password1": PASSWORD, "new_password2": PASSWORD}
        self.assertEqual(other.post("/admin/password_change/", given).status_code, 302)
        self.assertEqual(other.get("/admin/").status_code, 200)
        self.assertFalse(self.logged_in())

    def test_nobody_changes_their_own_roles_or_closes_their_own_account(self):
        self.change(self.administrator, roles=["administrator", "editor"], is_active=None, first_name="Ada")
        user = User.objects.get(pk=self.administrator.pk)
        self.assertEqual((roles(user), user.is_active), ({Role.ADMINISTRATOR}, True))
        self.assertEqual(user.first_name, "Ada")

    def test_who_changed_what_is_logged(self):
        self.change(self.user, roles=["editor"])
        (entry,) = LogEntry.objects.filter(object_id=self.user.pk)
        self.assertIn("roles", entry.get_change_message())

    def test_the_list_tells_roles_and_states_and_is_filtered_by_role(self):
        self.invite(roles=["editor"])
        page = self.client.get(USERS)
        for words in ("maria@example.org", "Editor", "no password yet"):
            self.assertContains(page, words)
        listed = self.client.get(f"{USERS}?role=editor").context["cl"].result_list
        self.assertEqual([user.username for user in listed], ["maria"])

    def test_the_list_costs_the_same_for_many(self):
        counts = []
        for _ in range(2):
            make.member("editor", "case_officer")
            self.client.get(USERS)
            with CaptureQueriesContext(connection) as queries:
                self.client.get(USERS)
            counts.append(len(queries))
        self.assertEqual(*counts)


class LimitTest(PeopleTest):
    """Administrators see users and no content; others see no users."""

    def test_an_administrator_sees_no_content(self):
        row = make.person(publication="draft", name="Zzyzx")
        for path in (
            "/admin/people/person/",
            f"/admin/people/person/{row.pk}/change/",
            "/admin/records/source/",
        ):
            self.assertEqual(self.client.get(path).status_code, 403)
        self.assertEqual(self.client.get(f"/api/v1/people/{row.pk}/").status_code, 404)
        listed = {app["app_label"] for app in self.client.get("/admin/").context["app_list"]}
        self.assertEqual(listed, {"auth"})

    def test_others_see_no_users(self):
        for role in ("contributor", "editor", "case_officer"):
            self.client.force_login(make.member(role))
            for page in ("", "add/", f"{self.administrator.pk}/change/", f"{self.administrator.pk}/link/"):
                with self.subTest(role=role, page=page):
                    self.assertEqual(self.client.get(f"{USERS}{page}").status_code, 403)
            self.assertEqual(self.client.post(f"{USERS}{self.administrator.pk}/link/").status_code, 403)

    def test_editors_choose_people_by_their_names_only(self):
        editor = make.member("editor")
        self.client.force_login(editor)
        asked = "app_label=people&model_name=person&field_name=assigned_to"
        path = f"/admin/autocomplete/?{asked}&term={editor.username}"
        self.assertEqual([row["text"] for row in self.client.get(path).json()["results"]], [editor.username])
        nobody = self.client.get(f"/admin/autocomplete/?{asked}&term={self.administrator.username}")
        self.assertEqual(nobody.json()["results"], [])  # work is given to those who write
        self.client.force_login(make.member("contributor"))
        self.assertEqual(self.client.get(path).status_code, 403)

    def test_nobody_is_deleted(self):
        user = make.member("contributor")
        self.assertEqual(self.client.post(f"{USERS}{user.pk}/delete/", {"post": "yes"}).status_code, 403)
        self.assertTrue(User.objects.filter(pk=user.pk).exists())

    def test_no_password_is_shown_or_found_out_by_a_filter(self):
        user = make.member("contributor")
        self.assertNotContains(self.client.get(f"{USERS}{user.pk}/change/"), "argon2")
        self.assertEqual(self.client.get(f"{USERS}?password__startswith=argon2").status_code, 400)

    def test_what_groups_may_do_is_on_no_page(self):
        self.assertEqual(self.client.get("/admin/auth/group/").status_code, 404)


class DemoAccountTest(TestCase):
    """The local demo has somebody who writes and somebody who reviews."""

    def test_they_are_made_with_the_administrator_and_told_once(self):
        with self.settings(DEMO=True):
            told = dict(create_accounts())
            self.assertEqual([*told], ["admin", "editor", "contributor"])
            self.assertEqual(len({*told.values()}), 3)
            for name in ("editor", "contributor"):
                self.assertEqual(roles(User.objects.get(username=name)), {Role(name)})
                browser = Client()
                self.assertTrue(browser.login(username=name, password=told[name]))
                self.assertEqual(browser.get("/admin/").status_code, 200)
            self.assertEqual(create_accounts(), [])

    def test_elsewhere_they_are_not_made(self):
        with self.settings(DEMO=False):
            self.assertEqual([name for name, _ in create_accounts()], ["admin"])
        self.assertEqual(User.objects.count(), 1)

    def test_a_name_that_is_taken_is_left_alone(self):
        taken = make.user("editor")
        with self.settings(DEMO=True):
            self.assertEqual([name for name, _ in create_accounts()], ["admin", "contributor"])
        self.assertFalse(taken.groups.exists())

    def test_each_is_printed_on_a_line(self):
        said = StringIO()
        command = Command(stdout=said)
        command.web = mock.Mock(in_front=True)
        command.say_where([("admin", "first"), ("editor", "second")])
        self.assertEqual(
            len(re.findall("Log in as .* with the password .* not shown again", said.getvalue())), 2
        )
