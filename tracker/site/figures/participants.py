"""The pages about who took part: in one dialogue, or in several."""

from itertools import groupby

from dialogues.api.views import DialogueViewSet
from tracker.figures.representation import NOT_RECORDED, DialogueRepresentation
from tracker.figures.series import SeriesRepresentation
from tracker.site.pictures.files import participants_sheet, series_sheet

from .base import FigurePage

ATTRIBUTES = {  # what the breakdown is by
    "side": "By side",
    "role": "By role",
    "capacity": "By the capacity in which they came",
    "selection": "By how they were chosen",
    "gender": "By gender, of the people",
}


def breakdown_tables(found):
    """[{title, rows}] of the breakdown, by attribute."""
    rows = groupby(found["breakdown"], key=lambda row: row["attribute"])
    return [{"title": ATTRIBUTES[name], "rows": list(some)} for name, some in rows]


class RepresentationPage(FigurePage):
    """Who took part in one dialogue, for whom, and what named assessors say of the groups."""

    figure, view, template = DialogueRepresentation, DialogueViewSet, "site/figures/representation.html"
    title = "Who took part, and for whom"

    def shown(self, found, given):
        judged = [{**one, "group": one["participation"]["group_label"]} for one in found["assessments"]]
        voices = [{**one, "known": one["side"] != NOT_RECORDED} for one in found["voices"]]
        picture = participants_sheet(self.record, found).block() if found["participants"] else None
        return {"tables": breakdown_tables(found), "judged": judged, "voices": voices, "picture": picture}


class SeriesPage(FigurePage):
    """Who took part in several dialogues: all together, in each, and who returned."""

    figure, template, picture = SeriesRepresentation, "site/figures/series.html", series_sheet
    title = "Who took part"
    intro = "Who took part in the recorded dialogues of a conflict, a series or a period, and for whom."
    controls = (
        ("period_overlaps", "When", "2025-10 or 2024/2025"),
        ("classification", "Kind"),
        ("conflict", "Conflict"),
    )

    def shown(self, found, given):
        return {"tables": breakdown_tables(found)}
