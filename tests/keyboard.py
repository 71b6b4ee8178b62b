"""Whoever types in a browser test without a mouse: every key is counted."""

MOST_TABS = 200
HERE = """() => {
  const at = document.activeElement;
  const box = at.closest(".select2-container");
  return box ? box.previousElementSibling.id : at.id || at.textContent.trim();
}"""


class Keyboard:
    """Types on a page. `letters` are those of the texts, `keys` all others: Tab, Enter, arrows, shortcuts."""

    def __init__(self, page):
        self.page = page
        self.letters = self.keys = 0

    @property
    def here(self):
        """The id of the field that has the focus; of a link its text."""
        return self.page.evaluate(HERE)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text):
        self.page.keyboard.type(text)
        self.letters += len(text)

    def to(self, field, key="Tab"):
        """Press Tab until the field has the focus."""
        for _ in range(MOST_TABS):
            if self.here in (field, f"id_{field}"):
                return
            self.press(key)
        raise AssertionError(f"Tab does not lead to {field}, but to {self.here}.")

    def fill(self, field, text):
        self.to(field)
        self.type(text)

    def choose(self, field, text, label, opened_by=()):
        """Search in an autocomplete and take the first hit, once it is the one with this label."""
        self.to(field)
        self.press(*opened_by)
        self.type(text)
        self.page.wait_for_selector(f".select2-results__option--highlighted:text-is('{label}')")
        self.press("Enter")
