"""What pages say about citing them: a sentence, and the addresses of other forms of the reference."""

from tracker.records.read.formats.references import REFERENCES, reference_sentence
from tracker.records.shapes.urls import with_parameter

FORM_LABELS = {"citation": "Text", "bibtex": "BibTeX", "ris": "RIS", "csl": "CSL-JSON"}


def cite(reference):
    """The content of the block "Cite" of a page."""
    forms = [[FORM_LABELS[one.slug], with_parameter(reference.url, "format", one.slug)] for one in REFERENCES]
    return {"text": reference_sentence(reference), "forms": forms}
