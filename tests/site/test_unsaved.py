"""In a real browser: Enter saves nothing half typed, what is typed is not lost unasked, and saved once."""

import time
from unittest import mock

from django.contrib.admin import site

from dialogues.models import Dialogue, Participation
from people.models import Person
from tests import make
from tests.site.test_slips import SlipsTest
from tracker.records.admin.sources_places import PlaceAdmin
from tracker.records.base.places import Place


class EnterTest(SlipsTest):
    """Enter in a one-line field."""

    def test_it_saves_no_record_and_no_row(self):
        self.open("dialogues/dialogue", "Add another Participation")
        self.page.fill("#id_title", "Half typed")
        for field in ("title", "start_date", "participations-0-count_min", "citations-0-locator"):
            self.page.press(f"#id_{field}", "Enter")
        self.page.press("#id_confidentiality", "Enter")
        self.assertEqual(self.page.input_value("#id_title"), "Half typed")
        self.assertFalse(Dialogue.objects.exists())
        self.page.locator("[name=_continue]").press("Enter")  # on the button it means the button
        self.page.wait_for_selector("text=was added successfully")
        self.page.fill("#id_title", "Half mended")
        self.page.press("#id_title", "Enter")
        self.assertEqual(Dialogue.objects.get().title, "Half typed")

    def test_it_saves_no_account_and_no_token(self):
        for page, field in (("auth/user", "username"), ("records/apitoken", "name")):
            self.page.goto(f"/admin/{page}/add/")
            self.page.fill(f"#id_{field}", "half")
            self.page.press(f"#id_{field}", "Enter")
            self.page.wait_for_timeout(200)
            self.assertEqual(self.page.input_value(f"#id_{field}"), "half")

    def test_a_search_still_searches_and_a_login_still_logs_in(self):
        self.page.goto("/admin/people/person/")
        self.page.fill("#searchbar", "Kamala")
        self.page.press("#searchbar", "Enter")
        self.page.wait_for_url("**/?q=Kamala")
        self.page.context.clear_cookies()
        self.page.goto("/admin/")
        self.page.fill("#id_username", "editor")
        self.page.fill("#id_password", make.PASSWORD)
        self.page.press("#id_password", "Enter")
        self.page.wait_for_selector("text=Site administration")


class LeavingTest(SlipsTest):
    def leave_by(self, *ways, stays=True):
        """Try to leave in each way; the browser asks, and one stays, or it does not ask."""
        for way in ways:
            before = self.page.url
            with self.subTest(way=way), self.asked(stay=stays) as kinds:
                self.page.evaluate(way)
                self.page.wait_for_timeout(400)
                self.assertEqual((kinds, self.page.url), (["beforeunload"], before))

    def goes(self, way):
        """Leave, and nothing is asked."""
        with self.asked() as kinds:
            self.page.evaluate(way)
            self.page.wait_for_timeout(400)
        self.assertEqual(kinds, [])

    HOME = "() => document.querySelector('.breadcrumbs a').click()"
    BACK, RELOAD = "() => history.back()", "() => location.reload()"
    LOG_OUT = "() => document.querySelector('#logout-form button').click()"

    def test_what_was_typed_is_asked_for_in_every_way(self):
        self.page.goto("/admin/")
        self.open("dialogues/dialogue")
        self.page.fill("#id_title", "Typed")
        self.leave_by(self.HOME, self.BACK, self.RELOAD, self.LOG_OUT)
        with self.asked(stay=True) as kinds:
            self.page.close(run_before_unload=True)
            self.page.wait_for_timeout(400)
        self.assertEqual(kinds, ["beforeunload"])

    def test_a_choice_a_new_row_and_a_tick_count_too(self):
        person = make.person(publication="draft")
        self.open("dialogues/statement")
        self.page.click("text=Add another Speaker")
        self.leave_by(self.HOME)
        self.page.click("#speakers-0 .inline-deletelink")
        self.goes(self.RELOAD)  # it is as it was
        self.page.wait_for_selector("#id_about_people")
        self.search("about_people", "Farhad")
        self.page.keyboard.press("Enter")
        self.leave_by(self.HOME)
        with self.asked():
            self.page.goto(f"/admin/people/person/{person.pk}/change/")
        self.page.select_option("#id_gender", "female")
        self.leave_by(self.HOME)

    def test_nothing_is_asked_where_nothing_was_changed_or_all_is_saved(self):
        self.open("records/place")
        self.page.click("#id_name")
        self.page.keyboard.type("A")
        self.page.keyboard.press("Backspace")
        self.goes(self.RELOAD)
        self.page.wait_for_selector("#id_name")
        self.page.fill("#id_name", "Lachin")
        with self.asked() as kinds:
            self.page.click("[name=_continue]")
            self.page.wait_for_selector("text=was added successfully")
        self.assertEqual(kinds, [])
        self.page.click("#id_name")
        self.goes(self.HOME)

    def test_what_was_refused_is_still_unsaved(self):
        self.open("records/place")
        self.page.fill("#id_name", "Lachin")
        self.page.fill("#id_latitude", "39")
        self.page.click("[name=_save]")
        self.page.wait_for_selector(".errornote")
        self.page.click("#id_name")
        self.leave_by(self.HOME)

    def test_a_small_window_asks_before_it_closes(self):
        self.open("dialogues/statement")
        with self.page.expect_popup() as opened:
            self.page.click("#add_id_place")
        small = opened.value
        small.fill("#id_name", "Lachin")
        with small.expect_event("dialog") as asked:
            small.close(run_before_unload=True)
        self.assertEqual(asked.value.type, "beforeunload")
        asked.value.dismiss()  # a window that is closed with the question open can take the browser with it


class TwiceTest(SlipsTest):
    """Save is pressed twice."""

    def test_a_double_click_and_two_enters_send_one_form(self):
        place, save = site.get_model_admin(Place), PlaceAdmin.save_model
        slow = mock.patch.object(place, "save_model", lambda *args: time.sleep(1) or save(place, *args))
        for press in (
            lambda: self.page.dblclick("[name=_save]"),
            lambda: self.page.press("[name=_save]", "Enter") or self.page.keyboard.press("Enter"),
            lambda: self.page.keyboard.press("Control+s") or self.page.keyboard.press("Control+s"),
        ):
            self.open("records/place")
            self.page.fill("#id_name", "Lachin")
            sent = []
            self.page.on("request", lambda request, sent=sent: sent.append(request.method))
            with slow:
                press()
                self.page.wait_for_selector("text=was added successfully")
            self.assertEqual(sent.count("POST"), 1)
        self.assertEqual(Place.objects.count(), 3)

    def test_the_same_form_sent_twice_makes_one_record_in_a_small_window_too(self):
        """As a browser without the script does, or one that was stopped and sent again."""
        self.open("dialogues/dialogue", "Add another Participation")
        self.page.fill("#id_title", "Once")
        self.search("participations-0-person", "Farhad")
        self.page.keyboard.press("Enter")
        form = "() => Object.fromEntries(new FormData(document.querySelector('#dialogue_form')))"
        typed = {**self.page.evaluate(form), "_save": "Save"}
        for _ in range(2):
            self.page.context.request.post(self.page.url, form=typed)
        self.assertEqual((Dialogue.objects.count(), Participation.objects.count()), (1, 1))
        self.page.context.request.post(self.page.url, form={**typed, "title": "Another"})
        self.assertEqual(Person.objects.count(), 2)
        self.assertEqual(Dialogue.objects.count(), 1)
