"""Errors outside of the API and the admin: a page, or problem details for clients that ask for JSON."""

from http import HTTPStatus

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from tracker.records.audit.actor import SITE, channel_of
from tracker.records.protocol.problems import SENTENCES, TYPE, problem

FOR_MACHINES = ("/healthz", "/readyz")
HTML = "text/html"
WORDS = {  # what a page says: its heading, and a sentence
    404: (
        "This page does not exist",
        "Check the address, or look for a name or a title. This page says nothing about whether anything ever"
        " stood here.",
    ),
    410: ("This record has been withdrawn", "It was published here and has been withdrawn since."),
    501: (
        "This picture cannot be drawn here",
        "The server has no fonts to draw its words with. The page itself shows the picture, and its numbers.",
    ),
    503: ("This page is not available at the moment", "Try again in a few seconds."),
}


def is_for_site(request):
    """Whether a request is for a public page, and not for the API, the admin or a health check."""
    return channel_of(request) == SITE and request.path not in FOR_MACHINES


def error(request, code, headers=None):
    """The answer to a request that failed, in the form that its sender asks for."""
    if not is_for_site(request):
        return problem(code, sentence(code), headers=headers)
    if request.get_preferred_type([HTML, "application/json", TYPE]) in (HTML, None):
        response = page(code, headers)
    else:
        response = problem(code, sentence(code), headers=headers)
    patch_vary_headers(response, ["Accept"])
    return response


def sentence(code):
    return SENTENCES.get(code, SENTENCES[400 if code < 500 else 500])


def page(code, headers=None):
    """The page for a status. It asks no database, since that may be what failed."""
    title, said = WORDS.get(code) or (HTTPStatus(code).phrase, sentence(code))
    text = render_to_string("site/error.html", {"title": title, "said": said, "status": code})
    return HttpResponse(text, status=code, headers=headers)
