"""Vocabularies: each term has a stable slug, the code of a standard if there is one, and a label."""

import re
from typing import NamedTuple

from django.db import models


class Code(NamedTuple):
    """The code of a standard for a term: the same term or, if there is none, the closest broader one."""

    scheme: str
    code: str


def huridocs(number: int, term: str) -> Code:
    """A term of a numbered HURIDOCS micro-thesaurus, without trailing zeros."""
    return Code("huridocs", f"{number}:{term}")


def cameo(code: str) -> Code:
    """A CAMEO event code, for interchange with event data."""
    return Code("cameo", code)


def ftm(name: str) -> Code:
    """A schema or a topic of FollowTheMoney."""
    return Code("ftm", name)


class Vocabulary(models.TextChoices):
    """Base class: `ARREST = "arrest", huridocs(4, "030101"), "Arrest"`. The code is optional."""

    def __new__(cls, slug, code=None):
        member = str.__new__(cls, slug)
        member._value_ = slug
        member.scheme, member.code = code or (None, None)
        return member


def vocabularies() -> dict[str, type[Vocabulary]]:
    """Every vocabulary by the snake_case name of its class, in alphabetical order."""
    named = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", v.__name__).lower(): v for v in Vocabulary.__subclasses__()}
    return dict(sorted(named.items()))


class Publication(Vocabulary):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Withdrawn"
    TAKEN_DOWN = "taken_down", "Taken down"


TAKEN_BACK = (Publication.WITHDRAWN, Publication.TAKEN_DOWN)


class TakedownReason(Vocabulary):
    SAFETY = "safety", "Someone is in danger"
    WRONG_FACT = "wrong_fact", "The information is wrong"
    CONSENT_WITHDRAWN = "consent_withdrawn", "Consent was withdrawn"
    LEGAL = "legal", "A law or a court requires it"


class Confidentiality(Vocabulary):
    PUBLIC = "public", "Public"
    RESTRICTED = "restricted", "Restricted"
    CONFIDENTIAL = "confidential", "Confidential"


class SourceKind(Vocabulary):
    ARTICLE = "article", ftm("Article"), "Article in a newspaper, magazine or online outlet"
    OPINION = "opinion", "Opinion piece"
    INTERVIEW = "interview", "Interview"
    SOCIAL_MEDIA_POST = "social_media_post", "Post on social media"
    BROADCAST = "broadcast", "Radio or television broadcast"
    VIDEO = "video", "Video recording"
    AUDIO = "audio", "Audio recording"
    PHOTOGRAPH = "photograph", "Photograph"
    PRESS_RELEASE = "press_release", "Press release"
    REPORT = "report", "Report"
    ACADEMIC_PUBLICATION = "academic_publication", "Academic publication"
    BOOK = "book", "Book"
    COURT_RECORD = "court_record", "Court record"
    LAW = "law", "Law or official decision"
    OFFICIAL_DOCUMENT = "official_document", "Other official document"
    AGREEMENT = "agreement", "Text of an agreement"
    LETTER = "letter", "Letter"
    AFFIDAVIT = "affidavit", "Signed affidavit"
    TESTIMONY = "testimony", "Testimony of a victim or witness"
    APPEAL = "appeal", "Appeal of a human rights group"
    WEB_PAGE = "web_page", "Web page"
    DATASET = "dataset", "Data set"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class Reliability(Vocabulary):
    HIGHLY_RELIABLE = "highly_reliable", huridocs(42, "01"), "Highly reliable"
    LIKELY_RELIABLE = "likely_reliable", huridocs(42, "02"), "Likely reliable"
    UNSURE = "unsure", huridocs(42, "03"), "Unsure"
    LIKELY_UNRELIABLE = "likely_unreliable", huridocs(42, "04"), "Likely unreliable"
    HIGHLY_UNRELIABLE = "highly_unreliable", huridocs(42, "05"), "Highly unreliable"
    UNKNOWN = "unknown", huridocs(42, "99"), "Unknown"


class LocatorKind(Vocabulary):
    PARAGRAPH = "paragraph", "Paragraph"
    PAGE = "page", "Page"
    LINE = "line", "Line"
    SECTION = "section", "Section or article"
    CLIP = "clip", "Clip of a recording"
    FRAME = "frame", "Frame of a video or picture"
    CELL = "cell", "Cell of a table"
    OTHER = "other", "Other"


class Stance(Vocabulary):
    SUPPORTS = "supports", "Supports"
    CONTRADICTS = "contradicts", "Contradicts"
    MENTIONS = "mentions", "Mentions"


class CitationBasis(Vocabulary):
    STATED = "stated", "Stated by the source"
    INFERRED = "inferred", "Inferred from the source"


class Directness(Vocabulary):
    SEEN = "seen", "Read in the source itself"
    QUOTED_BY = "quoted_by", "Quoted by the source from another text"
