"""What is recorded about people with cases on a day, in a period, or during a dialogue."""

from urllib.parse import urlencode

from people.api.views import ConflictViewSet
from tracker.figures.cases.census import Census
from tracker.records.accounts.authentication import count_search
from tracker.records.protocol.problems import BadParameters
from tracker.records.protocol.query import CONTROL, LONGEST_VALUE
from tracker.records.shapes.urls import API, api_url
from tracker.records.values.dates.days import Days

from .asking import ROWS_OF_BLOCK, Moved
from .cite import cite
from .page import Page

ASKED = ("as_of", "during", "known_on", "conflict", "impugned_activities")
TRACK_TITLES = {
    "custody": "Custody",
    "house_arrest": "House arrest",
    "travel_ban": "Travel bans",
    "abroad": "Abroad",
}


class CensusPage(Page):
    """The census of the API as a page: the same numbers, each with its list, and the people."""

    address, template = "census/", "site/census.html"

    def content(self):
        given, errors = self.given(), {}
        count_search(self.request)
        try:
            found = Census.on_page(self.reader, given)
        except BadParameters as problem:
            errors = {one["parameter"]: one["detail"] for one in problem.errors}
            found = Census.on_page(self.reader, {})
        counted = {} if errors else given
        conflicts = self.rows(ConflictViewSet, size=ROWS_OF_BLOCK, fields=("slug", "title"))["results"]
        asked = f"?{urlencode(given)}" if given else ""
        return {
            "title": "Who was held on a day",
            "given": given,
            "errors": errors,
            "counted": counted,
            "day": counted.get("as_of") or Days.today().text,
            "conflicts": options(conflicts, given.get("conflict")),
            "found": found,
            "tracks": [
                {"title": title, "rows": [shown(row) for row in found["answers"] if row["track"] == track]}
                for track, title in TRACK_TITLES.items()
            ],
            "cite": cite(Census.cited_on_page(self.reader, counted, found)),
            "json_url": api_url(f"census/{asked}"),
            "csv_url": api_url(f"census/?{urlencode({**given, 'format': 'csv'})}"),
            "canonical": f"/census/{asked}",
        }

    def given(self):
        """The parameters that make sense; Moved to their address if there are others."""
        sent = {name: self.request.GET.getlist(name) for name in self.request.GET}
        found = {
            name: sent[name][-1]
            for name in ASKED
            if name in sent and 0 < len(sent[name][-1]) <= LONGEST_VALUE and not CONTROL & {*sent[name][-1]}
        }
        if sent != {name: [value] for name, value in found.items()}:
            raise Moved(f"/census/{'?' if found else ''}{urlencode(found)}")
        return found


def options(conflicts, chosen):
    """The conflicts to choose from, and what the address names, whether or not it is one of them."""
    found = [[one["slug"] or one["id"], one["title"]] for one in conflicts]
    return found if not chosen or chosen in dict(found) else [*found, [chosen, chosen]]


def shown(row):
    """A number with the list on this site that has exactly these people."""
    url = row["people"]["url"]
    return {**row, "address": url and f"/{url.partition(API)[2]}"}
