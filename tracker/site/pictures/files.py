"""The pictures as files: `course.svg` and `course.png` below the page that shows them."""

from datetime import date
from functools import partial

from django.http import Http404, HttpResponse

from dialogues.api.views import DialogueViewSet
from dialogues.models import Dialogue
from people.api.views import CaseViewSet
from tracker.figures.overviews.coverage import Coverage
from tracker.figures.overviews.network import Network
from tracker.figures.overviews.timeline import Timeline
from tracker.figures.representation import DialogueRepresentation
from tracker.figures.series import SeriesRepresentation
from tracker.records.shapes.urls import api_url, page_address, resource, with_query
from tracker.records.values.dates.days import Days
from tracker.site.asking import ask_record
from tracker.site.filtered import FigureParameters
from tracker.site.page import Page

from .coverage import coverage, coverage_words
from .fonts import NoFonts
from .network import network, network_words
from .participants import participants
from .series import series, series_words
from .sheet import Sheet, png
from .timeline.events import course, course_words, strip, strip_words, timeline, timeline_words

DIALOGUES = resource(Dialogue)


def figure_sheet(draw, describe, answer, given, previewed=None):
    """The sheet of a picture on the page of a figure, which has the address of the figure.

    `previewed`: a function of the answer and the parameters that returns those of the picture beside a link.
    """
    address, asked = answer["figure"], previewed(answer, given) if previewed else given
    return Sheet(
        drawings=draw(answer),
        says=describe(answer),
        page=f"/{address}/",
        name="picture",
        data=api_url(f"{address}/"),
        query=with_query(given),
        preview=None if asked is None else with_query(asked),
        day=date.fromisoformat(answer["as_of"]),
        sources=answer["sources"]["count"],
    )


def only_dialogues(answer, given):
    """The parameters of the timeline beside a link, where nothing may say what happened to someone."""
    has_some = any(one["kind"] == DIALOGUES for one in answer["events"])
    return {**given, "kind": DIALOGUES} if has_some else None


timeline_sheet = partial(figure_sheet, timeline, timeline_words, previewed=only_dialogues)
series_sheet = partial(figure_sheet, series, series_words)
coverage_sheet = partial(figure_sheet, coverage, coverage_words)
network_sheet = partial(figure_sheet, network, network_words)


def strip_sheet(dialogues, events):
    """The strip of the start page. It has no files: those of the timeline are for sharing."""
    return Sheet(strip(dialogues, events), strip_words(dialogues, events), data=api_url("timeline/"))


def of_record(record, name, data, **said):
    """The sheet of a picture on the page of a record."""
    return Sheet(page=page_address(record), name=name, data=data, day=Days.today().first_start, **said)


def course_sheet(record):
    rows = [record, *record["events"], *record["charges"]]
    return of_record(
        record,
        "course",
        record["url"],
        drawings=course(record),
        says=course_words(record),
        sources=len({one["source"]["id"] for row in rows for one in row.get("citations") or ()}),
    )


def participants_sheet(record, answer):
    """`answer`: that of the figure about who took part in the dialogue."""
    return of_record(
        record,
        "participants",
        f"{record['url']}representation/",
        drawings=participants(answer),
        says="",  # it stands in the drawing
        preview="",
        sources=answer["sources"]["count"],
    )


class PictureFile(Page):
    """A picture at an address of its own. `sheet` says what it shows."""

    def content(self, **named):
        sheet = self.sheet(**named)
        if not sheet.wide.height:
            raise Http404
        return {"svg": self.drawn(sheet)}

    def sheet(self, **named):
        """The `Sheet`. Http404, Gone or Moved if there is nothing to show."""
        raise NotImplementedError


class SvgFile:
    """The drawing as it is on the page."""

    template = "site/picture.svg"
    content_type = "image/svg+xml; charset=utf-8"

    def drawn(self, sheet):
        return sheet.wide.as_svg()


class PngFile:
    """The drawing for sharing, with all that must be said beside it."""

    template = "site/picture.txt"
    content_type = "image/png"

    def drawn(self, sheet):
        return sheet.for_sharing()

    def sent(self, text):
        try:
            return HttpResponse(png(text), content_type=self.content_type)
        except NoFonts:
            return HttpResponse(status=501)


class RecordPicture(PictureFile):
    """A picture on the page of a record."""

    view = None  # the API's view of the record

    def record(self, key):
        below = self.address.partition("<key>/")[2]
        return ask_record(self.view, self.reader.user, key, below=below)


class CoursePicture(RecordPicture):
    view = CaseViewSet

    def sheet(self, key):
        return course_sheet(self.record(key))


class ParticipantsPicture(RecordPicture):
    view = DialogueViewSet

    def sheet(self, key):
        record = self.record(key)
        return participants_sheet(record, self.computed(DialogueRepresentation, record["id"]))


class FigurePicture(PictureFile, FigureParameters):
    """The picture of a figure over any records, with the parameters of its page."""

    drawing = None  # what makes a sheet of the answer and the parameters

    def sheet(self):
        given = self.given()
        errors, answer = self.answer(given)
        if errors:
            raise Http404
        return self.drawing(answer, given)

    def found(self, given):
        return self.computed(self.figure, given=given)


class TimelinePicture(FigurePicture):
    figure, drawing = Timeline, timeline_sheet


class CoveragePicture(FigurePicture):
    figure, drawing = Coverage, coverage_sheet


class NetworkPicture(FigurePicture):
    figure, drawing = Network, network_sheet


class SeriesPicture(FigurePicture):
    figure, drawing = SeriesRepresentation, series_sheet


def as_files(picture, address):
    """The pages of a picture as SVG and as PNG, at this address with their ending."""
    name = picture.__name__.removesuffix("Picture")
    forms = {"Svg": SvgFile, "Png": PngFile}
    return [
        type(f"{name}{form}", (base, picture), {"address": f"{address}.{form.lower()}"})
        for form, base in forms.items()
    ]


CourseSvg, CoursePng = as_files(CoursePicture, "cases/<key>/course")
ParticipantsSvg, ParticipantsPng = as_files(ParticipantsPicture, "dialogues/<key>/participants")
TimelineSvg, TimelinePng = as_files(TimelinePicture, "timeline/picture")
CoverageSvg, CoveragePng = as_files(CoveragePicture, "coverage/picture")
NetworkSvg, NetworkPng = as_files(NetworkPicture, "network/picture")
SeriesSvg, SeriesPng = as_files(SeriesPicture, "representation/picture")
PICTURE_PAGES = [
    *(CourseSvg, CoursePng, ParticipantsSvg, ParticipantsPng, TimelineSvg, TimelinePng),
    *(CoverageSvg, CoveragePng, NetworkSvg, NetworkPng, SeriesSvg, SeriesPng),
]
