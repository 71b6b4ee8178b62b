"""The base of pages with a list: the API's filters as a form, one page of rows, the same rows as data."""

from tracker.records.accounts.authentication import count_search
from tracker.records.read import queries
from tracker.records.read.formats.registry import FORMATS
from tracker.records.read.views import AS_OF, PAGING
from tracker.records.shapes.reader import Pick
from tracker.records.shapes.urls import list_url, resource, with_query
from tracker.site.filtered import FilteredPage

ROWS = 50
FOLLOWED = {"atom": "feed", "ics": "calendar"}  # how formats are called that programs ask for again and again
DAYS = {
    AS_OF,
    "during",
    "known_on",
}  # answers about days that nobody may have asked for are as dear as a search


class SiteList(FilteredPage):
    """A list of records: what the API's list shows, with its most useful filters as a form."""

    view = None  # the API's view of the list
    noun = ()  # one and several of them; none: those of the model
    ordering = ""
    fields = ()  # of each row; none: those of the API's list
    expand = ()
    paging = PAGING

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.view:
            section = resource(cls.view.model())
            cls.address, cls.template = f"{section}/", cls.template or f"site/lists/{section}.html"
            cls.noun = cls.noun or (str(cls.view.model()._meta.verbose_name), section.replace("-", " "))
            cls.title = cls.noun[1].capitalize()

    @classmethod
    def filters(cls):
        return cls.view.filterset_class.base_filters

    @classmethod
    def known(cls):
        names = [*cls.filters(), *cls.view.more_parameters(), AS_OF, *PAGING]
        return [name for name in names if name != "page_size"]

    def content(self):
        given = self.given()
        errors, page = self.answer(given)
        query = self.without_paging(given)
        page = page or {"results": [], "total": 0, "more": False, "following": {}}
        return {
            **self.filter_content(given, errors),
            "noun": list(self.noun),
            "page": page,
            "number": int(given.get("page", 1)),
            "next": self.here(page["following"]) if page["following"] else "",
            "first": self.here(query) if {"page", "cursor"} & {*given} else "",
            "json_url": f"{list_url(self.view.model())}{with_query(query)}",
            "csv_url": f"{list_url(self.view.model())}{with_query({**query, 'format': 'csv'})}",
            "followed": [
                {
                    "words": FOLLOWED[one.slug],
                    "type": one.media_type,
                    "url": f"{list_url(self.view.model())}{with_query({**query, 'format': one.slug})}",
                }
                for one in FORMATS
                if one.slug in FOLLOWED and one.fits(self.view.shape)
            ],
        }

    def found(self, given):
        """One page of the list."""
        self.count(given)
        ordered = {"ordering": self.ordering, **given}
        page = self.rows(self.view, ordered, size=ROWS, fields=self.fields, expand=self.expand)
        if "ordering" not in given:
            page["following"].pop("ordering", None)
        page["following"].pop("page_size", None)
        return page

    def count(self, given):
        """Counts what is as dear as a search, as the API does; TooMany if there were too many."""
        view = self.view.for_page(self.reader.user, given, "list")
        if "q" in given:
            count_search(self.request)
        elif DAYS & {*given}:
            pick = Pick(fields=("id", *self.fields) if self.fields else (), expand=tuple(self.expand))
            if not queries.is_cached(self.view.shape, pick, view.reader):
                count_search(self.request)
