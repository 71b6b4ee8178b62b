"""Every page can be read by everybody: checked by axe, by keys alone, enlarged, and without another site."""

from axe_playwright_python.sync_playwright import Axe

from tests.browser import BrowserTest
from tests.test_fixtures import load
from tracker.site.page import Page
from tracker.site.urls import PAGES

LARGEST = 100_000  # bytes of a page, without its pictures
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OF_LOOKS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size"]}
}  # the rest stays the same
LOOKS = (((360,), "dark", RULES), ((1280, 640), "light", OF_LOOKS))  # 640: 1280 at 200 %
READ_BY_PEOPLE = [page for page in PAGES if page.content_type == Page.content_type]
SAMPLES = ("/search/?q=baku", "/census/?conflict=nothing&as_of=never", "/nothing-here/")  # found, wrong, 404
FOCUS = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    return one === document.body ? null : {
        seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
        inside: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth,
        name: one.outerHTML.slice(0, 120),
    };
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
        self.addresses = [self.address(page) for page in READ_BY_PEOPLE]

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
        axe, asked = Axe(), []
        self.page.on("request", lambda request: asked.append(request.url))
        for widths, scheme, rules in LOOKS:
            self.page.emulate_media(color_scheme=scheme)
            for address in (*self.addresses, *SAMPLES):
                with self.subTest(address, widths=widths, scheme=scheme):
                    self.open(address)
                    for width in widths:
                        self.page.set_viewport_size({"width": width, "height": 800})
                        wide = self.page.evaluate("document.documentElement.scrollWidth")
                        self.assertLessEqual(wide, width)
                    found = axe.run(self.page, options=rules)
                    self.assertEqual(found.violations_count, 0, found.generate_report())
                    self.page.evaluate(WITHOUT_PICTURES)
                    self.assertLess(len(self.page.content().encode()), LARGEST)
        self.assertEqual([url for url in asked if not url.startswith((self.live_server_url, "data:"))], [])
        self.errors = [one for one in self.errors if "404" not in one]

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
                places = []
                for _ in range(min(self.page.evaluate(REACHABLE), 60)):
                    self.page.keyboard.press("Tab")
                    places.append(self.page.evaluate(FOCUS))
                self.assertNotIn(None, places, "The keys left the page before its end.")
                self.assertEqual([one["name"] for one in places if not (one["seen"] and one["inside"])], [])
