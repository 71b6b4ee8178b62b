from django.contrib.auth import get_user_model
from playwright.sync_api import Error

from tests.browser import BrowserTest
from tracker.records.accounts.api_tokens import FORM


class AdminInBrowserTest(BrowserTest):
    """The stock admin works under the strict policy, and the browser has nothing to report."""

    def setUp(self):
        super().setUp()
        self.user = get_user_model().objects.create_superuser("editor", "", "a long password")

    def test_log_in_through_the_form(self):
        self.page.goto("/admin/")
        self.page.fill("#id_username", "editor")
        self.page.fill("#id_password", "a long password")
        self.page.click("text=Log in")
        self.page.wait_for_selector("text=Site administration")

    def test_invite_somebody_who_chooses_a_password(self):
        self.log_in(self.user)
        self.page.goto("/admin/auth/user/add/")
        self.page.fill("#id_username", "second")
        self.page.check("text=Contributor")
        self.page.click("[name=_save]")
        link = self.page.text_content(".secret")
        self.page.context.clear_cookies()
        self.page.goto(link)
        self.page.fill("#id_new_password1", "another long password")
        self.page.fill("#id_new_password2", "another long password")
        self.page.click("[type=submit]")
        self.page.wait_for_selector("text=Your password has been set")
        self.page.fill("#id_username", "second")
        self.page.fill("#id_password", "another long password")
        self.page.click("[type=submit]")
        self.page.wait_for_selector("text=Site administration")

    def test_make_a_token_and_revoke_it(self):
        self.log_in(self.user)
        self.page.goto("/admin/records/apitoken/add/")
        self.page.fill("#id_name", "Import")
        self.page.click("[name=_save]")
        self.assertRegex(self.page.text_content(".secret"), FORM)
        self.page.click("text=I have copied it")
        self.page.click("text=Import")
        self.page.click("text=Revoke this token")
        self.page.wait_for_selector("text=has been revoked")

    def test_inline_script_is_refused(self):
        self.page.goto("/admin/login/")
        with self.assertRaisesRegex(Error, "Content Security Policy"):
            self.page.add_script_tag(content="document.title = 'changed'")
        self.assertNotEqual(self.page.title(), "changed")
        self.errors.clear()


class DocsInBrowserTest(BrowserTest):
    """The description of the API is drawn from files of this site alone."""

    def test_a_reader_finds_an_operation(self):
        self.page.goto("/api/v1/docs/")
        self.page.click(".opblock-tag >> text=dialogues")
        self.page.click(".opblock >> text=/api/v1/dialogues/ >> nth=0")
        self.page.wait_for_selector(".opblock-body >> text=Parameters")
