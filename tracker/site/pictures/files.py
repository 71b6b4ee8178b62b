"""The pictures as files: `course.svg` and `course.png` below the page that shows them."""

from datetime import date

from django.http import Http404, HttpResponse

from dialogues.api.views import DialogueViewSet
from people.api.views import CaseViewSet
from tracker.figures.overviews.coverage import Coverage
from tracker.figures.overviews.network import Network
from tracker.figures.overviews.timeline import Timeline
from tracker.figures.representation import DialogueRepresentation
from tracker.records.shapes.urls import api_url, page_address, with_query
from tracker.records.values.dates.days import Days
from tracker.site.asking import ask_record
from tracker.site.filtered import FilteredPage
from tracker.site.page import Page

from .coverage import coverage, coverage_words
from .fonts import NoFonts
from .network import network, network_words
from .participants import participants
from .sheet import Sheet, png
from .timeline.events import course, course_words, strip, strip_words, timeline, timeline_words


def figure_sheet(answer, given, address, **said):
    """The sheet of a picture on the page of a figure."""
    day = date.fromisoformat(answer["as_of"])
    return Sheet(
        page=f"/{address}/",
        name="picture",
        data=api_url(f"{address}/"),
        query=with_query(given),
        day=day,
        sources=answer["sources"]["count"],
        **said,
    )


def timeline_sheet(answer, given):
    return figure_sheet(answer, given, "timeline", drawings=timeline(answer), says=timeline_words(answer))


def coverage_sheet(answer, given):
    return figure_sheet(answer, given, "coverage", drawings=coverage(answer), says=coverage_words(answer))


def network_sheet(answer, given):
    return figure_sheet(answer, given, "network", drawings=network(answer), says=network_words(answer))


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


class FigurePicture(PictureFile, FilteredPage):
    """The picture of a figure over any records, with the parameters of its page."""

    figure = drawing = None  # a figure of the API, and what makes a sheet of its answer

    @classmethod
    def filters(cls):
        return cls.figure.filters.base_filters if cls.figure.filters else {}

    @classmethod
    def known(cls):
        figure = cls.figure()
        return [name for name in figure.known() if name in figure.decides()]

    def sheet(self):
        given = self.given()
        errors, answer = self.answer(given)
        if errors:
            raise Http404
        return type(self).drawing(answer, given)

    def found(self, given):
        return self.computed(self.figure, given=given)


class TimelinePicture(FigurePicture):
    figure, drawing = Timeline, timeline_sheet


class CoveragePicture(FigurePicture):
    figure, drawing = Coverage, coverage_sheet


class NetworkPicture(FigurePicture):
    figure, drawing = Network, network_sheet


class CourseSvg(SvgFile, CoursePicture):
    address = "cases/<key>/course.svg"


class CoursePng(PngFile, CoursePicture):
    address = "cases/<key>/course.png"


class ParticipantsSvg(SvgFile, ParticipantsPicture):
    address = "dialogues/<key>/participants.svg"


class ParticipantsPng(PngFile, ParticipantsPicture):
    address = "dialogues/<key>/participants.png"


class TimelineSvg(SvgFile, TimelinePicture):
    address = "timeline/picture.svg"


class TimelinePng(PngFile, TimelinePicture):
    address = "timeline/picture.png"


class CoverageSvg(SvgFile, CoveragePicture):
    address = "coverage/picture.svg"


class CoveragePng(PngFile, CoveragePicture):
    address = "coverage/picture.png"


class NetworkSvg(SvgFile, NetworkPicture):
    address = "network/picture.svg"


class NetworkPng(PngFile, NetworkPicture):
    address = "network/picture.png"


PICTURE_PAGES = [
    *(CourseSvg, CoursePng, ParticipantsSvg, ParticipantsPng, TimelineSvg, TimelinePng),
    *(CoverageSvg, CoveragePng, NetworkSvg, NetworkPng),
]
