"""Every page can be read by everybody: checked by axe, by keys alone, enlarged, and without another site."""

from axe_playwright_python.sync_playwright import Axe

from tests.browser import BrowserTest
from tests.sampling import some
from tests.test_fixtures import load
from tracker.site.lists.all_lists import PART_LISTS
from tracker.site.page import Page
from tracker.site.urls import PAGES

LARGEST = 100_000  # bytes of a page, without its pictures
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OF_LOOKS = {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size"]}}  # the rest is the same
LOOKS = [(360, "light"), (1280, "dark"), (1280, "light")]  # (width, colors); at 360 and dark, all is checked
ENLARGED = (640, 320)  # 1280 at 200 % and at 400 %
ALIKE = {*PART_LISTS}  # one template, one style
READ_BY_PEOPLE = [page for page in PAGES if page.content_type == Page.content_type and page not in ALIKE]
SAMPLES = ("/search/?q=baku", "/census/?conflict=nothing&as_of=never", "/nothing-here/")  # found, wrong, 404
NOTE_FOCUS = """() => {
    window.places = [];
    document.addEventListener("focusin", ({target: one}) => {
        const style = getComputedStyle(one), box = one.getBoundingClientRect();
        window.places.push({
            seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
            inside: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth,
            name: one.outerHTML.slice(0, 120),
        });
    });
}"""
WITHOUT_PICTURES = "document.querySelectorAll('svg').forEach(one => one.remove())"
PAST_THE_MENU = "document.querySelector('main').tabIndex = -1; document.querySelector('main').focus()"
REACHABLE = """() => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
    .filter(one => document.activeElement === document.body || !one.closest("header, .skip"))
    .filter(one => one.checkVisibility({visibilityProperty: true}) && one.type !== "hidden").length"""


class EveryPageTest(BrowserTest):
    """Each page that people read, on the fixtures."""

    def setUp(self):
        super().setUp()
        load()
        self.addresses = [self.address(page) for page in (*READ_BY_PEOPLE, *some(PART_LISTS))]

    def address(self, page):
        """The address of a page; of a page about a record, that of one with this page."""
        if "<key>" not in page.address:
            return f"/{page.address}"
        view = page.view
        row = view.model().objects.visible_to(None).exclude(slug="").order_by("slug").first()
        return f"/{page.address.replace('<key>', row.slug)}"

    def open(self, address):
        status = self.page.goto(address).status
        self.assertEqual(status, 404 if address == SAMPLES[-1] else 200, address)

    def test_nothing_is_unclear_cut_off_large_or_from_another_site(self):
        asked = []
        self.page.on("request", lambda request: asked.append(request.url))
        for address in (*self.addresses, *SAMPLES):
            with self.subTest(address):
                self.look(360, "dark")
                self.open(address)
                found = Axe().run(self.page, options=RULES)
                self.assertEqual(found.violations_count, 0, found.generate_report())
                for width, scheme in LOOKS:
                    self.look(width, scheme)
                    found = self.page.evaluate("rules => axe.run(rules)", OF_LOOKS)
                    self.assertEqual(found["violations"], [], (width, scheme))
                for width in ENLARGED:
                    self.look(width, scheme)
                self.page.evaluate(WITHOUT_PICTURES)
                self.assertLess(len(self.page.content().encode()), LARGEST)
        self.assertEqual([url for url in asked if not url.startswith((self.live_server_url, "data:"))], [])
        self.errors = [one for one in self.errors if "404" not in one]

    def look(self, width, scheme):
        """See the page in this width and these colors. It need not be moved sideways."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size({"width": width, "height": 800})
        self.assertLessEqual(self.page.evaluate("document.documentElement.scrollWidth"), width)

    def test_axe_would_find_a_slip(self):
        self.open("/about/")
        self.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x>')")
        self.assertEqual(Axe().run(self.page, options=RULES).violations_count, 1)
        self.errors.clear()

    def test_keys_reach_everything_and_show_where_they_are(self):
        for number, address in enumerate(self.addresses):
            with self.subTest(address):
                self.open(address)
                if number:  # the menu is the same on every page
                    self.page.evaluate(PAST_THE_MENU)
                self.page.evaluate(NOTE_FOCUS)
                keys = min(self.page.evaluate(REACHABLE), 60)
                for _ in range(keys):
                    self.page.keyboard.press("Tab")
                places = self.page.evaluate("window.places")
                self.assertEqual(len(places), keys, "The keys left the page before its end.")
                self.assertEqual([one["name"] for one in places if not (one["seen"] and one["inside"])], [])

    def test_the_first_key_leads_past_the_menu(self):
        self.open("/about/")
        for key in ("Tab", "Enter", "Tab"):
            self.page.keyboard.press(key)
        self.assertTrue(self.page.evaluate("document.activeElement.closest('main') !== null"))
