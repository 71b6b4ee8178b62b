"""The pages about people with recorded cases: on a day, in a period, or during a dialogue."""

from dialogues.api.views import DialogueViewSet
from people.api import case_facts
from tracker.figures.cases.census import Census
from tracker.figures.cases.concurrent import ConcurrentCases

from .base import FigurePage

TRACK_TITLES = {
    "custody": "Custody",
    "house_arrest": "House arrest",
    "travel_ban": "Travel bans",
    "abroad": "Abroad",
}
MOST_SHOWN = 40  # people with their cases on one page
POSSIBLY = 3  # the place of this answer in each track: it and the stronger ones speak of these very days


class DaysPage(FigurePage):
    """The base of pages that say how many people have which answer, by track."""

    def shown(self, found, given):
        return {"tracks": answers_by_track(found)}


def answers_by_track(found):
    """[{title, some, none, none_recorded}] of the numbers, by track: the answers that some people have, the
    others in words, and what a zero says.
    """
    return [
        track_content(title, [row for row in found["answers"] if row["track"] == track])
        for track, title in TRACK_TITLES.items()
    ]


def track_content(title, rows):
    none = [row for row in rows if not row["people"]["count"]]
    return {
        "title": title,
        "some": [row for row in rows if row["people"]["count"]],
        "none": ", ".join(row["label"].partition(":")[0].lower() for row in none),
        "none_recorded": none[0]["people"]["words"] if none else "",
    }


class CensusPage(DaysPage):
    """The census of the API: the same numbers, each with its list, and the people."""

    figure, template = Census, "site/figures/census.html"
    title = "Who was held on a day"
    intro = (
        "Of the people with a recorded case: what the sources tell about them on a day, in a period, or "
        "during a dialogue."
    )
    controls = (
        ("as_of", "Day or period", "2025-10-31 or 2025-10"),
        ("known_on", "As known on", "2025-10-31"),
        ("conflict", "Conflict"),
        ("impugned_activities", "Because of, say sources"),
    )


class ConcurrentCasesPage(DaysPage):
    """People with a case of the conflict of a dialogue, and what is recorded about them on its days."""

    figure, view, template = ConcurrentCases, DialogueViewSet, "site/figures/concurrent-cases.html"
    title = "Recorded cases of those days"
    controls = (("known_on", "As known on", "2025-10-31"),)

    def shown(self, found, given):
        return {**super().shown(found, given), **people_of(found, MOST_SHOWN)}


def people_of(found, most):
    """The people of a figure about concurrent cases, each with their cases: those about whom something is
    recorded on these days, and the others, whose cases have no dates or may have been open.
    """
    people = [{**person, "cases": cases_of(person, found)} for person in found["people"][:most]]
    return {
        "then": [one for one in people if was_then(one["as_of"])],
        "undated": [one for one in people if not was_then(one["as_of"])],
        "unlisted": found["more"] + len(found["people"][most:]),
    }


def was_then(as_of):
    """Whether anything is known, at least as possible, about someone on these very days."""
    return any(
        as_of[track]["answer"] in vocabulary.values[POSSIBLY:]
        for track, vocabulary in case_facts.ANSWERS.items()
    )


def cases_of(person, found):
    """The cases of a person, each with its charges and events."""
    return [
        {**case, **{name: [row for row in found[name] if row["case"]["id"] == case["id"]] for name in PARTS}}
        for case in found["cases"]
        if case["person"] and case["person"]["id"] == person["id"]
    ]


PARTS = ("charges", "events")
